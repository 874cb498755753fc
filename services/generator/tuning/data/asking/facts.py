"""Reading two editions for facts that can be asked about: by rules, or by whoever implements `Reading`."""

from collections import Counter
from collections.abc import Mapping
from typing import Protocol

from services.generator.tuning.data.asking import wordings
from services.generator.tuning.data.asking.wordings import Asked, Template

NOTHING, GONE = "no sentence that can be asked about", "retracted"
TOO_LONG = "a question would be too long"
TAUGHT: tuple[Template, ...] = ("in place", "request")
"""Wordings that training pairs have; the question itself is asked."""
Facts = Mapping[str, Asked]
Told = Mapping[str, str | None]
"""Document id -> its text; None of a retracted one."""


class Reading(Protocol):
    """Finds facts in documents."""

    def __call__(
        self, before: Told, later: Told, left_out: Counter[str]
    ) -> tuple[Mapping[str, Facts | None], Mapping[str, Facts | None]]:
        """Facts of each document of two editions by their name, None of a retracted one; counts what has none."""


def by_rules(
    before: Told, later: Told, left_out: Counter[str]
) -> tuple[dict[str, Facts | None], dict[str, Facts | None]]:
    """From plain English sentences. Implements Reading."""
    first, second = ({name: _of(text, left_out) for name, text in part.items()} for part in (before, later))
    return first, second


def _of(text: str | None, left_out: Counter[str]) -> Facts | None:
    if text is None:
        left_out[GONE] += 1
        return None
    facts = {fact.name: fact for fact in wordings.of_text(text)}
    short = {name: fact for name, fact in facts.items() if fact.is_short}
    left_out.update({NOTHING: 1} if not facts else {TOO_LONG: 1} if len(short) < len(facts) else {})
    return short
