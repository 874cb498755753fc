"""Whether a decision comes out again: the one that was written, against one that was just made with its options."""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from shared.lab.deciding.made_with import FileRead, MadeWith, Options
from shared.lab.report.phrasing import counted, listed
from shared.records import reason_of

FILE, MADE_WITH = "decision.json", "made_with"
MOST = 1e-9
"""By which two numbers may differ and be the same."""
NAMED = 3


@dataclass(frozen=True)
class Recorded:
    """A decision as it was written: with what it was made, and all that it says."""

    made_with: MadeWith
    told: Mapping[str, Any]

    @property
    def options(self) -> Options:
        return self.made_with.options


@dataclass(frozen=True)
class Again:
    """`files`: those that are not as they were, or came or went. `places`: what differs in numbers or words.

    `versions`: what counted it then and is another now."""

    files: tuple[str, ...]
    places: tuple[str, ...]
    versions: tuple[str, ...]

    @property
    def same(self) -> bool:
        return not self.files and not self.places

    @property
    def sentences(self) -> str:
        """One sentence, or two."""
        if self.same:
            other = f", though {listed([*self.versions])} changed" if self.versions else ""
            return f"The same: no file and no number differs{other}."
        files = (
            f"{counted(len(self.files), 'file')} changed: {_named(self.files)}." if self.files else "No file changed."
        )
        if not self.places:
            return f"{files} No number differs."
        why = f" ({listed([*self.versions])} changed)" if self.versions else ""
        differ = "differs" if len(self.places) == 1 else "differ"
        return f"{files} {counted(len(self.places), 'value')} of the decision {differ}{why}: {_named(self.places)}."


def recorded(folder: Path) -> Recorded:
    """The decision in a folder.

    Raises FileNotFoundError where there is none, or a file that it was made from is gone, ValueError where it does not
    say what it was made with.
    """
    file = folder / FILE
    try:
        told = json.loads(file.read_bytes())
        made = MadeWith.model_validate(told[MADE_WITH])
    except (KeyError, TypeError, json.JSONDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{file} does not say what it was made with: decide anew with --from") from error
    except ValidationError as error:
        raise ValueError(f"{file} does not say what it was made with: {reason_of(error)}") from error
    named = [*made.options.sources, *([made.options.documents] if made.options.documents else [])]
    for source in named:
        if not Path(source).exists():
            raise FileNotFoundError(f"{source} is not there: run this in the folder where it was decided")
    return Recorded(made, told)


def compared(before: Recorded, now: Mapping[str, Any]) -> Again:
    """`now`: the same of a decision that was just made."""
    now = json.loads(json.dumps(now))
    made = MadeWith.model_validate(now[MADE_WITH])
    versions = {**before.made_with.versions, **made.versions}
    other = [f"{name} (was {before.made_with.versions.get(name, 'unknown')})" for name, version in versions.items()
             if before.made_with.versions.get(name) != version]  # fmt: skip
    places = [
        place
        for name in sorted({*before.told, *now} - {MADE_WITH})
        for place in _differing(name, before.told.get(name), now.get(name))
    ]
    return Again(tuple(_changed(before.made_with.files, made.files)), tuple(places), tuple(other))


def _changed(before: Sequence[FileRead], now: Sequence[FileRead]) -> list[str]:
    was, is_ = ({file.path: file.sha256 for file in files} for files in (before, now))
    return [path for path in sorted({*was, *is_}) if was.get(path) != is_.get(path)]


def _differing(place: str, before: Any, now: Any) -> Iterator[str]:
    """Where two values of JSON are not the same, from the outside in."""
    if isinstance(before, dict) and isinstance(now, dict):
        for name in sorted({*before, *now}):
            yield from _differing(f"{place}.{name}", before.get(name), now.get(name))
    elif isinstance(before, list) and isinstance(now, list) and len(before) == len(now):
        for at, (old, new) in enumerate(zip(before, now, strict=True)):
            yield from _differing(f"{place}[{at}]", old, new)
    elif not _same(before, now):
        yield place


def _same(before: Any, now: Any) -> bool:
    numbers = [value for value in (before, now) if isinstance(value, int | float) and not isinstance(value, bool)]
    if len(numbers) == 2:
        return before == now or math.isclose(before, now, rel_tol=0.0, abs_tol=MOST)
    return bool(before == now)


def _named(names: Sequence[str]) -> str:
    """The first few."""
    rest = len(names) - NAMED
    return listed([*names[:NAMED], *([f"{rest} more"] if rest > 0 else [])])
