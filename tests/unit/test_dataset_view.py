"""What `tiltyard dataset` says: counts, reasons, what to unlearn, examples; and the job behind it."""

import json
from pathlib import Path

import pytest
import typer

from services.console.commands import dataset as command
from services.console.views import dataset as dataset_view
from services.generator.tuning.data import __main__ as job
from services.generator.tuning.data import showing
from services.generator.tuning.data.dataset import Dataset
from services.generator.tuning.data.material import Previous
from tests.datasets import a_pair, a_plan, a_stored, assembly, newswire


def made() -> Dataset:
    documents, pairs = newswire()
    learned = {"hv-0001": {"content_hash": "other", "revision": 3}, "gone": {"content_hash": "x", "revision": 1}}
    plan = a_plan("pairs", {"raft": {"at_most": 5}}, validation=0.1, probe=0.2)
    return assembly(plan, previous=Previous("before", learned)).dataset(documents, [*pairs, a_pair("nowhere")])


def test_a_person_reads_counts_reasons_and_what_to_unlearn(capsys: pytest.CaptureFixture[str]) -> None:
    dataset_view.show({"recipe": "embedded version 2"} | showing.summary(made(), examples=1))

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


def test_the_summary_is_json_and_counts_every_example() -> None:
    told = json.loads(json.dumps(showing.summary(made(), examples=2)))

    assert sum(one["examples"] for one in told["counts"]) == sum(told["splits"].values())
    assert {one["builder"] for one in told["shown"]} == {"pairs", "raft"}


def test_the_job_says_in_one_line_what_is_in_the_dataset_and_writes_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["--recipe=embedded", f"--out={tmp_path / 'd.jsonl'}", "--examples=0", "--cutoff=2025-03-23"]

    code = job.main(asked, read=lambda *_, **__: made())

    told = json.loads(capsys.readouterr().out)
    assert code == 0
    assert told["written"] == len((tmp_path / "d.jsonl").read_text().splitlines())
    assert told["recipe"].startswith("embedded version ")


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
