"""What every search, word index, ranker and way to make queries promises, held against each file of the folders."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.retriever.ports import Knowledge, Rank, Ranked, Search, SearchQuery, SparseIndex
from services.retriever.settings import RetrieverSettings
from services.retriever.variants import PACKAGE, Indexes
from services.retriever.view import MaterialisedView
from shared import plugins, topology
from shared.encoders import hashing
from shared.memory.broker import MemoryBroker, MemoryTail
from shared.memory.chunks import MemoryChunks
from shared.messages import Chunk, DocumentChunked, Filters
from shared.records import Effect
from shared.scope import Scope
from shared.settings import EncoderSettings
from shared.stored import Passage, StoredRevision
from tests import tiny_cross_encoder, tiny_model
from tests.builders import NOON, a_chunked_document, a_raw_record
from tests.cases import every_case

ENCODER = hashing.build(EncoderSettings(variant="hashing", dimensions=64))
SETTINGS = RetrieverSettings(snapshot=False)
SEARCHES = plugins.names(f"{PACKAGE}.searches")
INDEXES = plugins.names(f"{PACKAGE}.indexes")
RANKERS = plugins.names(f"{PACKAGE}.rankers")
QUERIES = plugins.names(f"{PACKAGE}.queries")

SOURCES, TAGS, LANGUAGES = (
    ("Harrow Vale Wire", "rt: 'quoted'", "电讯"),
    ((), ("sport",), ("sport", "city")),
    ("en", "de"),
)
LABELS, DAYS = ((), ("desk",), ("desk", "board")), (0, 3, 9)
FOREIGN = ("Das Fest zieht um", "灯会 搬到了 老港口", "งานโคมไฟ ย้ายไป", "مهرجان الفوانيس", '🏮🏮 (fair) AND "harbour":')
NASTY = (
    'the "fair', "fair:harbour", "title:fair^2 AND (harbour OR", "AND OR NOT", "+fair -harbour", "fair~2 [a TO b] {c}",
    "\\", "'; DROP TABLE chunks; --", "?!...,;:", "*", "fair*", "/fair/", "🏮🎆", "مهرجان الفوانيس", "שלום fair",
    "灯会在哪里", "งานโคมไฟอยู่ที่ไหน", "fair\x00harbour", "\x00", "\u202efair", "fair " * 800, "x" * 4_000, "é" * 4_000,
    "<|im_start|>system", " ", "\n\t", "1" * 400, "a.b.c.d-e_f", "\ufeff", "ﬁ ligature", "İstanbul", "ß",
)  # fmt: skip


@dataclass(frozen=True)
class Newsroom:
    """Stored chunks of every mixture of traits, and the word indexes over them."""

    chunks: MemoryChunks
    knowledge: Knowledge
    passages: Sequence[Passage]
    view: MaterialisedView

    def within(self, scope: Scope) -> set[tuple[str, int]]:
        return {passage.place for passage in self.passages if scope.admits(passage)}


def a_story(number: int, traits: tuple[Any, ...]) -> DocumentChunked:
    source, tags, language, labels, days = traits
    secret = "".join(f" known only to the {label}: secret{label}" for label in labels)
    text = f"The lantern fair, story {number} of {source}, {FOREIGN[number % len(FOREIGN)]}{secret}."
    return a_chunked_document(
        document_id=f"d{number:03}", source=source, tags=tags, language=language, labels=labels,
        published_at=NOON + timedelta(days=days), first_seen_at=NOON + timedelta(days=days, hours=1),
        chunks=(Chunk(position=0, text=text), Chunk(position=1, text=f"A fair at harbour {number}. {text}")),
    )  # fmt: skip


def store(chunks: MemoryChunks, broker: MemoryBroker, *documents: DocumentChunked) -> None:
    for made in documents:
        vectors = ENCODER.encode([chunk.text for chunk in made.chunks]).reshape(-1, ENCODER.dimensions)
        chunks.write(Effect(StoredRevision(made, vectors, NOON), a_raw_record(b"")))
        broker.append(topology.INDEXED.name, made.document_id.encode(), b"")
    chunks.flush()


@cache
def newsroom() -> Newsroom:
    chunks, broker = MemoryChunks(), MemoryBroker()
    documents = [a_story(*numbered) for numbered in enumerate(product(SOURCES, TAGS, LANGUAGES, LABELS, DAYS))]
    store(chunks, broker, *documents)
    indexes = Indexes(SETTINGS)
    for name in INDEXES:
        indexes(name)
    view = MaterialisedView(MemoryTail(broker, topology.INDEXED.name), chunks, list(indexes.made.values()))
    view.catch_up()
    standing = chunks.of_documents([made.document_id for made in documents])
    passages = [passage for revision in standing.values() for passage in revision]
    return Newsroom(chunks, Knowledge(chunks, indexes), passages, view)


@cache
def search_of(name: str) -> Search:
    search: Search = plugins.load(f"{PACKAGE}.searches", name)(newsroom().knowledge, SETTINGS)
    return search


def asked(text: str) -> SearchQuery:
    return SearchQuery(text, ENCODER.encode([text])[0], NOON + timedelta(days=10))


def found(name: str, text: str = "a fair", limit: int = 1_000, scope: Scope | None = None) -> list[Ranked]:
    return list(search_of(name)(asked(text), limit=limit, scope=scope or Scope()))


def asked_lists(name: str, ranked: Sequence[Ranked]) -> int:
    """How many lists a search asked for `limit` chunks each: its own, or those of its parts."""
    return len({part for hit in ranked for part in hit.found_by} - {name}) or 1


moments = st.none() | st.integers(-1, 11).map(lambda day: NOON + timedelta(days=day))
scopes = st.builds(
    Scope,
    st.builds(
        Filters,
        sources=st.lists(st.sampled_from([*SOURCES, "nobody"]), max_size=2, unique=True).map(tuple),
        tags=st.lists(st.sampled_from(["sport", "city", "none"]), max_size=2, unique=True).map(tuple),
        languages=st.lists(st.sampled_from([*LANGUAGES, "fr"]), max_size=2, unique=True).map(tuple),
        published_from=moments,
        published_to=moments,
    ),
    moments,
    st.frozensets(st.sampled_from(["desk", "board", "none"])),
)


@pytest.mark.parametrize("name", SEARCHES)
@given(scope=scopes, limit=st.sampled_from([1, 5, 1_000]))
@settings(max_examples=60, deadline=None)
def test_a_search_finds_all_it_may_and_nothing_else(name: str, scope: Scope, limit: int) -> None:
    """Every chunk holds a word of the question, so a narrow scope must give as many as lie in it."""
    within = newsroom().within(scope)
    ranked = found(name, limit=limit, scope=scope)
    places = [hit.place for hit in ranked]

    assert set(places) <= within
    assert len(places) == len(set(places))
    assert min(limit, len(within)) <= len(places) <= limit * asked_lists(name, ranked)


DAY_3 = NOON + timedelta(days=3)
ALONE: dict[str, tuple[Scope, Callable[[Passage], bool]]] = {
    "source": (Scope(Filters(sources=SOURCES[1:2])), lambda passage: passage.source == SOURCES[1]),
    "tag": (Scope(Filters(tags=("city",))), lambda passage: "city" in passage.tags),
    "language": (Scope(Filters(languages=("de",))), lambda passage: passage.language == "de"),
    "published from": (Scope(Filters(published_from=DAY_3)), lambda passage: passage.published_at >= DAY_3),
    "published to": (Scope(Filters(published_to=DAY_3)), lambda passage: passage.published_at <= DAY_3),
    "as of": (Scope(as_of=DAY_3), lambda passage: passage.first_seen_at <= DAY_3),
    "no label": (Scope(), lambda _: True),
    "label": (Scope(labels=frozenset({"board"})), lambda _: True),
}  # fmt: skip


@pytest.mark.parametrize("name", SEARCHES)
def test_each_condition_is_kept_alone(name: str) -> None:
    with every_case() as case:
        for condition, (scope, kept) in ALONE.items():
            readable = [
                passage for passage in newsroom().passages if not passage.labels or scope.labels & set(passage.labels)
            ]
            with case(condition):
                places = {hit.place for hit in found(name, scope=scope)}
                assert places == {passage.place for passage in readable if kept(passage)}
                assert places


@pytest.mark.parametrize("name", SEARCHES)
def test_a_search_holds_its_list_to_its_word(name: str) -> None:
    for limit in (1, 7, 1_000):
        ranked = found(name, "harbour 12 of the lantern fair", limit, Scope(labels=frozenset({"desk"})))
        scores = [hit.score for hit in ranked]

        assert 0 < len(ranked) <= limit * asked_lists(name, ranked)
        assert scores == sorted(scores, reverse=True)
        assert all(map(math.isfinite, scores))
        assert [(hit.found_by[name].rank, hit.found_by[name].score) for hit in ranked] == list(enumerate(scores, 1))
        assert ranked == found(name, "harbour 12 of the lantern fair", limit, Scope(labels=frozenset({"desk"})))


@pytest.mark.parametrize("name", SEARCHES)
def test_a_chunk_says_where_every_list_held_it(name: str) -> None:
    """The parts of a hybrid search are searches too: each place told is the place on that search's own list."""
    ranked = found(name, "harbour 12 of the lantern fair", 50)

    for other in {part for hit in ranked for part in hit.found_by}:
        own = {hit.place: hit.found_by[other] for hit in found(other, "harbour 12 of the lantern fair", 50)}
        told = {hit.place: hit.found_by[other] for hit in ranked if other in hit.found_by}
        assert told
        assert told.items() <= own.items()


@pytest.mark.parametrize("name", SEARCHES)
def test_any_question_is_only_words(name: str) -> None:
    scope = Scope(Filters(sources=SOURCES[:1]), DAY_3)
    within = newsroom().within(scope)
    with every_case() as case:
        for text in NASTY:
            with case(ascii(text[:40]), len(text)):
                ranked = found(name, text, 20, scope)
                assert {hit.place for hit in ranked} <= within
                assert ranked == found(name, text, 20, scope)


@pytest.mark.parametrize("name", SEARCHES)
@given(text=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=200), scope=scopes)
@settings(max_examples=40, deadline=None)
def test_no_text_raises_or_widens_the_scope(name: str, text: str, scope: Scope) -> None:
    assert {hit.place for hit in found(name, text, 20, scope)} <= newsroom().within(scope)


@pytest.fixture(params=INDEXES)
def index(request: pytest.FixtureRequest) -> SparseIndex:
    made: SparseIndex = plugins.load(f"{PACKAGE}.indexes", request.param)(SETTINGS, None)
    return made


def a_passage(name: str, text: str, *, revision: int = 1, published_at: datetime = NOON) -> Passage:
    about = ("title", "wire", (), "en", (), 1.0, published_at, published_at)
    return Passage(name, 0, revision, *about, text)


def hits(index: SparseIndex, text: str) -> list[tuple[str, int]]:
    return sorted(
        (candidate.document_id, candidate.revision) for candidate in index.search(text, limit=10, scope=Scope())
    )


def test_an_index_shows_changes_when_they_are_committed_and_not_before(index: SparseIndex) -> None:
    index.replace("a", [a_passage("a", "the old harbour")])
    assert hits(index, "harbour") == []
    index.commit({0: 1})
    assert hits(index, "harbour") == [("a", 1)]
    assert (index.size, index.offsets) == (1, {0: 1})


def test_an_index_forgets_the_words_of_an_older_revision(index: SparseIndex) -> None:
    index.replace("a", [a_passage("a", "the old harbour"), replace(a_passage("a", "a ferry"), position=1)])
    index.commit({0: 1})
    index.replace("a", [a_passage("a", "the new station", revision=2)])
    index.commit({0: 2})

    assert hits(index, "harbour ferry station") == [("a", 2)]
    assert hits(index, "harbour ferry") == []
    index.replace("a", [])
    index.commit({0: 3})
    assert (hits(index, "station"), index.size) == ([], 0)


def test_an_index_forgets_by_age_and_can_start_over(index: SparseIndex) -> None:
    for name, day in (("old", 0), ("new", 5)):
        index.replace(name, [a_passage(name, "harbour", published_at=NOON + timedelta(days=day))])
    index.commit({0: 2})
    index.forget(NOON + timedelta(days=5))
    index.commit({0: 2})
    assert hits(index, "harbour") == [("new", 1)]
    index.clear()
    assert (hits(index, "harbour"), index.size, index.offsets) == ([], 0, {})


@pytest.fixture(scope="module")
def ranker(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Rank]:
    """From a ranker's name to the ranker, with models that the test builds."""
    pair, language = tmp_path_factory.mktemp("pair"), tmp_path_factory.mktemp("language")
    models = {
        "cross_encoder": str(tiny_cross_encoder.save(pair)), "likelihood_model": str(tiny_model.save(language)),
        "mmr_first": 12, "cross_encoder_first": 6, "likelihood_first": 3,
    }  # fmt: skip
    chosen = SETTINGS.model_copy(update=models)
    made = {name: plugins.load(f"{PACKAGE}.rankers", name)(newsroom().knowledge, chosen) for name in RANKERS}
    return lambda name: made[name]


@cache
def lists() -> dict[str, list[Ranked]]:
    """Lists as rankers may meet them: of each search, short, empty, and with chunks that moved since."""
    desk = Scope(labels=frozenset({"desk"}))
    whole = found("weighted", "harbour 12 of the lantern fair", 40, desk)
    gone = replace(whole[2], candidate=replace(whole[2].candidate, document_id="gone"))
    revised = replace(whole[1], candidate=replace(whole[1].candidate, revision=9))
    below_0 = [replace(hit, score=hit.score - 5.0) for hit in whole]
    return {
        **{name: found(name, "harbour 12 of the lantern fair", 30, desk) for name in SEARCHES},
        "none": [], "one": whole[:1], "moved": [whole[0], revised, gone, *whole[3:]], "all gone": [gone],
        "below 0": below_0, "alike": [replace(hit, score=0.5) for hit in whole],
    }  # fmt: skip


@pytest.mark.parametrize("name", RANKERS)
def test_a_ranker_gives_back_every_chunk_once(ranker: Callable[..., Rank], name: str) -> None:
    texts = ("Where is the fair?", "灯会\x00 <|im_end|>", "?")
    with every_case() as case:
        for (kind, given_list), text in product(lists().items(), texts):
            known = {hit.place: hit for hit in given_list}
            with case(kind, ascii(text)):
                ranked = list(ranker(name)(asked(text), given_list))
                assert sorted(hit.place for hit in ranked) == sorted(known)
                assert all(hit == replace(known[hit.place], score=hit.score) for hit in ranked)
                assert all(math.isfinite(hit.score) for hit in ranked)
                assert ranked == list(ranker(name)(asked(text), given_list))


@pytest.mark.parametrize("name", RANKERS)
def test_a_ranker_puts_the_best_first_and_can_be_followed_by_another(ranker: Callable[..., Rank], name: str) -> None:
    """Scores never rise and stay at or above 0: what weighs them afterwards moves nothing the wrong way."""
    ranked = ranker(name)(asked("Where is the fair?"), found("weighted", limit=40))
    scores = [hit.score for hit in ranked]

    assert scores == sorted(scores, reverse=True)
    assert min(scores) >= 0


@pytest.mark.parametrize("name", QUERIES)
@given(text=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=300) | st.sampled_from(NASTY))
@settings(max_examples=60, deadline=None)
def test_queries_begin_with_the_question_and_are_few(name: str, text: str) -> None:
    rephrase = plugins.load(f"{PACKAGE}.queries", name)(newsroom().knowledge, SETTINGS)
    queries = list(rephrase(text, Scope()))

    assert queries[0] == text
    assert len(queries) == len(set(queries)) <= 16
    assert all(query.strip() for query in queries[1:])
    assert queries == list(rephrase(text, Scope()))


@pytest.mark.parametrize("name", QUERIES)
@given(scope=scopes)
@settings(max_examples=40, deadline=None)
def test_queries_hold_no_word_of_what_may_not_be_shown(name: str, scope: Scope) -> None:
    rephrase = plugins.load(f"{PACKAGE}.queries", name)(newsroom().knowledge, SETTINGS)
    question = "Where is the fair, and what is known of it?"
    within = newsroom().within(scope)
    allowed = " ".join(
        [question, *(passage.text for passage in newsroom().passages if passage.place in within)]
    ).lower()

    for query in rephrase(question, scope):
        assert [word for word in query.lower().split() if word not in allowed] == []
