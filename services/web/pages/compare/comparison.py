"""What the page shows of a view, for its template and as JSON."""

from collections.abc import Sequence
from datetime import datetime

from services.web.live.site import Site
from services.web.pages.compare.choosing import OUTCOMES, of_outcomes, of_questions, settled, unfitting
from services.web.pages.compare.entries import Entry, entry_of
from services.web.pages.compare.rows import FAILURES, Kept, Row, kept
from services.web.pages.compare.view import View, moment, written
from services.web.pages.paging import Paged, paged
from services.web.signing.people import Person
from shared.lab import standing_words
from shared.lab.head_to_head import HeadToHead, clusters_of, head_to_head
from shared.messages import Difference
from shared.messages.schema import Message


class OtherArm(Message):
    """Another arm over the questions that count for both; better where it is right and the chosen one is not."""

    other: str
    n: int
    better: int
    worse: int
    same: int
    difference: Difference | None
    sentence: str


class Compared(Message):
    """One page of a view. `view`: its parameters with what was left out filled in; `notes`: what in them fits nothing.

    `questions`: of the contest, with a result; `chosen`: of these those that the view chooses by what they are, over
    which arms are held against each other; `entries`: of these those that it chooses by what became of them as well.
    `newer`: asked later, and left out.
    """

    view: View
    notes: tuple[str, ...]
    contests: tuple[str, ...]
    arms: tuple[str, ...]
    slices: tuple[str, ...]
    failures: tuple[str, ...]
    questions: int
    chosen: int
    newer: int
    against: tuple[OtherArm, ...]
    entries: Paged[Entry]

    @property
    def others(self) -> list[str]:
        return [against.other for against in self.against]

    @property
    def outcomes(self) -> dict[str, str]:
        """What each outcome is between these arms."""
        other = self.view.other or "another"
        return {name: said.format(chosen=self.view.arm, other=other) for name, said in OUTCOMES.items()}

    @property
    def failures_said(self) -> dict[str, str]:
        """The kinds of failure that occur, in words."""
        return {name: _failure(name) for name in self.failures}

    @property
    def said(self) -> str:
        """Which questions are listed, in a phrase."""
        view = self.view
        parts = (
            ("of the kind {}", view.slice), ("with the words {}", view.words), ("with the id {}", view.id),
            ("{}", self.outcomes.get(view.outcome, "")), ("{}", _failure(view.failure)),
        )  # fmt: skip
        return "; ".join(said.format(value) for said, value in parts if value)


def compared(site: Site, asked: View, person: Person, names: Sequence[str] = ()) -> Compared:
    """A page of a view, given the names of all parameters of its address, as far as this person may see it."""
    held = kept(site.questions.scored(person), asked, person)
    view = settled(asked, held)
    view = view.model_copy(update={"until": _until(view, held)})
    others = [view.other] if view.other else [arm for arm in held.arms if arm != view.arm]
    chosen = of_questions(view, held.rows)
    listed = paged(of_outcomes(view, chosen, others), view.page)
    notes = [*asked.misread(names), *unfitting(asked, held)]
    if listed.page != view.page:
        notes.append(f"There is no page {view.page}: shown is the nearest one, {listed.page}.")
    return Compared(
        view=view.model_copy(update={"page": listed.page}),
        notes=tuple(notes),
        contests=held.contests,
        arms=held.arms,
        slices=tuple(held.slices),
        failures=tuple(held.failures),
        questions=len(held.rows),
        chosen=len(chosen),
        newer=held.newer,
        against=tuple(map(_said, _against(chosen, held, view.arm, others))),
        entries=listed.of(entry_of([view.arm, *others], person)),
    )


def _failure(name: str) -> str:
    return FAILURES.get(name, name.replace("failed-", "failed: ", 1))


def _until(view: View, held: Kept) -> str:
    """When the newest question was asked that is shown: links keep it, so that pages hold the same questions."""
    if moment(view.until) is not None:
        return view.until
    newest: datetime | None = max((row.asked.asked_at for row in held.rows), default=None)
    return "" if newest is None else written(newest)


def _against(chosen: Sequence[Row], held: Kept, arm: str, others: Sequence[str]) -> list[HeadToHead]:
    """Clusters are those of all questions, in the order in which they were asked."""
    clusters = clusters_of(row.result for row in reversed(held.rows))
    values = {name: {row.question_id: row.values[name] for row in chosen if name in row.values} for name in held.arms}
    return head_to_head(values, arm, others, clusters) if others else []


def _said(of: HeadToHead) -> OtherArm:
    sentence = standing_words.said(of.difference) if of.difference else "No question counts for both by now."
    return OtherArm(
        other=of.other, n=of.n, better=of.better, worse=of.worse, same=of.same, difference=of.difference,
        sentence=sentence,
    )  # fmt: skip
