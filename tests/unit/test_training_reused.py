"""A training that is finished already: taken where all that decides its weights is the same, else done anew."""

import dataclasses
from pathlib import Path
from typing import Any

from services.generator.adapters import WEIGHTS
from services.generator.tuning.job import Job
from shared.jobs.events import Event
from shared.jobs.training import StepTaken, TrainingReused
from shared.messages import AdapterAnnounced
from tests.datasets import a_pair, a_stored
from tests.unit.test_tuning import a_job


def trained(folder: Path, answer: str = "Ann", **training: Any) -> tuple[AdapterAnnounced, list[Event]]:
    """As `seed-1`, where an earlier training of that name may be taken."""
    events: list[Event] = []
    job = a_job(folder, events, epochs=2, **training)
    reusing: Job = dataclasses.replace(job, settings=job.settings.model_copy(update={"reuse": True}))
    adapter = reusing.train(reusing.dataset([a_stored()], [a_pair(question="Who moved it?", answer=answer)]), "seed-1")
    return adapter, events


def test_the_same_training_again_takes_the_weights_that_are_there(tmp_path: Path) -> None:
    first, _ = trained(tmp_path)
    second, events = trained(tmp_path)

    assert [event for event in events if isinstance(event, TrainingReused)] == [TrainingReused(adapter="seed-1")]
    assert not [event for event in events if isinstance(event, StepTaken)]
    assert second.weights_sha256 == first.weights_sha256
    assert second.training.steps == first.training.steps
    assert (Path(second.location) / "lineage.json").is_file()


def test_other_data_another_plan_or_damaged_weights_are_trained_anew(tmp_path: Path) -> None:
    trained(tmp_path)
    changes: list[dict[str, Any]] = [{"answer": "Bo"}, {"learning_rate": 0.02}]
    for change in changes:
        _, events = trained(tmp_path, **change)
        assert [event for event in events if isinstance(event, StepTaken)], change

    adapter, _ = trained(tmp_path)
    (Path(adapter.location) / WEIGHTS).write_bytes(b"no weights")
    _, events = trained(tmp_path)
    assert [event for event in events if isinstance(event, StepTaken)]
