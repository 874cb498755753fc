"""Ingest: what is refused, what is dropped, how revisions are numbered, and that a second delivery changes nothing."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import pytest

from services.ingest.assembly import cleaners
from services.ingest.chunkers import tokens, words
from services.ingest.handler import Ingest
from services.ingest.settings import IngestSettings
from shared import plugins
from shared.encoding import tokenizer_of
from shared.memory.dispositions import MemoryDispositions
from shared.memory.documents import MemoryDocuments
from shared.messages import DocumentPublished, Revision
from shared.records import InvalidMessageError, Record
from shared.retention import FOREVER, Retention
from shared.settings import EncoderSettings
from shared.stored import DocumentOutcome, DroppedDocument, TakenDocument
from tests.builders import NOON, a_document, a_record, store


@cache
def detector(name: str) -> Callable[[str], str]:
    """Its model is loaded once."""
    built: Callable[[str], str] = plugins.load("services.ingest.languages", name)()
    return built


class Stores:
    """Where ingest keeps what it decides and takes."""

    def __init__(self, keep: Retention = FOREVER) -> None:
        self.keep = keep
        self.dispositions, self.documents = MemoryDispositions(), MemoryDocuments(keep)


def an_ingest(stores: Stores | None = None, **settings: Any) -> Ingest:
    chosen, stores = IngestSettings(**settings), stores or Stores()
    return Ingest(
        chosen,
        stores.dispositions,
        stores.documents,
        words.build(chosen, EncoderSettings()),
        cleaners(IngestSettings()),
        lambda: NOON + timedelta(seconds=1),
        language=detector(chosen.language),
        keep=stores.keep,
    )


def take(stores: Stores, *records: Record[DocumentPublished]) -> list[DocumentOutcome]:
    """Handle records as one batch and store what comes of them."""
    effects = list(an_ingest(stores)(records))
    store(effects, stores.dispositions, stores.documents)
    return [done.outcome for done in effects]


def fates(outcomes: list[DocumentOutcome]) -> list[tuple[str, int, str]]:
    return [(o.disposition.outcome, o.disposition.revision, o.disposition.reason) for o in outcomes]


def test_a_new_document_becomes_revision_one() -> None:
    (taken,) = take(Stores(), a_record(a_document()))

    assert isinstance(taken, TakenDocument)
    assert taken.chunked.revision == 1
    assert taken.chunked.chunks[0].text.startswith("Lantern fair moved (03 March 2025)\nThe lantern fair")


def test_a_change_is_the_next_revision_and_the_same_again_is_dropped() -> None:
    outcomes = take(
        Stores(),
        a_record(a_document(), offset=0),
        a_record(a_document(), offset=1),
        a_record(a_document(text="It stays where it was."), offset=2),
    )

    assert fates(outcomes) == [("revision", 1, ""), ("dropped", 1, "unchanged"), ("revision", 2, "")]


def test_a_retraction_is_a_revision_without_chunks_and_a_later_upsert_revives() -> None:
    retract = DocumentPublished(document_id="story-1", op="retract")
    stores = Stores()
    outcomes = take(
        stores, a_record(a_document()), a_record(retract, offset=1), a_record(retract, offset=2),
        a_record(a_document(text="It is held after all."), offset=3),
    )  # fmt: skip

    assert fates(outcomes)[1:] == [("revision", 2, ""), ("dropped", 2, "already retracted"), ("revision", 3, "")]
    assert isinstance(outcomes[1], TakenDocument)
    assert outcomes[1].chunked.chunks == ()


def test_a_retraction_of_an_unknown_document_is_dropped() -> None:
    (dropped,) = take(Stores(), a_record(DocumentPublished(document_id="x", op="retract")))

    assert isinstance(dropped, DroppedDocument)
    assert "never published" in dropped.disposition.reason


def test_records_delivered_again_get_the_decisions_they_had() -> None:
    stores = Stores()
    records = [
        a_record(a_document(), offset=0),
        a_record(a_document(), offset=1),
        a_record(a_document(text="Changed."), offset=2),
    ]
    first = take(stores, *records)

    assert fates(take(stores, *records)) == fates(first)


def test_a_replay_of_an_old_revision_does_not_bring_it_back() -> None:
    stores = Stores()
    old = a_record(a_document(), offset=0)
    take(stores, old, a_record(a_document(text="Changed."), offset=1))

    take(stores, old)

    (document,) = stores.documents.documents()
    assert document.text == "Changed."


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"text": ""}, "nothing is left"),
        ({"text": " \n\t\x00 "}, "nothing is left"),
        ({"text": "<html><script>x()</script></html>", "content_type": "text/html"}, "nothing is left"),
        ({"text": "é" * 1_000_000}, "2000000 bytes, at most 1000000"),
        ({"published_at": datetime(1970, 1, 1, tzinfo=UTC)}, "1970-01-01"),
        ({"published_at": datetime(2999, 1, 1, tzinfo=UTC)}, "2999-01-01"),
        ({"first_seen_at": datetime(2999, 1, 1, tzinfo=UTC)}, "first_seen_at"),
    ],
)
def test_unusable_documents_are_refused_with_the_reason(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(InvalidMessageError, match=reason):
        list(an_ingest()([a_record(a_document(**changes))]))


def test_an_article_is_found_inside_its_page() -> None:
    page = """<html><head><title>t</title></head><body><nav><a href="/">Home</a> <a href="/x">Sports</a></nav>
    <article><h1>Ferry back in service</h1><p>The ferry between Pellmere and the islands sails again from Monday,
    the harbour office said, after a new shaft was fitted.</p><p>Tickets cost as before, and cars must be booked.</p>
    </article><footer>Imprint</footer></body></html>"""
    text = cleaners(IngestSettings())["text/html"](page)

    assert "sails again from Monday" in text
    assert "Imprint" not in text


def test_no_chunk_is_longer_than_the_encoder_reads() -> None:
    settings = IngestSettings(chunk_tokens=64)
    chunk = tokens.build(settings, EncoderSettings())
    text = " ".join(f"The council of Wexcombe voted {n} times on Łódź-style trams." for n in range(80))

    passages = chunk("A very long title " * 30, "03 March 2025", text)

    assert len(passages) > 10
    assert all(chunk.count(passage) + tokens.SPECIAL <= 64 for passage in passages)
    assert tokenizer_of(EncoderSettings(variant="hashing")) is None


def test_chunks_keep_every_word_in_order() -> None:
    text = "One two three. Four five six.\n\nSeven eight nine ten."
    passages = tokens.build(IngestSettings(chunk_tokens=32), EncoderSettings())("T", "1 May 2025", text * 20)

    kept = " ".join(passage.split("\n", 1)[1] for passage in passages).split()
    assert kept == (text * 20).split()


def test_a_document_of_one_character_is_taken() -> None:
    (taken,) = take(Stores(), a_record(a_document(text="A", title="")))

    assert isinstance(taken, TakenDocument)
    assert taken.chunked.chunks[0].text == "(03 March 2025)\nA"


def test_a_document_whose_chunks_no_topic_can_carry_is_refused() -> None:
    bulky = a_document(title=" ".join(["x" * 190] * 10), text="a " * 100_000)

    with pytest.raises(InvalidMessageError, match=r"can be (sent|stored)"):
        list(an_ingest(chunk_tokens=32)([a_record(bulky)]))


@pytest.mark.parametrize(
    "bulky",
    [{"tags": ("x" * 512,) * 20}, {"labels": tuple(f"{n} {'x' * 30}" for n in range(100))}],
    ids=["tags", "labels"],
)
def test_a_document_that_is_too_much_for_one_batch_of_the_store_is_refused(bulky: dict[str, Any]) -> None:
    with pytest.raises(InvalidMessageError, match="can be stored"):
        list(an_ingest()([a_record(a_document(text="word " * 199_000, **bulky))]))


def test_a_crash_before_documents_are_stored_does_not_swallow_the_revision() -> None:
    stores, record = Stores(), a_record(a_document())
    store(list(an_ingest(stores)([record])), stores.dispositions)

    outcomes = take(stores, record, a_record(a_document(text="Changed."), offset=1))

    assert fates(outcomes) == [("revision", 1, ""), ("revision", 2, "")]


def test_what_another_member_stores_meanwhile_keeps_its_numbers() -> None:
    """After a rebalance two members may hold the same records for a moment; one stores between the other's reads."""
    stores = Stores()
    take(stores, a_record(a_document(), offset=0))
    change = a_record(a_document(text="Changed."), offset=1)
    retract = a_record(DocumentPublished(document_id="story-1", op="retract"), offset=2)
    elsewhere = list(an_ingest(stores)([change, retract]))

    def meanwhile() -> None:
        store(elsewhere, stores.dispositions, stores.documents)
        elsewhere.clear()

    behind = an_ingest(stores)
    behind = replace(
        behind,
        dispositions=Interrupted(stores.dispositions, meanwhile),
        history=Interrupted(stores.documents, meanwhile),
    )
    (outcome,) = [done.outcome for done in behind([change])]

    assert outcome.disposition.revision == 2


class Interrupted:
    """A store that answers, and something happens before the answer is looked at."""

    def __init__(self, store: Any, meanwhile: Callable[[], None]) -> None:
        self._store, self._meanwhile = store, meanwhile

    def __getattr__(self, name: str) -> Any:
        def answered(*arguments: Any) -> Any:
            answer = getattr(self._store, name)(*arguments)
            self._meanwhile()
            return answer

        return answered


def revision_of(document: DocumentPublished, **settings: Any) -> Revision:
    (done,) = an_ingest(**settings)([a_record(document)])
    assert isinstance(done.outcome, TakenDocument)
    return done.outcome.chunked


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("The ferry between Pellmere and the islands sails again from Monday, the harbour office said.", "en"),
        ("Die Fähre fährt ab Montag wieder zu den Inseln, teilte das Hafenamt am Freitag mit.", "de"),
        ("Le bac reprend lundi la traversée vers les îles, a annoncé le bureau du port.", "fr"),
        ("Паром до островов снова пойдёт в понедельник, сообщили в управлении порта.", "ru"),
        ("港务局表示开往群岛的渡轮将于星期一恢复通航。票价不变。车辆须提前预订。", "zh"),
        ("A", ""),
        ("12 34 56 78 90 - 11 22 33 44 55 66 77 88 99 00", ""),
    ],
)
def test_the_language_is_detected_where_the_text_is_long_enough_to_tell(text: str, code: str) -> None:
    assert revision_of(a_document(title="", text=text)).language == code


@pytest.mark.parametrize("stated", ["de", "DE", "de-AT", "de_CH"])
def test_a_language_that_the_publisher_states_wins_and_loses_its_region(stated: str) -> None:
    assert revision_of(a_document(language=stated)).language == "de"


def test_nothing_is_detected_where_only_what_is_stated_counts() -> None:
    assert revision_of(a_document(), language="stated").language == ""


def test_trust_is_what_the_settings_say_of_the_source() -> None:
    trusted = {"trust": {"Harrow Vale Wire": 0.9}, "default_trust": 0.4}

    assert revision_of(a_document(), **trusted).trust == 0.9
    assert revision_of(a_document(source="A blog"), **trusted).trust == 0.4
    with pytest.raises(ValueError, match="less than or equal to 1"):
        IngestSettings(trust={"A blog": 1.1})


def test_labels_go_on_to_the_revision_and_a_change_of_them_is_a_revision() -> None:
    outcomes = take(
        Stores(),
        a_record(a_document(labels=("desk",)), offset=0),
        a_record(a_document(labels=("desk", "board")), offset=1),
    )

    assert [o.chunked.labels for o in outcomes if isinstance(o, TakenDocument)] == [("desk",), ("desk", "board")]


def test_a_document_past_its_time_is_dropped_with_the_reason_and_a_retraction_never_is() -> None:
    keep = Retention(30, lambda: NOON)
    old = NOON - timedelta(days=31)
    retract = DocumentPublished(document_id="story-1", op="retract", published_at=old)
    outcomes = take(
        Stores(keep),
        a_record(a_document(document_id="story-2", published_at=old), offset=0),
        a_record(a_document(), offset=1),
        a_record(retract, offset=2),
    )

    assert fates(outcomes) == [
        ("dropped", 0, "published more than 30 days ago"), ("revision", 1, ""), ("revision", 2, ""),
    ]  # fmt: skip


def test_an_expired_document_that_comes_again_gets_the_next_number() -> None:
    clock = [NOON]
    keep = Retention(30, lambda: clock[0])
    stores = Stores(keep)
    take(stores, a_record(a_document()))
    clock[0] += timedelta(days=31)

    again = a_document(published_at=NOON + timedelta(days=1))
    retract = DocumentPublished(document_id="story-1", op="retract")
    outcomes = take(stores, a_record(retract, offset=1), a_record(a_document(), offset=2), a_record(again, offset=3))

    assert fates(outcomes) == [
        ("dropped", 1, "already retracted"), ("dropped", 1, "published more than 30 days ago"), ("revision", 2, ""),
    ]  # fmt: skip


def test_a_paragraph_without_end_is_cut_at_its_marks_and_loses_nothing() -> None:
    text = "The fair moves to the quay. " * 5_000

    parts = list(tokens.paragraphs(text))

    assert "".join(parts) == text
    assert all(len(part) <= tokens.LONGEST_PARAGRAPH for part in parts)
    assert all(part.endswith("quay.") for part in parts[:-1])
