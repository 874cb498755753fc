"""Query variants: several questions come apart, and feedback adds telling words of what may be shown."""

from collections.abc import Mapping, Sequence

import pytest

from services.retriever.indexes import bm25
from services.retriever.ports import Knowledge, Rephrase
from services.retriever.queries import decompose, expand
from services.retriever.settings import RetrieverSettings
from shared.memory.chunks import MemoryChunks
from shared.scope import Scope
from shared.stored import ChunkKey, Passage
from tests.builders import NOON

SETTINGS = RetrieverSettings()


@pytest.mark.parametrize(
    ("text", "parted"),
    [
        ("Who won the race? When was it held?", ["Who won the race", "When was it held"]),
        ("Who won the race and where was it held?", ["Who won the race", "where was it held"]),
        ("Who leads the council; who founded the tram line", ["Who leads the council", "who founded the tram line"]),
        ("Wer gewann das Rennen und wo war der Start?", ["Wer gewann das Rennen", "wo war der Start"]),
        ("谁赢了比赛？比赛在哪里举行？", ["谁赢了比赛", "比赛在哪里举行"]),  # noqa: RUF001
        ("من فاز بهذا السباق؟ وأين كان ذلك اليوم؟", ["من فاز بهذا السباق", "وأين كان ذلك اليوم"]),
        ("Who starred in Tom and Jerry?", []),
        ("Who won the race, and why?", []),
        ("Where is the fair held?", []),
        ("?;?;", []),
        ("Who won the race  ,  and  where was it held?", ["Who won the race", "where was it held"]),
    ],
)
def test_a_question_comes_apart_where_another_begins(text: str, parted: list[str]) -> None:
    assert list(decompose.parts(text)) == parted


def test_the_whole_question_comes_first_and_the_number_is_bounded() -> None:
    text = "; ".join(f"what is number {number}" for number in range(20))
    rephrase = decompose.build(
        Knowledge(Chunks([]), lambda _: bm25.build(SETTINGS, None)), RetrieverSettings(decompose_most=3)
    )

    assert list(rephrase(text, Scope())) == [text, "what is number 0", "what is number 1"]


STORIES = {
    "fair-1": "The lantern fair opens at the harbour with a puppeteer from Tavrick.",
    "fair-2": "A puppeteer of Tavrick leads the lantern fair at the harbour.",
    "tram-1": "The tram line opens at the depot with a speech from the mayor.",
    "tram-2": "A bridge at the depot leads the tram over the river.",
    "rain-1": "Rain at the harbour: a ferry waits with the fair for the storm.",
}


class Chunks(MemoryChunks):
    """Stored passages without vectors."""

    def __init__(self, passages: Sequence[Passage]) -> None:
        super().__init__()
        self.passages = {passage.place: passage for passage in passages}

    def read(self, places: Sequence[ChunkKey]) -> Mapping[ChunkKey, Passage]:
        return {place: self.passages[place] for place in places if place in self.passages}


def a_passage(name: str, text: str, labels: tuple[str, ...] = (), revision: int = 1) -> Passage:
    return Passage(name, 0, revision, "", "wire", (), "en", labels, 1.0, NOON, NOON, text)


def expanding(indexed: Sequence[Passage], standing: Sequence[Passage] | None = None, terms: int = 8) -> Rephrase:
    index = bm25.build(SETTINGS, None)
    for passage in indexed:
        index.replace(passage.document_id, [passage])
    index.commit({0: 1})
    chunks = Chunks(indexed if standing is None else standing)
    settings = RetrieverSettings(expand_passages=2, expand_terms=terms)
    return expand.build(Knowledge(chunks, lambda _: index), settings)


def the_stories() -> list[Passage]:
    return [a_passage(name, text) for name, text in STORIES.items()]


def words_added(rephrase: Rephrase, text: str, scope: Scope | None = None) -> list[str]:
    first, *rest = rephrase(text, scope or Scope())
    assert first == text
    assert len(rest) <= 1
    return rest[0].removeprefix(text).split() if rest else []


def test_the_words_that_mark_the_first_passages_are_added() -> None:
    assert words_added(expanding(the_stories()), "Where is the lantern fair?") == ["puppeteer", "tavrick", "harbour"]


def test_no_more_words_are_added_than_wanted() -> None:
    assert words_added(expanding(the_stories(), terms=1), "Where is the lantern fair?") == ["puppeteer"]


def test_a_question_that_finds_nothing_stays_as_it_is() -> None:
    assert words_added(expanding(the_stories()), "Quokka?") == []
    assert words_added(expanding([]), "Where is the lantern fair?") == []


def test_feedback_never_looks_at_what_the_asker_may_not_be_shown() -> None:
    secret = [a_passage(f"board-{n}", "The lantern fair is bankrupt, says auditor Quill.", ("board",)) for n in (1, 2)]
    rephrase = expanding([*the_stories(), *secret])

    assert {"bankrupt", "quill"} <= set(words_added(rephrase, "lantern fair", Scope(labels=frozenset({"board"}))))
    assert words_added(rephrase, "lantern fair") == ["puppeteer", "tavrick", "harbour"]


@pytest.mark.parametrize("now", [None, ("board",), ()])
def test_feedback_reads_the_store_and_not_what_was_indexed_before(now: tuple[str, ...] | None) -> None:
    """Retracted, withdrawn behind a label, or revised since: its words are not used before it is found anew."""
    indexed = [a_passage(f"old-{n}", "The lantern fair is bankrupt, says auditor Quill.") for n in (1, 2)]
    standing = [a_passage(passage.document_id, passage.text, now, 2) for passage in indexed] if now is not None else []

    assert words_added(expanding([*the_stories(), *indexed], [*the_stories(), *standing]), "lantern fair") != []
    assert not {"bankrupt", "quill"} & set(
        words_added(expanding([*the_stories(), *indexed], [*the_stories(), *standing]), "lantern fair")
    )
