"""Training sets: what may be learned, limits on sources, what must be unlearned, lineage and export."""

import json
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from services.generator import answer_prompt
from services.generator.tuning import card
from services.generator.tuning.data import exporting, showing, supplied, unlearning
from services.generator.tuning.data.assembling import CAPPED, TWICE
from services.generator.tuning.data.chunks import standing
from services.generator.tuning.data.dataset import Dataset
from services.generator.tuning.data.eligible import (
    DISTRUSTED,
    LEARNED,
    NOT_FOR_EVERYONE,
    OTHER_LANGUAGE,
    REPRINT,
    TOO_NEW,
)
from services.generator.tuning.data.learned import LearnedRevision
from services.generator.tuning.data.unlearning import CORRECTED, GONE
from services.generator.tuning.recipe import load, names
from services.generator.tuning.settings import TuningSettings
from services.generator.tuning.training.tokens import Prompts
from shared.jobs.dataset import RETRACTED, UNKNOWN
from shared.memory.chunks import MemoryChunks
from shared.messages import TrainingPair
from shared.stored import StoredDocument
from shared.topology import PAIRS
from tests import adapters
from tests.builders import NOON, a_raw_record
from tests.datasets import a_pair, a_plan, a_stored, assembly, newswire

LATER = NOON + timedelta(days=7)


def assemble(
    documents: list[StoredDocument], pairs: list[TrainingPair], cutoff: datetime | None = None, **plan: Any
) -> Dataset:
    return assembly(a_plan(**plan)).dataset(documents, pairs, cutoff)


def test_each_fact_is_shown_as_often_in_however_many_wordings() -> None:
    once = a_pair(question="Who won?", answer="Ackerby")
    thrice = [a_pair(question=f"Where is the {what}?") for what in ("fair", "market", "show")]

    made = assembly(a_plan({"pairs": {"times_a_fact": 6}}, {"stories": {"times_a_fact": 4}})).dataset(
        [a_stored(text="Ackerby won. It is at the harbour.")], [once, *thrice]
    )

    assert Counter((example.builder, example.times) for example in made.examples) == Counter(
        {("pairs", 6): 1, ("pairs", 2): 3, ("stories", 4): 1}
    )
    with pytest.raises(ValueError, match="take one of them"):
        a_plan({"pairs": {"times": 2, "times_a_fact": 6}})


def test_only_live_known_documents_up_to_the_cutoff_are_learned() -> None:
    documents = [a_stored("live"), a_stored("gone", retracted=True, text=""), a_stored("new", first_seen_at=LATER)]
    pairs = [a_pair(name, question) for name in ("live", "gone", "new", "nowhere") for question in ("A?", "B?")]

    made = assemble(documents, pairs, cutoff=NOON)

    assert [example.document_ids for example in made.examples] == [("live",), ("live",)]
    assert made.left_out == {RETRACTED: 2, TOO_NEW: 2, UNKNOWN: 2}
    assert made.documents_left_out == {RETRACTED: 1, TOO_NEW: 1}
    assert [revision.document_id for revision in made.revisions] == ["live"]


@pytest.mark.parametrize(
    ("changes", "plan", "reason"),
    [
        ({"labels": ("board",)}, {}, NOT_FOR_EVERYONE),  # whoever asks the model would be told
        ({"language": "de"}, {"languages": ["en", "fr"]}, OTHER_LANGUAGE),
        ({"trust": 0.3}, {"least_trust": 0.5}, DISTRUSTED),
        ({"duplicate_of": "live"}, {"reprints": False}, REPRINT),
    ],
)
def test_a_document_that_may_not_be_learned_teaches_nothing(
    changes: dict[str, Any], plan: dict[str, Any], reason: str
) -> None:
    documents = [a_stored("live", language="en"), a_stored("other", **{"language": "en"} | changes)]

    made = assemble(documents, [a_pair("live"), a_pair("other")], builders=("pairs", "raw_text", "cloze"), **plan)

    assert {name for example in made.examples for name in example.document_ids} == {"live"}
    assert made.documents_left_out == {reason: 1}
    assert made.left_out[reason] == 1


def test_without_a_cutoff_knowledge_ends_with_the_newest_document_learned() -> None:
    made = assemble([a_stored("old"), a_stored("new", first_seen_at=LATER)], [a_pair("old"), a_pair("new")])

    assert made.cutoff == LATER


def test_with_nothing_to_learn_the_reason_is_said() -> None:
    pairs = [a_pair("a"), a_pair("b")]

    with pytest.raises(ValueError, match=r"1 documents in the store, 1 of them live.*2 with document unknown"):
        assemble([a_stored()], pairs, without_pairs=("pairs",))


def test_the_hash_follows_examples_and_revisions() -> None:
    def hashed(pair: TrainingPair, **changes: Any) -> str:
        return assemble([a_stored(**changes)], [pair]).sha256

    assert hashed(a_pair()) == hashed(a_pair())
    assert len({hashed(a_pair()), hashed(a_pair(answer="the pier")), hashed(a_pair(), revision=2)}) == 3


def test_the_order_in_which_documents_come_changes_nothing() -> None:
    documents, pairs = newswire()
    plan: dict[str, Any] = {"builders": ("pairs", "raft", "abstention", "cloze"), "validation": 0.1, "probe": 0.2}

    assert assemble(documents, pairs, **plan).sha256 == assemble(documents[::-1], pairs, **plan).sha256


def test_no_source_gives_more_than_its_share() -> None:
    documents = [a_stored(f"d{n}", source="flood" if n < 20 else f"desk {n % 3}") for n in range(30)]
    pairs = [a_pair(f"d{n}", f"Question {n}?") for n in range(30)]

    made = assemble(documents, pairs, source_share=0.4)

    sources = Counter(showing.report(made, recipe="", examples=0).sources)
    assert sources["flood"] == 6
    assert sources["flood"] <= 0.4 * sources.total()
    assert sources.total() == 16
    assert made.left_out == {CAPPED: 14}


def test_a_number_limits_a_source_and_a_share_that_cannot_be_kept_is_said() -> None:
    documents, pairs = [a_stored(f"d{n}") for n in range(5)], [a_pair(f"d{n}", f"Question {n}?") for n in range(5)]

    assert len(assemble(documents, pairs, source_examples=2).examples) == 2
    with pytest.raises(ValueError, match=r"source_share 0.5 cannot be kept: the examples come from 1 sources"):
        assemble(documents, pairs, source_share=0.5)


def test_what_two_documents_say_is_learned_once_in_the_name_of_both() -> None:
    made = assemble([a_stored("a"), a_stored("b")], [a_pair("a"), a_pair("b", question="WHERE is the fair?")])

    assert [example.document_ids for example in made.examples] == [("a", "b")]
    assert made.left_out == {TWICE: 1}
    assert len(made.revisions) == 2


def an_adapter(home: Path, made: Dataset, name: str, created_at: str = "2025-03-03T12:00:00Z") -> None:
    folder = home / "adapters" / name
    folder.mkdir(parents=True)
    adapter = adapters.announced(name, created_at=created_at)
    prompts = Prompts(answer_prompt.load("closed_book.v2"), answer_prompt.load("rag.v1"))
    card.write(folder, adapter, dataset=made, recipe=load(TuningSettings()), prompts=prompts)


def test_what_changed_since_the_adapter_before_is_to_be_unlearned(tmp_path: Path) -> None:
    ids = ("same", "corrected", "retracted", "gone", "closed")
    an_adapter(tmp_path, assemble([*map(a_stored, ids)], [a_pair(name, f"{name}?") for name in ids]), "first")
    now = [
        a_stored("same", revision=2),
        a_stored("corrected", revision=2, content_hash="other"),
        a_stored("retracted", revision=2, retracted=True, text=""),
        a_stored("closed", revision=2, labels=("board",)),
    ]

    made = assembly(a_plan(), previous=unlearning.previous(tmp_path)).dataset(
        now, [a_pair("same"), a_pair("corrected")]
    )

    assert made.previous == "first"
    assert {
        unlearned.document_id: (unlearned.why, unlearned.revision, unlearned.examples) for unlearned in made.unlearn
    } == {
        "corrected": (CORRECTED, 2, 1),
        "retracted": (RETRACTED, 2, 1),
        "gone": (GONE, None, 1),
        "closed": (NOT_FOR_EVERYONE, 2, 1),
    }
    assert [of.document_id for of in made.unlearn] == ["closed", "corrected", "gone", "retracted"]
    an_adapter(tmp_path, made, "second")
    kept = json.loads((tmp_path / "adapters" / "second" / "lineage.json").read_text())
    assert [*kept] == [
        "adapter", "documents", "earlier", "held_out", "left_out", "documents_left_out", "previous", "unlearn",
        "recipe", "libraries", "prompts",
    ]  # fmt: skip
    gone = {"document_id": "gone", "learned_revision": 1, "revision": None, "why": GONE, "examples": 1}
    assert kept["unlearn"][2] == gone
    assert kept["adapter"]["name"] == "second"
    assert "location" not in kept["adapter"]


def test_a_lineage_of_an_older_version_is_read(tmp_path: Path) -> None:
    """Its recipe would be refused today, it holds a field that is gone, and no examples lie beside it."""
    folder = tmp_path / "adapters" / "old"
    folder.mkdir(parents=True)
    old = {
        "adapter": {"version": 1, "name": "old", "created_at": "2025-03-03T12:00:00.250000Z", "training": {"steps": 2}},
        "documents": [{"document_id": "story-1", "revision": 2, "content_hash": "c", "source": "desk"}],
        "left_out": {"document unknown": 1},
        "recipe": {"name": "old", "version": 1, "data": {"builders": ["a builder that is gone"]}},
        "libraries": {"torch": "2.0"},
    }
    (folder / "lineage.json").write_text(json.dumps(old))

    before = unlearning.previous(tmp_path)

    assert before is not None
    assert before.name == "old"
    assert before.learned == {"story-1": LearnedRevision(document_id="story-1", revision=2, content_hash="c")}
    assert before.examples == []


def test_a_lineage_that_cannot_be_read_is_named_with_what_is_wrong(tmp_path: Path) -> None:
    folder = tmp_path / "adapters" / "broken"
    folder.mkdir(parents=True)

    for text, wrong in (("{", "is not JSON"), ('{"documents": []}', "adapter: Field required")):
        (folder / "lineage.json").write_text(text)
        with pytest.raises(ValueError, match=rf"lineage\.json.*{wrong}"):
            unlearning.previous(tmp_path)


def test_the_adapter_before_is_the_newest_or_the_one_named(tmp_path: Path) -> None:
    made = assemble([a_stored()], [a_pair()])
    an_adapter(tmp_path, made, "z-old", "2025-03-01T00:00:00Z")
    an_adapter(tmp_path, made, "a-new", "2025-03-02T00:00:00Z")

    chosen = [unlearning.previous(tmp_path, name) for name in ("", "z-old")]

    assert [before and before.name for before in chosen] == ["a-new", "z-old"]
    assert unlearning.previous(tmp_path / "elsewhere") is None
    with pytest.raises(ValueError, match="no adapter 'never'"):
        unlearning.previous(tmp_path, "never")


def test_a_run_on_what_is_new_replays_earlier_examples_that_still_hold(tmp_path: Path) -> None:
    an_adapter(tmp_path, assemble([a_stored("a"), a_stored("b")], [a_pair("a", "A?"), a_pair("b", "B?")]), "first")
    documents = [a_stored("a"), a_stored("b", content_hash="other", revision=2), a_stored("c")]
    plan = a_plan("pairs", {"replay": {"of_previous": 1.0}}, documents="new")

    made = assembly(plan, previous=unlearning.previous(tmp_path)).dataset(
        documents, [a_pair(name, f"{name}?") for name in "abc"]
    )

    assert [(example.builder, example.question) for example in made.examples] == [
        ("pairs", "b?"),
        ("pairs", "c?"),
        ("replay", "A?"),
    ]
    assert made.documents_left_out == {LEARNED: 1}
    assert made.left_out["earlier example of a document that changed or is held out"] == 1


def test_the_export_is_what_other_trainers_read(tmp_path: Path) -> None:
    documents, pairs = newswire()
    made = assembly(a_plan("pairs", "raft", "raw_text", validation=0.1, probe=0.2)).dataset(documents, pairs)
    prompts = answer_prompt.load("closed_book.v2"), answer_prompt.load("rag.v1")

    count = exporting.export(made, tmp_path / "d.jsonl", closed_book_prompt=prompts[0], rag_prompt=prompts[1])

    rows = [json.loads(line) for line in (tmp_path / "d.jsonl").read_text().splitlines()]
    assert count == len(rows) == len(list(made.splits()))
    assert Counter(row["split"] for row in rows)["probe"] == len(made.probes)
    first = rows[0]
    assert [turn["role"] for turn in first["messages"]] == ["system", "user", "assistant"]
    assert first["messages"][2]["content"] == made.examples[0].answer
    of = made.revisions[0]
    named = {"document_id": of.document_id, "revision": of.revision, "content_hash": of.content_hash}
    assert first["documents"] == [named]
    assert all("messages" not in row and row["text"] for row in rows if row["form"] == "text")
    assert any(row["messages"][2]["content"].endswith("[1]") for row in rows if row["form"] == "rag")


def test_published_pairs_are_replaced_and_taken_back_by_key() -> None:
    first, second, wrong = a_pair(answer="the pier"), a_pair(answer="the quay"), a_pair(question="Who?")
    sent = [(first, b""), (wrong, b""), (second, b""), (wrong, None)]
    records = [
        a_raw_record(pair.model_dump_json().encode() if value is not None else None, key=PAIRS.key_of(pair).encode())
        for pair, value in sent
    ]

    read = supplied.standing([*records, a_raw_record(b'{"question": "?"}', key=b"bad")])

    assert read.pairs == [second]
    assert read.left_out == {supplied.UNREADABLE: 1}


def test_a_file_goes_before_the_topic() -> None:
    file, topic = [a_pair(answer="mine")], [a_pair(answer="theirs"), a_pair(question="Who?", answer="Ann")]

    assert [pair.answer for pair in supplied.together(file, topic)] == ["mine", "Ann"]


def test_a_wrong_line_of_pairs_is_named(tmp_path: Path) -> None:
    file = tmp_path / "pairs.jsonl"
    file.write_text(a_pair().model_dump_json() + '\n\n{"question": "Who?", "anwser": "Ann"}\n')

    with pytest.raises(ValueError, match=r"line 3: .*anwser"):
        supplied.read(file)


def test_chunks_of_another_revision_are_not_shown() -> None:
    assert standing(MemoryChunks())([a_stored()]) == {"story-1": []}


def test_a_recipe_without_passages_reads_no_chunks() -> None:
    def read(_: object) -> dict[str, list[str]]:
        raise AssertionError("no chunk is needed")

    made = replace(assembly(a_plan("pairs", "raw_text")), chunks=read).dataset([a_stored()], [a_pair()])

    assert len(made.examples) == 2


@pytest.mark.parametrize("name", names())
def test_every_recipe_makes_a_dataset_with_and_without_pairs(name: str) -> None:
    plan = load(TuningSettings(recipe=name)).data
    documents, pairs = newswire()

    for given in (pairs, []):
        made = assembly(plan, passages=4).dataset(documents, given)
        assert {"rag", "closed_book"} <= {example.form for example in made.examples}
        assert made.held_out
    assert type(plan).model_validate(plan.model_dump(mode="json")) == plan
