"""Needs nothing: judges by the question's references, an answer being right that holds one of them. For tests.

It is no model, and no judge of answers without references: there it says nothing.
"""

from collections.abc import Sequence
from pathlib import Path

from services.judge.ports import Said, Sheet
from services.judge.settings import JudgeSettings
from shared.messages import Question

_PREFERRED = {(True, False): "a", (False, True): "b", (True, True): "tie", (False, False): "both_bad"}


class Oracle:
    """Implements Backend without a model."""

    name = "oracle"
    model = ""
    sees_references = True

    def judge(self, sheets: Sequence[Sheet]) -> list[Said]:
        return [_said(sheet) for sheet in sheets]


def build(settings: JudgeSettings, home: Path) -> Oracle:  # noqa: ARG001  (every backend is built alike)
    """An oracle; nothing is read and nothing is loaded."""
    return Oracle()


def _said(sheet: Sheet) -> Said:
    if not sheet.question.references:
        return Said("", failure="no references to judge by")
    right = [_right(sheet.question, answer) for answer in sheet.answers]
    meant = _PREFERRED[right[0], right[1]] if len(right) == 2 else "5" if right[0] else "1"
    return Said(sheet.labels[meant][0])


def _right(question: Question, answer: str) -> bool:
    return any(reference.casefold() in answer.casefold() for reference in question.references or ())
