"""A judge's prompt: its parts, how it is filled in, and how strictly a reply to it is read.

A TOML file with `system`, `user` (a string.Template of $question, and $first and $second, or $answer and
$references) and the table `labels`: what a reply may mean -> the ways it may be written. Files and versions:
`shared/prompts.py`.
"""

from collections.abc import Collection
from dataclasses import dataclass
from string import Template

from services.judge.ports import Labels
from shared.messages.feedback import CHOICES
from shared.messages.verdicts import HIGHEST, LOWEST
from shared.prompts import neutral, read

FOLDER = "services.judge.prompts"
PAIRWISE = frozenset(CHOICES)
RUBRIC = frozenset(map(str, range(LOWEST, HIGHEST + 1)))
_AROUND = " \t.*\"'`:\u201c\u201d"


@dataclass(frozen=True)
class Prompt:
    """One version of one prompt."""

    version: str
    system: str
    user: Template
    labels: Labels

    def filled(self, **parts: str) -> str:
        """The user turn; what is filled in is neutralised."""
        return self.user.substitute({name: neutral(text) for name, text in parts.items()})

    def read(self, text: str) -> str | None:
        """What a reply means: its last line must be one label and nothing else, letter case and quotes apart.

        None where it is not, or where a line before says another label: a reply is never guessed at.
        """
        lines = [self._meant(line) for line in text.splitlines() if line.strip()]
        labels = {meant for meant in lines if meant is not None}
        return lines[-1] if lines and len(labels) == 1 else None

    def _meant(self, line: str) -> str | None:
        label = line.strip(_AROUND).casefold()
        return next((value for value, ways in self.labels.items() if label in map(str.casefold, ways)), None)


def load(name: str, values: Collection[str]) -> Prompt:
    """The prompt of that name, whose labels mean exactly `values`.

    Raises ValueError where there is none, a part is missing, or a reply could be read in two ways.
    """
    version, parts = read(FOLDER, name)
    try:
        labels = {value: tuple(map(str, ways)) for value, ways in parts["labels"].items()}
        prompt = Prompt(version, parts["system"].strip(), Template(parts["user"].strip()), labels)
    except (KeyError, AttributeError) as error:
        raise ValueError(f"prompt {name!r} is not complete: {error}") from error
    ways = [way.casefold() for some in labels.values() for way in some]
    if set(labels) != set(values) or not all(labels.values()) or len(set(ways)) != len(ways):
        raise ValueError(f"prompt {name!r}: labels must tell {', '.join(sorted(values))} apart, each with a word")
    return prompt
