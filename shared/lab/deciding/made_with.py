"""What a decision was made with, so that it can be made again: options, versions, and files with their hashes."""

import hashlib
import platform
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from shared.lab.deciding import learning_curve, trial
from shared.lab.deciding.values import Rates, Values
from shared.lab.reviewing.counting import Review

FILES_OF_A_FOLDER = (trial.SUMMARY, trial.DOCUMENTS, learning_curve.FILE)
PARTS = ("tiltyard", "numpy", "scipy")


class Options(BaseModel):
    """What the command was told. Paths are as they were written. `review`: of questions that were read elsewhere.

    `taught_share`: of questions about known news the share that asks what pairs teach.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    sources: tuple[str, ...]
    documents: str | None = None
    values: Values
    rates: Rates
    training_seconds: float | None = None
    document_seconds: float | None = None
    review: Review | None = None
    taught_share: float | None = None


class FileRead(BaseModel):
    """A file that the decision rests on."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    path: str
    sha256: str


class MadeWith(BaseModel):
    """`versions`: of Python and of what counts the numbers."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    options: Options
    versions: dict[str, str]
    files: tuple[FileRead, ...]


def made_with(options: Options, results: Sequence[Path]) -> MadeWith:
    """Of these files of results, and of all else in the folders that is read beside them."""
    folders = [Path(source) for source in options.sources if Path(source).is_dir()]
    beside = [folder / name for folder in folders for name in FILES_OF_A_FOLDER if (folder / name).is_file()]
    documents = [Path(options.documents)] if options.documents else []
    files = {str(file): file for file in (*results, *beside, *documents)}
    return MadeWith(
        options=options,
        versions={"python": platform.python_version()} | {part: version(part) for part in PARTS},
        files=tuple(FileRead(path=path, sha256=_sha256(file)) for path, file in sorted(files.items())),
    )


def _sha256(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
