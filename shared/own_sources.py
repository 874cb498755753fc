"""What a process that we start imports: the sources that this one runs, and what is installed.

The folder in which a command is given is somebody's data. Python would take modules from it, and settings are read
from its `.env`: the first is prevented, the second is said.
"""

import os
import sysconfig
from collections.abc import Mapping
from pathlib import Path

from dotenv import dotenv_values

from shared.settings import ENV_FILE, ENV_FILE_ENCODING

ROOT = Path(__file__).parents[1]
PREFIX = "TILTYARD_"


def variables(inherited: Mapping[str, str]) -> dict[str, str]:
    """Variables for a process that runs one of our modules: its working directory is no place of modules.

    Of a given PYTHONPATH what is relative is dropped, and so is an empty entry, which means the working directory.
    """
    installed = Path(sysconfig.get_path("purelib")) == ROOT
    given = filter(os.path.isabs, inherited.get("PYTHONPATH", "").split(os.pathsep))
    places = dict.fromkeys([*([] if installed else [str(ROOT)]), *given])
    return {"PYTHONSAFEPATH": "1", "PYTHONPATH": os.pathsep.join(places)}


def settings_file() -> str:
    """One line that says from which file settings are read; none where there is no such file or nothing for us in it.

    Raises ValueError where it cannot be read.
    """
    path = Path(ENV_FILE).absolute()
    if not path.is_file():
        return ""
    try:
        names = dotenv_values(path, encoding=ENV_FILE_ENCODING, interpolate=False)
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"settings cannot be read from {path}: {error}") from error
    ours = sum(name.upper().startswith(PREFIX) for name in names)
    return f"settings are read from {path}: {ours} of them" if ours else ""
