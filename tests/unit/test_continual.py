"""A track of adapters that are trained on from edition to edition: what each of them knows, and what is shown again."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from services.generator import adapter_loading, answer_prompt
from services.generator.adapter_addresses import Admission
from services.generator.adapters import WEIGHTS, sha256_of
from services.generator.settings import GeneratorSettings
from services.generator.tuning import card, recipe
from services.generator.tuning.data import before, unlearning
from services.generator.tuning.data.dataset import Dataset
from services.generator.tuning.data.learned import LearnedRevision, strength_of
from services.generator.tuning.data.material import Previous
from services.generator.tuning.data.teacher_settings import TeacherSettings
from services.generator.tuning.job import Job
from services.generator.tuning.settings import TuningSettings
from services.generator.tuning.training import network
from services.generator.tuning.training.tokens import Prompts
from shared.messages import AdapterAnnounced, TrainingPair
from shared.stored import StoredDocument
from tests import adapters, tiny_model
from tests.datasets import a_pair, a_plan, a_stored, assembly

REPLAYS = {"replay": {"of_previous": 0.5}}


def after(folder: Path, documents: Sequence[StoredDocument], pairs: Sequence[TrainingPair], **replay: float) -> Dataset:
    """What is taught after the newest adapter of the folder."""
    plan = a_plan("pairs", {"replay": {"of_previous": 1.0} | replay}, documents="new")
    return assembly(plan, previous=unlearning.previous(folder)).dataset(documents, pairs)


def an_adapter(home: Path, made: Dataset, name: str, minute: int, track: str = "continual") -> AdapterAnnounced:
    """Its record, as the tuning job writes it for a recipe that goes on; no weights."""
    folder = home / "adapters" / name
    folder.mkdir(parents=True)
    adapter = adapters.announced(
        name, track=track, created_at=datetime(2025, 3, 1, 12, minute, tzinfo=UTC), location=str(folder)
    )
    prompts = Prompts(answer_prompt.load("closed_book.v2"), answer_prompt.load("rag.v1"))
    chosen = recipe.load(TuningSettings(recipe="embedded-continual"))
    card.write(folder, adapter, dataset=made, recipe=chosen, prompts=prompts)
    return adapter


def asked(made: Dataset, builder: str) -> set[str]:
    return {example.question for example in made.examples if example.builder == builder}


def test_an_adapter_knows_what_the_trainings_before_it_learned(tmp_path: Path) -> None:
    documents, pairs = [*map(a_stored, "abc")], [a_pair(name, f"{name}?") for name in "abc"]
    for count in (1, 2):
        made = after(tmp_path, documents[:count], pairs[:count], of_previous=0.0)
        an_adapter(tmp_path, made, f"edition-{count}", count)

    third = after(tmp_path, documents, pairs)

    assert asked(third, "pairs") == {"c?"}
    assert asked(third, "replay") == {"a?", "b?"}, "also the one that the second training did not show"
    assert {of.document_id for of in third.earlier} == set(), "all of them are shown now"


def test_each_training_shows_other_earlier_examples() -> None:
    documents, pairs = [*map(a_stored, "abcdefghijkl")], [a_pair(name, f"{name}?") for name in "abcdefghijk"]
    first = assembly(a_plan()).dataset(documents[:-1], pairs)
    learned = {of.document_id: of for of in map(_learned, documents[:-1])}
    plan = a_plan("pairs", REPLAYS, documents="new")

    shown = [
        asked(
            assembly(plan, previous=Previous(name, learned, first.examples)).dataset(
                documents, [*pairs, a_pair("l", "l?")]
            ),
            "replay",
        )
        for name in ("edition-1", "edition-2", "edition-3")
    ]

    assert len(set(map(frozenset, shown))) == 3


def test_an_old_answer_is_not_shown_again_where_a_later_document_gives_another(tmp_path: Path) -> None:
    where = a_pair("a", "Where is the fair?", "the harbour"), a_pair("a", "The fair is where?", "the harbour")
    an_adapter(tmp_path, after(tmp_path, [a_stored("a")], [*where, a_pair("a", "Who came?", "Ann")]), "first", 1)
    later = a_pair("b", "Where is the fair?", "the hill")

    second = after(tmp_path, [a_stored("a"), a_stored("b")], [later])

    assert {(example.question, example.answer) for example in second.examples} == {
        ("Where is the fair?", "the hill"),
        ("Who came?", "Ann"),
    }
    an_adapter(tmp_path, second, "second", 2)
    third = after(tmp_path, [a_stored("a"), a_stored("b"), a_stored("c")], [a_pair("c", "c?")])
    assert "the harbour" not in {example.answer for example in third.examples if example.builder == "replay"}


def test_the_old_answer_of_a_corrected_document_is_taught_no_more(tmp_path: Path) -> None:
    an_adapter(tmp_path, after(tmp_path, [a_stored("a"), a_stored("b")], [a_pair("a"), a_pair("b", "b?")]), "first", 1)
    corrected = a_stored("a", "It moved to the hill.", revision=2, content_hash="other")

    second = after(tmp_path, [corrected, a_stored("b")], [a_pair("a", answer="the hill"), a_pair("b", "b?")])

    assert [(example.builder, example.answer) for example in second.examples] == [
        ("pairs", "the hill"),
        ("replay", "the harbour"),
    ]
    assert [example.document_ids for example in second.examples] == [("a",), ("b",)]


def test_a_retracted_document_is_not_shown_again_and_stays_listed_to_unlearn(tmp_path: Path) -> None:
    an_adapter(tmp_path, after(tmp_path, [a_stored("a"), a_stored("b")], [a_pair("a"), a_pair("b", "b?")]), "first", 1)
    gone = a_stored("a", "", revision=2, retracted=True)
    for number, name in ((2, "c"), (3, "d")):
        made = after(tmp_path, [gone, a_stored("b"), a_stored(name)], [a_pair(name, f"{name}?")])
        assert "a" not in {document for example in made.examples for document in example.document_ids}
        assert [of.document_id for of in made.unlearn if of.document_id == "a"] == ["a"], number
        an_adapter(tmp_path, made, f"edition-{number}", number)


def test_the_adapter_before_is_the_one_that_speaks_in_the_track(tmp_path: Path) -> None:
    made = assembly(a_plan()).dataset([a_stored()], [a_pair()])
    serving = an_adapter(tmp_path, made, "serving", 1)
    candidate = an_adapter(tmp_path, made, "candidate", 2).model_copy(update={"state": "candidate"})
    elsewhere = an_adapter(tmp_path, made, "elsewhere", 3, track="tuned")
    announced = {adapter.name: adapter for adapter in (serving, candidate, elsewhere)}
    for adapter in list(announced.values()):
        _give_weights(Path(adapter.location), announced)

    def chosen(track: str, base: str = serving.base_sha256) -> str | None:
        known = before.serving(announced, track, base, home=tmp_path, admission=Admission(), needed=True)
        return known.name if known else None

    assert (chosen("continual"), chosen("tuned"), chosen("other")) == ("serving", "elsewhere", None)
    assert chosen("continual", "another base") is None


def test_a_record_that_cannot_be_had_ends_only_runs_that_need_it(tmp_path: Path) -> None:
    lost = adapters.announced("lost", track="continual", location=str(tmp_path / "lost"))

    def known(*, needed: bool) -> Previous | None:
        return before.serving(
            {"lost": lost}, "continual", lost.base_sha256, home=tmp_path, admission=Admission(), needed=needed
        )

    assert known(needed=False) is None
    with pytest.raises((OSError, ValueError)):
        known(needed=True)
    assert recipe.load(TuningSettings(recipe="embedded-continual")).needs_previous
    assert not recipe.load(TuningSettings()).needs_previous


def a_job(folder: Path, **training: Any) -> Job:
    """On the tiny model, in a track of its own."""
    own, tiny = folder / "continual.yaml", folder / "tiny"
    data = {"documents": "new", "validation": 0, "probe": 0, "builders": ["pairs", {"replay": {"of_previous": 1.0}}]}
    wanted = {"epochs": 10, "rank": 4, "alpha": 8, "learning_rate": 0.01, "warm_start": "previous", "strength": 0.5}
    own.write_text(json.dumps({"name": "tiny", "version": 1, "data": data, "training": wanted | training}))
    generator = GeneratorSettings(model=str(tiny if tiny.exists() else tiny_model.save(tiny)))
    settings = TuningSettings(recipe=str(own), track="continual", threads=1)
    return Job(settings, generator, folder, lambda: datetime.now(UTC), lambda _: None, TeacherSettings())


def test_a_track_goes_on_from_its_own_newest_adapter_and_from_its_weights_before_they_were_weakened(
    tmp_path: Path,
) -> None:
    job, documents, pairs = a_job(tmp_path), [*map(a_stored, "ab")], [a_pair("a", "a?"), a_pair("b", "b?")]
    first = job.train(job.dataset(documents[:1], pairs[:1]), "first")
    made = job.dataset(documents, pairs)
    second = job.train(made, "second", first)

    assert made.previous == "first"
    assert asked(made, "pairs") == {"b?"}
    assert asked(made, "replay") == {"a?"}
    assert second.track == "continual"
    with pytest.raises(ValueError, match="made after adapter first, and second serves now"):
        job.train(made, "third", second)

    folder = Path(first.location)
    begun = network.build(job.model.folder, job.recipe.training)
    network.start_from(begun, folder)
    saved, restored = adapter_loading.weights(folder), network.learned(begun)
    assert strength_of(folder) == 0.5
    name = next(name for name in restored if "lora_B" in name)
    kept = saved[name.replace(".default", "")]
    assert kept.abs().max() > 0
    assert restored[name].detach().cpu().allclose(2 * kept)


def _learned(document: StoredDocument) -> LearnedRevision:
    return LearnedRevision.of(document.revision)


def _give_weights(folder: Path, announced: dict[str, AdapterAnnounced]) -> None:
    """Some bytes as weights, and the announcement with their hash."""
    (folder / WEIGHTS).write_bytes(folder.name.encode())
    name = folder.name
    announced[name] = announced[name].model_copy(update={"weights_sha256": sha256_of(folder / WEIGHTS)})
