"""What `tiltyard dataset` says: counts, reasons, what to unlearn, examples; and the job behind it."""

import json
from pathlib import Path

import pytest
import typer

from services.console import jobs
from services.console.commands import dataset as command
from services.console.views import dataset as dataset_view
from services.generator.tuning.data import __main__ as job
from services.generator.tuning.data import showing
from services.generator.tuning.data.dataset import Dataset
from services.generator.tuning.data.learned import LearnedRevision
from services.generator.tuning.data.material import Previous
from shared.jobs.dataset import JOB, DatasetReported
from tests.datasets import a_pair, a_plan, a_stored, assembly, newswire


def made() -> Dataset:
    documents, pairs = newswire()
    learned = {
        "hv-0001": LearnedRevision(document_id="hv-0001", revision=3, content_hash="other"),
        "gone": LearnedRevision(document_id="gone", revision=1, content_hash="x"),
    }
    plan = a_plan("pairs", {"raft": {"at_most": 5}}, validation=0.1, probe=0.2)
    return assembly(plan, previous=Previous("before", learned)).dataset(documents, [*pairs, a_pair("nowhere")])


def test_a_person_reads_counts_reasons_and_what_to_unlearn(capsys: pytest.CaptureFixture[str]) -> None:
    dataset_view.show(showing.report(made(), recipe="embedded version 2", examples=1))

    said = " ".join(capsys.readouterr().out.split())
    counts = made()
    assert f"{len(counts.examples)} examples to train on, {len(counts.validation)} for validation" in said
    assert counts.sha256 in said
    assert "raft rag train 5" in said
    assert "document unknown 1" in said
    assert "The adapter before, before, learned 2 documents that are no longer as it knows them." in said
    assert "gone 1 document no longer in the store 0" in said
    assert "hv-0001 3 1 document corrected 0" in said
    assert "[probe, closed_book]" in said


def test_the_report_counts_every_example() -> None:
    report = showing.report(made(), recipe="embedded version 2", examples=2)

    splits = report.splits
    assert sum(count.examples for count in report.counts) == splits.train + splits.validation + splits.probe
    assert {example.builder for example in report.shown} == {"pairs", "raft"}


def test_the_job_says_in_one_line_what_is_in_the_dataset_and_writes_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["--recipe=embedded", f"--out={tmp_path / 'd.jsonl'}", "--examples=0", "--cutoff=2025-03-23"]

    code = job.main(asked, read=lambda *_, **__: made())

    report = JOB.read(json.loads(capsys.readouterr().out)).report
    assert code == 0
    assert report.written == len((tmp_path / "d.jsonl").read_text().splitlines())
    assert report.recipe.startswith("embedded version ")


def test_programs_read_the_keys_that_they_have_always_read(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    report = showing.report(made(), recipe="embedded version 2", examples=1)
    reports = iter([report, report.model_copy(update={"written": 3})])
    monkeypatch.setattr(jobs, "run", lambda *_: iter([DatasetReported(report=next(reports))]))
    keys = [
        "recipe", "dataset_sha256", "cutoff", "documents", "held_out", "splits", "counts", "abstaining", "sources",
        "left_out", "documents_left_out", "previous", "unlearn", "shown", "shown_probes",
        "pairs",
    ]  # fmt: skip

    command.show(json=True)
    shown = json.loads(capsys.readouterr().out)
    command.export(Path("out.jsonl"), json=True)
    exported = json.loads(capsys.readouterr().out)

    assert [*shown] == keys
    assert shown["cutoff"] == "2025-03-23T07:50:00+00:00"
    assert shown["splits"] == {"train": 243, "validation": 42, "probe": 23}
    assert [*shown["counts"][0]] == ["builder", "form", "split", "examples"]
    assert [*shown["unlearn"][0]] == ["document_id", "learned_revision", "revision", "why", "examples"]
    assert shown["shown"][0] == made().examples[0].model_dump(mode="json")
    assert exported == shown | {"written": 3}


def test_a_job_that_says_nothing_is_an_error_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "run", lambda *_: iter([]))

    with pytest.raises(jobs.JobError, match="ended without saying what is in the dataset"):
        command.show()


def test_a_recipe_that_is_not_there_is_said_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert job.main(["--recipe=never"]) == 78
    assert "no recipe 'never': name one of embedded" in capsys.readouterr().err


def test_bad_pairs_are_not_withdrawn(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "pairs.jsonl").write_text('{"question": "Who?"}\n')

    with pytest.raises(typer.Exit):
        command.withdraw(str(tmp_path / "pairs.jsonl"))
    assert "line 1: answer: Field required" in " ".join(capsys.readouterr().err.split())


def test_documents_of_one_side_only_are_said_to_leave_nothing_to_learn() -> None:
    with pytest.raises(ValueError, match="1 held out"):
        assembly(a_plan(validation=1.0)).dataset([a_stored()], [a_pair()])
