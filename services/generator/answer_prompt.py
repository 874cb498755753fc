"""What a generator's prompt consists of, and how it is filled in.

`system`, `user` (a string.Template of $question, and where it has them $evidence, $history and $today), `preamble` (of
$evidence: what the user's turn begins with for all questions alike), `passage` (of $number, $text and $published),
`turn` (of $role and $text), `choices` (of $choices) and `abstain`, the phrase that says "I do not know". Files and
versions: `shared/prompts.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from string import Template

from shared.messages import Turn
from shared.prompts import neutral, read

__all__ = ["Prompt", "load", "neutral"]
FOLDER = "services.generator.prompts"
ROLES = {"asker": "Asker", "assistant": "Assistant"}


@dataclass(frozen=True)
class Prompt:
    """One version of one prompt."""

    version: str
    system: str
    user: Template
    abstain: str
    passage: Template
    choices: Template
    turn: Template
    preamble: Template

    def asking(
        self,
        question: str,
        choices: tuple[str, ...] = (),
        evidence: str = "",
        history: Sequence[Turn] = (),
        today: str = "",
    ) -> str:
        """The user turn for a question; what is filled in is neutralised."""
        options = self.choices.substitute(choices="; ".join(map(neutral, choices))) if choices else ""
        return self.user.substitute(
            question=neutral(question.strip()) + options,
            evidence=evidence,
            history="\n".join(map(self._said, history)),
            today=today,
        )

    def preamble_with(self, evidence: str) -> str:
        """What the user turns of all questions begin with; a blank line ends it."""
        return self.preamble.substitute(evidence=evidence) + "\n\n"

    @property
    def shows_dates(self) -> bool:
        """Whether it says when each passage was published, or what day it is."""
        return bool({"published", "today"} & {*self.passage.get_identifiers(), *self.user.get_identifiers()})

    def _said(self, turn: Turn) -> str:
        return self.turn.substitute(role=ROLES[turn.role], text=neutral(" ".join(turn.text.split())))


def load(name: str) -> Prompt:
    """The prompt `prompts/<name>.toml`, or a `.toml` file of one's own, whose version then carries its hash.

    Raises ValueError where there is none or a part is missing.
    """
    version, parts = read(FOLDER, name)
    try:
        return _prompt(version, parts)
    except KeyError as error:
        raise ValueError(f"prompt {name!r} is not complete: {error}") from error


def _prompt(version: str, parts: dict[str, str]) -> Prompt:
    return Prompt(
        version=version,
        system=parts["system"].strip(),
        user=Template(parts["user"].strip()),
        abstain=parts["abstain"].strip(),
        passage=Template(parts.get("passage", "[$number] $text")),
        choices=Template(parts.get("choices", "\nChoose one: $choices")),
        turn=Template(parts.get("turn", "$role: $text")),
        preamble=Template(parts.get("preamble", "").strip()),
    )
