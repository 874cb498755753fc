"""Near-duplicates: what counts as one, what becomes of it, and that nobody learns of what he may not see."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client import REGISTRY

from services.ingest.assembly import cleaners
from services.ingest.chunkers import words
from services.ingest.duplicates import Counted, Duplicates, retractions
from services.ingest.handler import Ingest
from services.ingest.settings import IngestSettings
from services.ingest.signer import Signer
from shared.memory.dispositions import MemoryDispositions
from shared.memory.documents import MemoryDocuments
from shared.memory.signatures import MemorySignatures
from shared.messages import DocumentPublished
from shared.records import Effect, Record
from shared.settings import EncoderSettings
from shared.signature import jaccard
from shared.stored import DocumentOutcome, TakenDocument
from tests.builders import NOON, a_document, a_record, store

STORY = " ".join(f"word{number}" for number in range(200))
REPRINT = STORY.replace("word100 ", "")
OTHER = " ".join(f"other{number}" for number in range(200))


class StoringIngest:
    """Ingest with its stores; each call handles one batch of documents and stores what comes of it."""

    def __init__(self, **chosen: Any) -> None:
        self.dispositions, self.documents = MemoryDispositions(), MemoryDocuments()
        self.signatures = MemorySignatures()
        self._offset = 0
        self.adjust(**chosen)

    def adjust(self, **chosen: Any) -> None:
        """Other settings over the same stores, as after a restart."""
        settings = IngestSettings(**chosen)
        self._handle = Ingest(
            settings,
            self.dispositions,
            self.documents,
            words.build(settings, EncoderSettings()),
            cleaners(IngestSettings()),
            lambda: NOON + timedelta(seconds=1),
            duplicates=Duplicates.by(settings, self.signatures),
        )

    def __call__(self, *documents: DocumentPublished) -> list[DocumentOutcome]:
        records = [a_record(document, offset=self._offset + place) for place, document in enumerate(documents)]
        self._offset += len(documents)
        return self.handle(records)

    def handle(self, records: Sequence[Record[DocumentPublished]]) -> list[DocumentOutcome]:
        effects = list(self._handle(records))
        store(effects, self.dispositions, self.documents, self.signatures)
        return [done.outcome for done in effects]

    def decide(self, records: Sequence[Record[DocumentPublished]]) -> list[DocumentOutcome]:
        """Handle records and store the decisions alone, as if it ended then."""
        effects = list(self._handle(records))
        store(effects, self.dispositions)
        return [done.outcome for done in effects]

    def link(self, name: str) -> str | None:
        return self.documents.latest([name])[name].duplicate_of


def a_story(name: str, text: str = STORY, **changes: Any) -> DocumentPublished:
    return a_document(document_id=name, text=text, **changes)


def a_retraction(name: str) -> DocumentPublished:
    return DocumentPublished(document_id=name, op="retract")


@pytest.mark.parametrize("together", [True, False])
def test_a_reprint_is_taken_and_linked_to_the_first_of_its_group(together: bool) -> None:
    ingest, stories = StoringIngest(), [a_story("a"), a_story("b", REPRINT), a_story("c", REPRINT), a_story("d", OTHER)]

    outcomes = ingest(*stories) if together else [ingest(story)[0] for story in stories]

    assert all(isinstance(outcome, TakenDocument) for outcome in outcomes)
    assert [ingest.link(name) for name in "abcd"] == [None, "a", "a", None]


@pytest.mark.parametrize("together", [True, False])
def test_a_dropped_reprint_is_recorded_with_the_first(together: bool) -> None:
    ingest, stories = StoringIngest(near_duplicates="drop"), [a_story("a"), a_story("b", REPRINT), a_story("c", OTHER)]

    outcomes = ingest(*stories) if together else [ingest(story)[0] for story in stories]

    assert [(o.disposition.outcome, o.disposition.reason) for o in outcomes] == [
        ("revision", ""), ("dropped", "near-duplicate of a"), ("revision", ""),
    ]  # fmt: skip
    assert list(ingest.documents.latest("abc")) == ["a", "c"]


def test_a_reprint_that_replaces_takes_the_earlier_ones_back() -> None:
    ingest = StoringIngest()
    ingest(a_story("a"), a_story("b, b", REPRINT))
    ingest.adjust(near_duplicates="replace")

    (taken,) = ingest(a_story("c", REPRINT))

    assert list(retractions(taken)) == [a_retraction("a"), a_retraction("b, b")]
    assert ingest.link("c") is None
    ingest(*retractions(taken))
    (last,) = ingest(a_story("d"))
    assert list(retractions(last)) == [a_retraction("c")]


@pytest.mark.parametrize("policy", ["keep", "drop", "replace"])
def test_a_revision_of_a_known_document_is_never_held_against_it(policy: str) -> None:
    ingest = StoringIngest(near_duplicates=policy)
    ingest(a_story("a"), a_story("b", OTHER))

    (taken,) = ingest(a_story("b", REPRINT))

    assert isinstance(taken, TakenDocument)
    assert list(retractions(taken)) == []
    assert ingest.link("b") is None


def test_a_revision_keeps_its_link_while_it_is_like_the_first_and_then_loses_it() -> None:
    ingest = StoringIngest()
    ingest(a_story("a"), a_story("b", REPRINT))

    ingest(a_story("b", REPRINT, title="Another headline"))
    assert ingest.link("b") == "a"
    ingest(a_story("b", OTHER))
    assert ingest.link("b") is None


def test_only_the_newest_text_of_a_document_counts() -> None:
    ingest = StoringIngest()
    ingest(a_story("a"))
    ingest(a_story("a", OTHER))

    ingest(a_story("b", REPRINT), a_story("c", OTHER))

    assert (ingest.link("b"), ingest.link("c")) == (None, "a")


@pytest.mark.parametrize("together", [True, False])
def test_what_was_retracted_is_no_longer_compared_with(together: bool) -> None:
    ingest, story = StoringIngest(near_duplicates="drop"), [a_story("a"), a_retraction("a"), a_story("b")]

    outcomes = ingest(*story) if together else [ingest(message)[0] for message in story]

    assert isinstance(outcomes[-1], TakenDocument)


def test_where_the_first_is_gone_the_next_of_the_group_is_the_first() -> None:
    ingest = StoringIngest()
    ingest(a_story("a"), a_story("b"))
    ingest(a_retraction("a"))

    ingest(a_story("c"))

    assert ingest.link("c") == "b"


@pytest.mark.parametrize("policy", ["keep", "drop", "replace"])
def test_documents_for_other_readers_are_never_linked_dropped_or_replaced(policy: str) -> None:
    ingest = StoringIngest(near_duplicates=policy)
    ingest(a_story("a", labels=("board",)))

    (taken,) = ingest(a_story("b"))

    assert isinstance(taken, TakenDocument)
    assert taken.disposition.reason == ""
    assert ingest.link("b") is None
    assert ingest(a_story("c", labels=("board",)))[0].disposition.reason.endswith(("of a", '["a"]'))


@pytest.mark.parametrize("policy", ["keep", "drop", "replace"])
def test_a_batch_delivered_again_gets_the_decisions_it_had(policy: str) -> None:
    ingest = StoringIngest(near_duplicates=policy)
    batch = [a_record(a_story("b", REPRINT), offset=1), a_record(a_story("a"), offset=2)]
    first = ingest.handle(batch)
    ingest.handle([a_record(a_story("c"), offset=3), a_record(a_retraction("b"), offset=4)])

    again = ingest.handle(batch)

    assert [outcome.disposition for outcome in again] == [outcome.disposition for outcome in first]
    assert [list(retractions(outcome)) for outcome in again] == [list(retractions(outcome)) for outcome in first]


@pytest.mark.parametrize("policy", ["keep", "drop", "replace"])
def test_a_crash_that_left_only_the_decisions_changes_none_of_them(policy: str) -> None:
    ingest = StoringIngest(near_duplicates=policy)
    ingest(a_story("a"))
    batch = [a_record(a_story("b", REPRINT), offset=1)]
    first = ingest.decide(batch)

    again = ingest.handle(batch)

    assert [outcome.disposition for outcome in again] == [outcome.disposition for outcome in first]
    assert [list(retractions(outcome)) for outcome in again] == [list(retractions(outcome)) for outcome in first]


def test_short_texts_and_switched_off_nothing_is_a_near_duplicate() -> None:
    short = " ".join(f"word{number}" for number in range(19))
    ingest = StoringIngest()
    ingest(a_story("a", short), a_story("b", short))
    off = StoringIngest(near_duplicates="off")
    off(a_story("a"), a_story("b"))

    assert (ingest.link("b"), off.link("b")) == (None, None)


def test_signatures_of_other_settings_are_never_compared() -> None:
    ingest = StoringIngest()
    ingest(a_story("a"))
    ingest.adjust(near_duplicate_shingle=5)

    ingest(a_story("b"))

    assert ingest.link("b") is None


def test_near_duplicates_are_counted_by_what_was_done() -> None:
    def counted(policy: str) -> float:
        return REGISTRY.get_sample_value("tiltyard_near_duplicates_total", {"policy": policy}) or 0.0

    before = {policy: counted(policy) for policy in ("keep", "drop", "replace")}
    sink = Counted()
    for policy in before:
        for outcome in StoringIngest(near_duplicates=policy)(
            a_story("a"), a_story("b"), a_story("b", REPRINT, title="New")
        ):
            sink.write(Effect(outcome, a_record(a_story("b")).raw))
    sink.flush()
    sink.flush()

    assert {policy: counted(policy) - before[policy] for policy in before} == {"keep": 1, "drop": 2, "replace": 1}


@given(st.integers(0, 199), st.integers(1, 60))
@settings(deadline=None, max_examples=60)
def test_the_estimate_is_close_to_the_true_similarity(start: int, removed: int) -> None:
    parts = STORY.split()
    shorter = parts[:start] + parts[start + removed :]
    sign = Signer(IngestSettings())
    signature, other = sign(STORY), sign(" ".join(shorter))

    assert signature is not None
    assert other is not None
    both, either = shingles(parts) & shingles(shorter), shingles(parts) | shingles(shorter)
    assert jaccard(signature.values, other.values) == pytest.approx(len(both) / len(either), abs=0.2)


def shingles(parts: list[str]) -> set[tuple[str, ...]]:
    return set(zip(parts, parts[1:], parts[2:], strict=False))


@given(st.text(), st.randoms())
@settings(deadline=None, max_examples=60)
def test_case_punctuation_and_spacing_do_not_matter_in_any_script(text: str, random: Any) -> None:
    sign = Signer(IngestSettings(near_duplicate_words=5))
    plain = f"{text} the lantern fair moves to the old harbour 灯会移至旧港 ผู้โดยสาร"
    dressed = "".join(f" {random.choice('.,;!?')}  " if letter == " " else letter for letter in plain)

    signature, other = sign(plain), sign(dressed)

    assert signature is not None
    assert other is not None
    assert np.array_equal(signature.values, other.values)


@pytest.mark.parametrize(
    "script",
    [
        "灯会将于今年移至塔夫里克旧港举行市长周一表示此举可为渡轮码头腾出空间",
        "ผู้โดยสารเรือข้ามฟากกลับมาให้บริการอีกครั้งในวันจันทร์",
    ],
)
def test_scripts_without_spaces_are_compared_too(script: str) -> None:
    ingest = StoringIngest()
    ingest(a_story("a", script), a_story("b", f"{script}。"))

    assert ingest.link("b") == "a"
