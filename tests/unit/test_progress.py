"""Progress as a log shows it, and that no step is silent for long."""

import itertools
import json
import re
import time
from typing import Literal

import pytest
import typer

from services.console import jobs, progress, tuning
from services.console.commands import tune as command
from shared.jobs.training import (
    BaseAnswered,
    MemoryForeseen,
    MemoryMib,
    MemoryUnknown,
    RunPlanned,
    StepTaken,
    TrainingResumed,
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
from tests import adapters

SPEAKERS: tuple[Literal["base", "new"], ...] = ("base", "new")
LEARNED = GatePlanned(
    gate="learned", binding=True, asked=12, independent=12, needed=6, lost=None, tells="asks 12 questions"
)
LAST = AdapterReleased(report=AdapterReport.of(adapters.announced("news", reason="good")))


def said(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return capsys.readouterr().err.splitlines()


def test_a_log_has_a_line_at_each_fifth(capsys: pytest.CaptureFixture[str]) -> None:
    with progress.shown("documents", 10) as advance:
        for done in range(1, 11):
            advance(done)

    assert said(capsys) == [f"  documents: {done} of 10" for done in (2, 4, 6, 8, 10)]


def test_parts_are_shown_one_after_another_under_their_names(capsys: pytest.CaptureFixture[str]) -> None:
    with progress.parts() as part:
        for name, done in (("texts", 1), ("texts", 2), ("questions", 3), ("texts", 2)):
            part(name, total=3 if name == "questions" else 2)(done)

    assert said(capsys) == ["  texts: 1 of 2", "  texts: 2 of 2", "  questions: 3 of 3", "  texts: 2 of 2"]


def test_a_step_that_stands_still_says_so_and_how_far_it_is(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "QUIET_S", 0.05)

    with progress.shown("documents", 100) as advance:
        advance(3)
        time.sleep(0.5)

    lines = said(capsys)
    assert 3 <= len(lines) <= 11
    assert all(re.fullmatch(r"  documents: 3 of 100, \d+ s so far", line) for line in lines)


def test_a_step_that_cannot_be_counted_says_how_long_it_has_taken_and_a_short_one_nothing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with progress.waiting("reading the topics"):
        pass
    assert said(capsys) == []

    monkeypatch.setattr(progress, "QUIET_S", 0.05)
    with progress.waiting("reading the topics"):
        time.sleep(0.2)

    assert re.fullmatch(r"  reading the topics: \d+ s so far", said(capsys)[0])


def test_nothing_is_said_once_a_step_has_ended(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "QUIET_S", 0.05)
    with pytest.raises(KeyError), progress.waiting("a step"):
        raise KeyError
    said(capsys)  # a busy machine may have let the step itself take longer than that

    time.sleep(0.2)
    assert said(capsys) == []


def test_the_gates_after_the_last_step_are_named_one_by_one_before_they_are_asked(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = [
        StepTaken(step=step, steps=4, loss=1.0, tokens=9 * step, tokens_per_s=9.0, seconds_left=4.0 - step)
        for step in range(1, 5)
    ]
    gates = [
        GateAsked(gate=gate, speaker=speaker, asked=24, number=number, of=4)
        for number, (speaker, gate) in enumerate(itertools.product(SPEAKERS, ("learned", "general")), start=1)
    ]
    monkeypatch.setattr(jobs, "run", lambda *_: iter([*steps, *gates, LAST]))

    assert tuning.tune([], {}) == LAST.report
    lines = said(capsys)
    asked = [line for line in lines if "gate " in line]
    assert asked[0] == "  gate 1 of 4: base answers 24 questions of gate learned"
    assert asked[3] == "  gate 4 of 4: new answers 24 questions of gate general"
    assert lines.index(asked[0]) > lines.index("  fine-tuning: 4 of 4  loss 1.00, 9 tokens/s, 0 s left")


def test_steps_are_told_after_the_questions_that_the_base_answers_first(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    answered = [BaseAnswered(answered=number, of=4) for number in range(1, 5)]
    steps = [
        StepTaken(step=number, steps=4, loss=1, tokens=9, tokens_per_s=9, seconds_left=0) for number in (1, 2, 3, 4)
    ]
    monkeypatch.setattr(jobs, "run", lambda *_: iter([*answered, *steps, LAST]))

    tuning.tune([], {})

    lines = said(capsys)
    assert lines[0] == "  general questions, answered by the base: 1 of 4"
    assert lines[4:] == [f"  fine-tuning: {number} of 4  loss 1.00, 9 tokens/s, 0 s left" for number in range(1, 5)]


def test_a_job_without_gates_ends_with_its_training(monkeypatch: pytest.MonkeyPatch) -> None:
    made = DatasetMade(documents=3, examples=3, left_out={})
    monkeypatch.setattr(jobs, "run", lambda *_: iter([made, LAST]))

    assert tuning.tune([], {}) == LAST.report


def test_what_a_training_says_once_is_a_line_of_its_own(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    memory = MemoryMib(weights=1, learned=2, activations=3, logits=4, runtime=5, total=15)
    events = [
        DatasetMade(documents=3, examples=3, left_out={"document unknown": 2}),
        WarmStart(goes_on_from=None),
        WarmStart(goes_on_from="news-1"),
        GatesPlanned(gates=(LEARNED, LEARNED.model_copy(update={"binding": False}))),
        MemoryForeseen(memory_mib=memory, free_mib=20, device="cpu"),
        MemoryUnknown(reason="no sizes"),
        RunPlanned(steps=162, tokens=65_000, epochs=1.0),
        RunPlanned(steps=162, tokens=65_000, epochs=0.43),
        TrainingResumed(resumed_from_step=3, seconds_before=12.4),
        PreviousLeftOut(previous="news-0", left_out="its folder is gone"),
        LAST,
    ]
    monkeypatch.setattr(jobs, "run", lambda *_: iter(events))

    tuning.tune([], {})

    assert said(capsys) == [
        "  fine-tuning: 3 examples from 3 documents",
        "  fine-tuning: left out: 2 x document unknown",
        "  fine-tuning: the first of its line",
        "  fine-tuning: goes on from adapter news-1",
        "  fine-tuning: gate learned asks 12 questions",
        "  fine-tuning: needs about 15 MiB of memory, 20 MiB are free",
        "  fine-tuning: 162 steps, 65000 tokens, in epochs 1",
        "  fine-tuning: 162 steps, 65000 tokens, in epochs 0.43, so that not every example is learned",
        "  fine-tuning: goes on from step 3, 12 s were spent before",
    ]


def test_a_training_that_ends_without_an_adapter_is_an_error_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "run", lambda *_: iter([DatasetMade(documents=3, examples=3, left_out={})]))

    with pytest.raises(jobs.JobError, match="ended without an adapter"):
        tuning.tune([], {})


def test_the_command_says_what_became_of_the_adapter_and_programs_read_its_report(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "run", lambda *_: iter([LAST]))

    command.tune()
    text = capsys.readouterr().out
    command.tune(json=True)
    told = json.loads(capsys.readouterr().out)

    assert text == "adapter news: serving, good; it knows the news to 2025-03-03T12:00:00Z\n"
    assert [*told] == [
        "name", "location", "track", "base_model", "base_sha256", "weights_sha256", "config_sha256", "kind",
        "weights_bytes", "cutoff", "dataset_sha256", "documents", "examples", "created_at", "state", "reason",
        "changed_at", "gates", "cost", "seconds", "tokens", "steps", "planned_steps", "unfinished", "final_loss",
    ]  # fmt: skip
    assert told["cutoff"] == "2025-03-03T12:00:00Z"


def test_an_unfinished_training_ends_the_command_as_one_that_no_gate_let_pass_does(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    reason = "not served: its training is unfinished: 40 of 162 steps when its time was up"
    cut = adapters.announced("cut", state="candidate", reason=reason, training=adapters.UNFINISHED)
    monkeypatch.setattr(jobs, "run", lambda *_: iter([AdapterReleased(report=AdapterReport.of(cut))]))

    with pytest.raises(typer.Exit) as ended:
        command.tune()

    assert ended.value.exit_code == 65
    assert f"adapter cut: candidate, {reason}" in capsys.readouterr().out


def test_what_measures_by_an_adapter_takes_no_unfinished_one() -> None:
    cut = AdapterReport.of(adapters.announced("cut", state="candidate", training=adapters.UNFINISHED))

    with pytest.raises(jobs.JobError, match="cut is unfinished: 40 of 162 steps"):
        tuning.finished(cut)
    assert tuning.finished(LAST.report) == LAST.report
