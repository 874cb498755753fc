"""Questions with their answers as the page shows them: shortened, and with the words marked that differ."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Literal

from services.web.pages.asking.cards import WITHHELD, Card, cards_of
from services.web.pages.compare.differing import Budget, Piece, has_words, pieces
from services.web.pages.compare.rows import FAILURES, Row
from services.web.pages.words import took
from services.web.signing.people import Person

LONGEST, LONGEST_ACCEPTED, MOST_ACCEPTED = 1_500, 200, 5
STEPS = 200_000
"""Of marking, for all answers of a page: see `differing.py`."""
Marked = Literal["marked", "the same", "nothing in common", "too much", ""]


@dataclass(frozen=True)
class Said:
    """What one arm said. `pieces`: with the words that differ from the chosen arm's, where it is `marked`.

    `right`: None where the headline does not apply. `failures`: kinds of failure, in words. `too much`: words that
    repeat too often are not marked. `is_shortened`: the whole answer stands on the question's own page.
    """

    arm: str
    state: str
    status: str
    right: bool | None
    latency_ms: float | None
    waited: str
    text: str
    is_shortened: bool
    is_cut: bool
    why: str
    failures: tuple[str, ...]
    marked: Marked = ""
    pieces: tuple[Piece, ...] = ()


@dataclass(frozen=True)
class Entry:
    """A question, the chosen arm first. `accepted`: None where nobody said; empty where to decline is right."""

    question_id: str
    text: str
    slice: str
    asked_at: datetime
    accepted: tuple[str, ...] | None
    more_accepted: int
    answers: tuple[Said, ...]


def entry_of(arms: Sequence[str], person: Person) -> Callable[[Row], Entry]:
    """Makes the entries of one page, with the answers of these arms, of which the first is the chosen one."""
    return partial(_entry, arms=arms, person=person, budget=Budget(STEPS))


def _entry(row: Row, arms: Sequence[str], person: Person, budget: Budget) -> Entry:
    question = row.result.question
    cards = cards_of(row.asked, arms, person, is_settled=True)
    chosen, *others = (_said(row, card) for card in cards)
    accepted = question.references
    return Entry(
        question_id=question.question_id,
        text=question.text,
        slice=question.slice,
        asked_at=row.asked.asked_at,
        accepted=None
        if accepted is None
        else tuple(_short(text, LONGEST_ACCEPTED) for text in accepted[:MOST_ACCEPTED]),
        more_accepted=max(0, len(accepted or ()) - MOST_ACCEPTED),
        answers=(chosen, *(_marked(chosen, other, budget) for other in others)),
    )


def _said(row: Row, card: Card) -> Said:
    scored = row.result.answers.get(card.arm)
    latency_ms = scored.latency_ms if scored and card.state != WITHHELD else None
    return Said(
        arm=card.arm,
        state=card.state,
        status=card.status,
        right=card.right,
        latency_ms=latency_ms,
        waited="" if latency_ms is None else took(latency_ms),
        text=_short(card.text, LONGEST),
        is_shortened=len(card.text) > LONGEST,
        is_cut=card.is_cut,
        why=_short(card.why, LONGEST),
        failures=tuple(FAILURES[kind] for kind in row.kinds.get(card.arm, ()) if kind in FAILURES),
    )


def _marked(chosen: Said, other: Said, budget: Budget) -> Said:
    if not chosen.text or not other.text:
        return other
    found = pieces(chosen.text, other.text, budget)
    if found is None:
        return replace(other, marked="too much")
    if all(piece.kind == "same" for piece in found):
        return replace(other, marked="the same")
    if not any(piece.kind == "same" and has_words(piece.text) for piece in found):
        return replace(other, marked="nothing in common")
    return replace(other, marked="marked", pieces=tuple(found))


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else text[:most].rstrip()
