"""A suite from foreign files: read by the formats of test collections, written as a folder with a card to complete."""

from collections import Counter
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from shared.collections import collection
from shared.lab.suites import checking, folder
from shared.lab.suites.card import Card
from shared.lab.suites.folder import Suite
from shared.messages import Question
from shared.source_files import DataError


def imported(format_name: str, files: Sequence[Path], *, name: str, version: str, licence: str, source: str) -> Suite:
    """The suite in these files, documents first where a format has two.

    Raises FileNotFoundError for a missing file, ValueError for an unknown format, DataError for what is not of it.
    """
    loaded = collection.load(files, format_name)
    if not loaded.questions:
        raise DataError(f"{', '.join(map(str, files))}: no question stands here")
    about = import_module(f"{collection.FORMATS}.{format_name}")
    card = Card(
        name=name,
        version=version,
        kind=about.KIND,
        licence=licence,
        source=source,
        measures=about.MEASURES,
        not_for=about.NOT_FOR,
        slices=_slices(loaded.questions),
    )
    return Suite(card, loaded.documents, loaded.questions)


def write(place: Path, suite: Suite) -> list[str]:
    """Write the suite and return what `tiltyard suite check` has to say of it."""
    folder.write(place, suite)
    return checking.errors(folder.read(place))


def _slices(questions: Sequence[Question]) -> dict[str, str]:
    counts = Counter(question.slice for question in questions)
    return {name: f"{count} questions that the source puts together" for name, count in counts.items()}
