"""What the judge needs from a model, and the values that pass between its parts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from shared.messages import Question

Labels = Mapping[str, tuple[str, ...]]
"""What a reply may mean -> how that may be written."""


@dataclass(frozen=True)
class Sheet:
    """What is asked once: a system text and one user turn, both free of chat-template tokens.

    A backend that is no model reads the question and the answers (one, or two in their order) and says a label.
    """

    system: str
    user: str
    question: Question
    answers: tuple[str, ...]
    labels: Labels


@dataclass(frozen=True)
class Said:
    """What was said to one sheet, or why nothing was; `seconds` is the time of all sheets asked with it."""

    text: str
    failure: str | None = None
    seconds: float = 0.0


class Backend(Protocol):
    """Something that answers sheets; `model` is empty where it is none.

    `sees_references`: whether a comparison depends on the references, which its text does not show.
    """

    name: str
    model: str
    sees_references: bool

    def judge(self, sheets: Sequence[Sheet]) -> list[Said]:
        """One reply per sheet, in order. What is wrong with one sheet is its failure; an absent server raises."""
