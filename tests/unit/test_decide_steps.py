"""The folder in which a decision is worked on, where its documents come from, and runs that are kept."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from services.console.deciding.sources import SQL_URL, Source
from services.console.deciding.work import Work
from services.console.demo.kept_runs import KeptRuns, Run
from shared.jobs.tuning import AdapterReport
from shared.lab.summary import Percentiles
from tests.adapters import announced
from tests.command_line import Ended
from tests.results import a_result, a_scored


def test_the_form_of_an_address_says_what_it_is(tmp_path: Path) -> None:
    stories = tmp_path / "stories.jsonl"
    stories.write_text('{"id": "1", "text": "A story."}\n')
    kinds = {
        str(tmp_path): ["folder", str(tmp_path)],
        str(stories): ["jsonl", str(stories)],
        "https://news.example/feed.xml": ["rss", "https://news.example/feed.xml"],
        "SELECT id, text FROM stories": ["sql", "--query", "SELECT id, text FROM stories"],
    }
    for address, arguments in kinds.items():
        assert Source.of(address, {SQL_URL: "sqlite://"}).arguments == arguments


def test_an_address_that_is_nothing_says_what_to_do(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text("<p>A story.</p>")
    for address, told in (
        (str(page), "put other files into a folder"), ("SELECT 1", SQL_URL), ("nowhere", "is no folder"),
    ):  # fmt: skip
        with pytest.raises((ValueError, FileNotFoundError), match=told):
            Source.of(address, {})


def test_a_step_is_done_once_and_its_outcome_is_kept(tmp_path: Path) -> None:
    done = list[str]()

    def make() -> Percentiles:
        done.append("made")
        return Percentiles(p50=1.0)

    for _ in range(2):
        with Work(tmp_path / "work", {"documents": ["a"]}) as work:
            assert work.step("plan", Percentiles, make) == Percentiles(p50=1.0)
    assert done == ["made"]


def test_two_processes_do_not_work_in_one_folder(tmp_path: Path) -> None:
    with Work(tmp_path / "work", {}), pytest.raises(ValueError, match=r"a decision runs in .* already"):
        Work(tmp_path / "work", {})
    Work(tmp_path / "work", {}).close()


def test_work_for_something_else_is_not_gone_on_with(tmp_path: Path) -> None:
    folder = tmp_path / "work"
    Work(folder, {"documents": ["a"]}).close()
    with Work(folder, {"documents": ["b"]}) as work:
        work.step("plan", Percentiles, Percentiles)
    with pytest.raises(ValueError, match=r"begun with other documents.*--afresh"):
        Work(folder, {"documents": ["a"]})
    with Work(folder, {"documents": ["a"]}, afresh=True) as work:
        assert not work.goes_on


def test_a_step_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    def fail() -> Percentiles:
        raise OSError("no space left on device")

    with Work(tmp_path / "work", {}) as work, pytest.raises(OSError, match="no space"):
        work.step("plan", Percentiles, fail)
    with Work(tmp_path / "work", {}) as work:
        assert not work.goes_on


def test_a_run_is_taken_again_where_all_that_it_depends_on_is_the_same(tmp_path: Path) -> None:
    run = Run(AdapterReport.of(announced()), [a_result(a_scored("base"))])
    KeptRuns(tmp_path, {"news": "1"}).keep("seed-1", run)

    assert KeptRuns(tmp_path, {"news": "1"}).of("seed-1") == run
    assert KeptRuns(tmp_path, {"news": "2"}).of("seed-1") is None
    assert KeptRuns(tmp_path, {"news": "1"}).of("seed-2") is None


def test_a_run_that_was_cut_off_while_it_was_written_is_not_taken(tmp_path: Path) -> None:
    run, kept = Run(AdapterReport.of(announced()), [a_result(a_scored("base"))]), KeptRuns(tmp_path, {})
    for name in ("asked.json", "adapter.json", "results.jsonl"):
        kept.keep("seed-1", run)
        file = tmp_path / "seed-1" / name
        file.write_bytes(file.read_bytes()[:-20])
        assert kept.of("seed-1") is None, name


def test_documents_of_which_hardly_anything_can_be_asked_end_in_one_sentence(
    tiltyard: Callable[..., Ended], tmp_path: Path
) -> None:
    days = [f"2026-05-{day:02}T08:00:00Z" for day in range(1, 11)]
    rows = [
        {"document_id": f"s-{n}", "text": f"Mill {n} of Fallowby was shut for 12 days.", "published_at": day}
        for n, day in enumerate(days)
    ]
    stories = tmp_path / "stories.jsonl"
    stories.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    ended = tiltyard("decide", str(stories), "--out", str(tmp_path / "out"))
    assert ended.returncode != 0
    assert "questions could be made of 10 documents" in ended.stderr
    assert "questions of your own (--questions)" in ended.stderr
