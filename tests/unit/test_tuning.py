"""The tuning job: from documents to an adapter, and what the adapter says about itself."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from services.generator.adapters import WEIGHTS, sha256_of
from services.generator.settings import GeneratorSettings
from services.generator.tuning import card
from services.generator.tuning.data.dataset import Dataset
from services.generator.tuning.data.teacher_settings import TeacherSettings
from services.generator.tuning.job import Job
from services.generator.tuning.recipe import Recipe
from services.generator.tuning.settings import TuningSettings
from shared.jobs.events import Event
from shared.jobs.training import StepTaken
from shared.jobs.tuning import AdapterReport, DatasetMade, WarmStart
from shared.messages import AdapterAnnounced
from tests import adapters, tiny_model
from tests.builders import NOON
from tests.datasets import a_pair, a_stored


def test_without_pairs_stories_are_learned_from_their_titles(tmp_path: Path) -> None:
    events: list[Event] = []
    recipe = tmp_path / "plain.yaml"
    recipe.write_text(json.dumps({"name": "plain", "version": 1}))
    settings = TuningSettings(recipe=str(recipe))
    job = Job(settings, GeneratorSettings(), tmp_path, lambda: NOON, events.append, TeacherSettings())

    made = job.dataset([a_stored(), a_stored("untitled", title=""), a_stored("empty", text=" ")], [])

    assert [(example.question, example.answer) for example in made.examples] == [
        ("What happened? Lantern fair moved", "It moved.")
    ]
    assert events == [DatasetMade(documents=1, examples=1, left_out={"story without title or text": 2})]


def a_job(folder: Path, events: list[Event], **training: Any) -> Job:
    recipe, tiny = folder / "tiny.yaml", folder / "tiny"
    wanted = {"epochs": 20, "batch_size": 2, "rank": 4, "alpha": 8, "learning_rate": 0.01} | training
    recipe.write_text(json.dumps({"name": "tiny", "version": 1, "training": wanted}))
    generator = GeneratorSettings(model=str(tiny if tiny.exists() else tiny_model.save(tiny)))
    settings = TuningSettings(recipe=str(recipe))
    return Job(settings, generator, folder, lambda: datetime.now(UTC), events.append, TeacherSettings())


def steps(events: list[Event]) -> list[StepTaken]:
    return [event for event in events if isinstance(event, StepTaken)]


@pytest.mark.long
def test_training_stores_an_adapter_with_its_lineage(tmp_path: Path) -> None:
    events: list[Event] = []
    job = a_job(tmp_path, events)
    pairs = [a_pair(), a_pair(question="Who moved it?", answer="Ann")]

    adapter = job.train(job.dataset([a_stored()], pairs))

    folder = Path(adapter.location)
    assert [path.name for path in (tmp_path / "adapters").iterdir()] == [adapter.name]
    assert adapter.weights_sha256 == sha256_of(folder / WEIGHTS)
    taken = steps(events)
    assert adapter.training.steps == taken[-1].step == taken[-1].steps == 20
    assert taken[-1].loss < taken[0].loss
    lineage = json.loads((folder / "lineage.json").read_text())
    assert [(of["document_id"], of["revision"]) for of in lineage["documents"]] == [("story-1", 1)]
    assert lineage["adapter"]["dataset_sha256"] == adapter.dataset_sha256
    examples = [json.loads(line) for line in (folder / "examples.jsonl").read_text().splitlines()]
    assert [(example["split"], example["answer"]) for example in examples] == [
        ("train", "the harbour"),
        ("train", "Ann"),
    ]
    assert adapter.name in (folder / "README.md").read_text()
    assert AdapterReport.of(adapter).final_loss == adapter.training.final_loss


@pytest.mark.long
def test_a_run_goes_on_from_the_adapter_that_serves_if_the_recipe_says_so(tmp_path: Path) -> None:
    events: list[Event] = []
    job = a_job(tmp_path, [])
    made = job.dataset([a_stored()], [a_pair()])
    first = job.train(made, "first")

    second = a_job(tmp_path, events, warm_start="previous").train(made, "second", first)
    afresh = a_job(tmp_path, events, warm_start="previous").train(made, "third")

    assert [event.goes_on_from for event in events if isinstance(event, WarmStart)] == ["first", None]
    starts = [taken.loss for taken in steps(events) if taken.step == 1]
    assert starts[0] < starts[1]
    record = json.loads((Path(second.location) / "run.json").read_text())
    assert record["started_from_sha256"] == first.weights_sha256
    with pytest.raises(ValueError, match="trained on a base with sha256"):
        a_job(tmp_path, events, warm_start="previous").train(made, "", afresh.model_copy(update={"base_sha256": "x"}))


def test_a_recipe_that_trains_all_weights_makes_no_adapter(tmp_path: Path) -> None:
    job = a_job(tmp_path, [], method="full")

    with pytest.raises(ValueError, match=r"trains all weights.*services\.generator\.tuning\.training"):
        job.train(job.dataset([a_stored()], [a_pair()]))


def a_card(adapter: AdapterAnnounced) -> str:
    return card.card(adapter, Dataset((), (), NOON, {}), Recipe(name="r", version=1))


def test_the_card_of_an_unfinished_adapter_begins_with_that() -> None:
    cut, whole = a_card(adapters.announced(training=adapters.UNFINISHED)), a_card(adapters.announced())

    assert "**Not meant to be served: its training is unfinished: 40 of 162 steps" in cut
    assert "| Training | 40 of 162 steps, 900 tokens" in cut
    assert "| Training | 1 steps, 1 tokens" in whole
    assert "unfinished" not in whole
