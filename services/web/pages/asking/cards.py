"""What a page shows of a question: a card for each arm, as far as somebody may see it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.web.live.marks import NAMELESS, Marked, not_looked_up, source_of
from services.web.live.questions import Asked
from services.web.pages.asking import said
from services.web.pages.words import counted, exact, took
from services.web.signing.people import Person
from shared.costs import CostSettings
from shared.messages import Answer, Question
from shared.scoring.catalogue import HEADLINE, is_right

MOST_PASSAGES, LONGEST_MS = 200, 1e12
"""Of one answer that are shown: a worker of ours reads some ten."""
WAITING, MISSING, WITHHELD = "waiting", "missing", "withheld"
NOT_FOR_YOU = "It was made from documents with labels that you may not see."
STATES = {
    "answered": "answered", "abstained": "declined", "failed": "failed", "skipped": "not asked",
    WAITING: "no answer yet", MISSING: "no answer before the deadline", WITHHELD: "not for you",
}  # fmt: skip


@dataclass(frozen=True)
class Passage:
    """A passage that an arm was given, by its chunk's id. `place`: as answers cite it, from 1.

    `mark`: what became of its document since, in a sentence; empty where it stands.
    """

    place: int
    chunk_id: str
    title: str
    text: str
    is_cited: bool
    mark: str = ""


@dataclass(frozen=True)
class Card:
    """What one arm said. `right`: None where it is not scored; `waited`: "" while it is waited for.

    `cost`, `certainty`: in words, empty where they are not known. `cited`: places of the passages that it cites.
    """

    arm: str
    state: str
    text: str = ""
    why: str = ""
    waited: str = ""
    model: str = ""
    right: bool | None = None
    is_cut: bool = False
    is_stale: bool = False
    cost: str = ""
    certainty: str = ""
    cited: tuple[int, ...] = ()
    passages: tuple[Passage, ...] = ()

    @property
    def status(self) -> str:
        return STATES.get(self.state, self.state)


def cards_of(
    asked: Asked,
    arms: Sequence[str],
    person: Person,
    *,
    is_settled: bool,
    costs: CostSettings | None = None,
    marked: Marked = not_looked_up,
) -> list[Card]:
    """One for each of the arms, in their order. `is_settled`: no further answer is to come.

    `marked` tells what became of a passage's document; where it is left out, each passage says that nobody looked.
    """
    drawn = (_card(asked, arm, person, is_settled=is_settled) for arm in arms)
    return [_with_its_passages(card, answer, costs, marked) if answer else card for card, answer in drawn]


def progress(cards: Sequence[Card], is_settled: bool) -> str:
    """One sentence for who does not see the cards change."""
    came = Counter(card.status for card in cards if card.state not in (WAITING, MISSING))
    kinds = ", ".join(f"{count} {status}" for status, count in came.items())
    said = f"{came.total()} of {counted(len(cards), 'arm')} {'has' if came.total() == 1 else 'have'} come"
    said = f"{said}: {kinds}" if kinds else said
    return f"{said}; no more will come." if is_settled else f"{said}, by now."


def narrowed(question: Question) -> str:
    """What a question asks beside its words: kind, sources, tags, and as of when; "" where that is the usual."""
    filters = question.filters
    parts = [] if question.kind == "question_answering" else [f"for a {question.kind}"]
    parts += [f"of the sources {', '.join(filters.sources)}"] if filters.sources else []
    parts += [f"with the tags {', '.join(filters.tags)}"] if filters.tags else []
    parts += [f"as of {exact(question.as_of)}"] if question.as_of else []
    return ", ".join(parts)


def _card(asked: Asked, arm: str, person: Person, *, is_settled: bool) -> tuple[Card, Answer | None]:
    """With the answer where it is for this person."""
    answer, at = answer_of(asked, arm)
    if answer is None:
        return Card(arm, MISSING if is_settled else WAITING), None
    waited = took((at - asked.asked_at).total_seconds() * 1_000)
    model = f"{answer.model} with {answer.adapter.name}" if answer.adapter else answer.model
    if not person.may_see_answer(answer):
        return Card(arm, WITHHELD, why=NOT_FOR_YOU, waited=waited, model=model), None
    card = Card(
        arm,
        answer.status,
        text=answer.text,
        why=said.why(answer),
        waited=waited,
        model=model,
        right=_right(asked, arm),
        is_cut=answer.cut,
        is_stale=answer.stale,
    )
    return card, answer


def _with_its_passages(card: Card, answer: Answer, costs: CostSettings | None, marked: Marked) -> Card:
    passages = tuple(_passages(answer, marked))
    return replace(
        card,
        cost=said.cost(answer, costs),
        certainty=said.certainty(answer),
        cited=tuple(passage.place for passage in passages if passage.is_cited),
        passages=passages,
    )


def answer_of(asked: Asked, arm: str) -> tuple[Answer | None, datetime]:
    """None where it is missing. As it came on its topic, which has the passages' words, while that is kept."""
    if asked.result and arm in asked.result.missing:
        return None, asked.asked_at
    if arm in asked.said:
        return asked.said[arm].answer, asked.said[arm].at
    scored = asked.result.answers.get(arm) if asked.result else None
    if scored is None:
        return None, asked.asked_at
    return scored.answer, asked.asked_at + timedelta(milliseconds=min(scored.latency_ms, LONGEST_MS))


def _right(asked: Asked, arm: str) -> bool | None:
    scored = asked.result.answers.get(arm) if asked.result else None
    value = scored.scores.get(HEADLINE) if scored else None
    return None if value is None else is_right(value)


def numbered(answer: Answer) -> list[str]:
    """The ids of its passages in the order in which it cites them, from 1; then those that it cites without naming."""
    named = {*answer.evidence}
    unnamed = (cited for cited in dict.fromkeys(answer.citations) if cited not in named)
    return [*answer.evidence, *unnamed][:MOST_PASSAGES]


def documents_of(asked: Asked, arms: Sequence[str], person: Person) -> list[str]:
    """Ids of the documents of all passages that the cards show; of those that an answer cites first."""
    answers = [answer for arm in arms if (answer := answer_of(asked, arm)[0]) and person.may_see_answer(answer)]
    cited = (chunk_id for answer in answers for chunk_id in answer.citations)
    shown = (chunk_id for answer in answers for chunk_id in numbered(answer))
    sources = map(source_of, dict.fromkeys([*cited, *shown]))
    return [*dict.fromkeys(source[0] for source in sources if source is not None)]


def _passages(answer: Answer, marked: Marked) -> Iterator[Passage]:
    citations = {*answer.citations}
    for at, chunk_id in enumerate(numbered(answer)):
        title, text = (
            parts[at] if at < len(parts) else "" for parts in (answer.evidence_titles, answer.evidence_texts)
        )
        source = source_of(chunk_id)
        mark = marked(source) if source else NAMELESS
        yield Passage(at + 1, chunk_id, title or "without a title", text, chunk_id in citations, mark.said)
