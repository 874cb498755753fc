"""The events of the generator's jobs: each is read back as it was written, and nothing else is taken for one."""

import json
import math
from typing import Any, get_args

import pytest
from pydantic import ValidationError

from shared.jobs import dataset, process, training, tuning
from shared.jobs.dataset import DatasetReport, DatasetReported, ExampleCount, ShownExample, SplitSizes, Unlearned
from shared.jobs.events import Event, Job, write
from shared.jobs.training import (
    BaseAnswered,
    MemoryForeseen,
    MemoryMib,
    MemoryUnknown,
    RunPlanned,
    StepTaken,
    TrainingEnded,
    TrainingResumed,
    TrainingReused,
)
from shared.jobs.tuning import (
    AdapterReleased,
    AdapterReport,
    DatasetMade,
    GateAsked,
    GatePlanned,
    GatesPlanned,
    PreviousLeftOut,
    WarmStart,
)
from shared.lab import summary
from shared.lab.accounting import Audit
from shared.messages import Cost
from tests import adapters
from tests.builders import NOON
from tests.results import a_counted_trial

EXAMPLE = ShownExample(
    builder="pairs",
    form="closed_book",
    question="Où?",
    choices=(),
    passages=(),
    answer="there",
    document_ids=("story-1",),
    group="",
    times=1,
    abstains=False,
)
REPORT = DatasetReport(
    recipe="embedded version 5",
    dataset_sha256="0" * 64,
    cutoff=NOON,
    documents=2,
    held_out=("story-2",),
    splits=SplitSizes(train=1, validation=0, probe=0),
    counts=(ExampleCount(builder="pairs", form="closed_book", split="train", examples=1),),
    abstaining=0,
    sources={"desk": 1},
    left_out={"document unknown": 1},
    documents_left_out={},
    previous="news-0",
    unlearn=(Unlearned(document_id="gone", learned_revision=1, revision=None, why="gone", examples=1),),
    shown=(EXAMPLE,),
    shown_probes=(),
)
MEMORY = MemoryMib(weights=1, learned=2, activations=3, logits=4, runtime=5, total=15)
RUN: list[Event] = [
    MemoryForeseen(memory_mib=MEMORY, free_mib=20, device="cpu"),
    MemoryUnknown(reason="config.json has no 'hidden_size'"),
    RunPlanned(steps=2, epochs=0.5),
    TrainingReused(adapter="seed-1"),
    TrainingResumed(resumed_from_step=7, seconds_before=1.5),
    BaseAnswered(answered=8, of=130),
    StepTaken(step=1, steps=2, loss=0.5, tokens=9, tokens_per_s=3.0, seconds_left=3.0),
]
PLANNED = GatePlanned(gate="learned", binding=True, asked=3, independent=3, needed=None, lost=None, tells="asks 3")
ADAPTER = adapters.announced(gates=(adapters.gate(value=0.5, n=3),), cost=Cost(seconds=6.0))
TUNING: list[Event] = [
    DatasetMade(documents=1, examples=1, left_out={"document unknown": 1}),
    WarmStart(goes_on_from=None),
    GatesPlanned(gates=(PLANNED,)),
    *RUN,
    PreviousLeftOut(previous="news-0", left_out="its folder is gone"),
    GateAsked(gate="learned", speaker="new", asked=24, number=3, of=4),
    AdapterReleased(report=AdapterReport.of(ADAPTER)),
]
TRAINING: list[Event] = [*RUN, TrainingEnded(seconds=6.0, tokens=18, steps=2, planned_steps=2, final_loss=0.25)]
DATASET: list[Event] = [
    DatasetReported(report=REPORT),
    DatasetReported(report=REPORT.model_copy(update={"written": 1})),
]
SAMPLES: list[tuple[Job[Any], list[Event]]] = [
    (tuning.JOB, TUNING), (training.JOB, TRAINING), (dataset.JOB, DATASET),
]  # fmt: skip


@pytest.mark.parametrize(("job", "events"), SAMPLES, ids=[job.module for job, _ in SAMPLES])
def test_every_event_is_read_back_as_it_was_written(
    job: Job[Any], events: list[Event], capsys: pytest.CaptureFixture[str]
) -> None:
    for event in events:
        write(event)

    assert [job.read(process.parse(line)) for line in capsys.readouterr().out.splitlines()] == events


def test_no_event_is_without_a_sample() -> None:
    assert {type(event) for event in TUNING} == set(get_args(tuning.TuningEvent))
    assert {type(event) for event in TRAINING} == set(get_args(training.TrainingEvent))


@pytest.mark.parametrize("job", [job for job, _ in SAMPLES], ids=lambda job: job.module)
@pytest.mark.parametrize("line", [{"step": 1}, {"event": "never"}, {"event": "done", "more": 1}])
def test_what_is_no_event_of_the_job_is_refused(job: Job[Any], line: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        job.read(line)


def test_a_loss_that_is_not_a_number_is_read_back_as_one_that_is_not(capsys: pytest.CaptureFixture[str]) -> None:
    write(StepTaken(step=1, steps=2, loss=math.nan, tokens=9, tokens_per_s=3.0, seconds_left=3.0))

    event = training.JOB.read(process.parse(capsys.readouterr().out))

    assert isinstance(event, StepTaken)
    assert math.isnan(event.loss)


def test_the_summary_of_a_trial_holds_each_report_as_programs_read_it() -> None:
    report = AdapterReport.of(ADAPTER)
    audit = Audit(1, 1, 0, 0, 1, 0, 1, 0, 0, 0, ())

    trial = summary.of_trial(a_counted_trial(), asked=1, freshness_ms=[9.0], tunings=[report, report], audit=audit)
    counted = trial.model_dump(mode="json")

    assert counted["tuning"] == json.loads(report.model_dump_json())
    assert counted["tunings"] == [counted["tuning"]] * 2


def test_a_report_holds_everything_that_was_announced() -> None:
    announced = ADAPTER.model_dump(exclude={"version", "training"})

    training = ADAPTER.training.model_dump(exclude={"version"}) | {"unfinished": False}
    assert AdapterReport.of(ADAPTER).model_dump() == announced | training
