"""The configuration templates in `deploy/local`, filled in."""

from pathlib import Path
from string import Template

from services.console.platform.errors import PlatformError

FOLDER = Path(__file__).parents[3] / "deploy" / "local"


def render(name: str, values: dict[str, str | int]) -> str:
    """A template's text with every `${placeholder}` replaced; KeyError when a value is missing."""
    template = FOLDER / name
    if not template.exists():
        raise PlatformError(f"{template} not found: the local platform runs from a checkout of the repository")
    return Template(template.read_text(encoding="utf-8")).substitute(values)


def folders(home: Path, logs: Path) -> dict[str, str | int]:
    """The values that say where a server's files are."""
    return {"data": str(home / "data"), "logs": str(logs), "conf_uri": (home / "conf").as_uri()}
