"""Which of the questions that are kept a view shows, and what in it fits none of them."""

from collections.abc import Collection, Iterator, Sequence

from services.web.pages.compare.rows import FAILURES, Kept, Row
from services.web.pages.compare.view import View
from shared.lab.report import mistakes

OUTCOMES = {
    "chosen-right": "{chosen} right, {other} not",
    "other-right": "{other} right, {chosen} not",
    "both-right": "{chosen} and {other} right",
    "both-wrong": "neither {chosen} nor {other} right",
    "declined": "{chosen} or {other} declined",
    "failed": "{chosen} or {other} failed or missing",
}
RIGHT = {
    "chosen-right": (True, False), "other-right": (False, True), "both-right": (True, True),
    "both-wrong": (False, False),
}  # fmt: skip
"""Whether the chosen arm is right, and another one."""
LONGEST_WORDS = 500
"""Characters of the words that are looked for in questions."""


def settled(view: View, held: Kept) -> View:
    """The view with the contest that is shown and an arm of it."""
    arm = view.arm if view.arm in held.arms else next(iter(held.arms), "")
    other = view.other if view.other in held.arms and view.other != arm else ""
    label = held.contest.label if held.contest else ""
    return view.model_copy(update={"contest": label, "arm": arm, "other": other})


def unfitting(view: View, held: Kept) -> Iterator[str]:
    """Sentences on what in a view fits nothing that is kept, and on what is shown instead."""
    if held.contest:
        yield from _unfitting_arms(view, held, held.contest.label)
        yield from _unfitting_questions(view, held)


def of_questions(view: View, rows: Sequence[Row]) -> list[Row]:
    """Those that the view chooses by what they are, whatever became of them."""
    words = set(view.words[:LONGEST_WORDS].casefold().split())
    return [
        row
        for row in rows
        if view.slice in ("", row.result.question.slice)
        and view.id in ("", row.question_id)
        and (not words or _has_all(row.result.question.text, words))
    ]


def _has_all(text: str, words: Collection[str]) -> bool:
    folded = text.casefold()
    return all(word in folded for word in words)


def of_outcomes(view: View, rows: Sequence[Row], others: Sequence[str]) -> list[Row]:
    """Those of them that it chooses by what became of them, at the chosen arm and at least one of the others."""
    return [row for row in rows if _has_failure(row, view, others) and _has_outcome(row, view, others)]


def _unfitting_arms(view: View, held: Kept, label: str) -> Iterator[str]:
    first = next(iter(held.arms), "no arm")
    if view.contest and view.contest != label:
        yield f"No question that is kept here belongs to a contest {view.contest}: shown is {label}."
    if view.arm and view.arm not in held.arms:
        yield f"No arm of {label} is called {view.arm}: shown is {first}."
    if view.other and view.other not in held.arms:
        yield f"No arm of {label} is called {view.other}: shown are all others."
    if view.other and view.other == (view.arm or first):
        yield f"{view.other} is held against the others and not against itself: shown are all others."


def _unfitting_questions(view: View, held: Kept) -> Iterator[str]:
    if view.slice and view.slice not in {row.result.question.slice for row in held.rows}:
        yield f"No question that is kept here is of kind {view.slice}."
    if view.id and view.id not in {row.question_id for row in held.rows}:
        yield f"No question that is kept here has the id {view.id} and a result: it may not be scored yet."
    if view.outcome and view.outcome not in OUTCOMES:
        yield f"{view.outcome} is no outcome: write one of {', '.join(OUTCOMES)}. Shown are all."
    if view.failure and view.failure not in {*FAILURES, *held.failures}:
        yield f"No answer that is kept here failed by {view.failure}."


def _has_failure(row: Row, view: View, others: Sequence[str]) -> bool:
    return not view.failure or any(view.failure in row.kinds.get(arm, ()) for arm in (view.arm, *others))


def _has_outcome(row: Row, view: View, others: Sequence[str]) -> bool:
    if view.outcome not in OUTCOMES:
        return True
    states = {row.states.get(arm) for arm in (view.arm, *others)}
    if view.outcome == "declined":
        return "abstained" in states
    if view.outcome == "failed":
        return bool(states & {mistakes.FAILED, mistakes.MISSING})
    mine, its = RIGHT[view.outcome]
    return row.is_right(view.arm) is mine and any(row.is_right(other) is its for other in others)
