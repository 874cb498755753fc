"""Reports and decisions on a page: those that lie in a folder, and one that is made now."""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient

from services.web.live.site import REPORTS_PER_MINUTE
from services.web.pages.reports.page import POLICY
from services.web.reports import child, kept
from services.web.reports.made import Reports, Texts, UnmadeError, in_a_process
from services.web.safety import COOKIE
from services.web.settings import WebSettings
from shared import topology
from shared.lab.report import advice, files
from shared.lab.report.material import gather
from shared.lab.report.numbers import count
from shared.messages import Result
from tests.results import a_result, a_scored
from tests.web import SOMEBODY, Pages, Signed, mark_in

HOSTILE = "<script>alert(1)</script> متى " + "Donaudampfschiff" * 20


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "out").mkdir()
    return tmp_path / "out"


@pytest.fixture
def pages(folder: Path) -> Pages:
    return Pages(settings=WebSettings(reports=folder))


def lay(folder: Path, kind: str = "report", at: float = 1e9, **said: object) -> None:
    """A page with its numbers, written `at` seconds after 1970."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{kind}.html").write_text("<!doctype html>\n<style>p { color: red }</style><p>Page</p></html>\n")
    (folder / f"{kind}.md").write_text("# Page\n")
    (folder / f"{kind}.json").write_text(json.dumps(said))
    os.utime(folder / f"{kind}.html", (at, at))


def counted_here(results: Sequence[Result], per_hour: int) -> Texts:
    """As the process of its own counts, in this one."""
    return child.texts([result.model_dump_json().encode() for result in results], per_hour)


def invented(results: Sequence[Result], per_hour: int) -> Texts:
    """As if counted."""
    told = {"sentences": [f"By {per_hour} votes."], "provenance": {"questions": len(results)}}
    return {"report.html": "<p>Page</p></html>", "report.md": "# Page", "report.json": json.dumps(told)}


def make(browser: TestClient) -> int:
    return browser.post("/reports", data={"mark": mark_in(browser.get("/reports").text)}).status_code


def a_pair(name: str, **changes: Any) -> Result:
    return a_result(a_scored("base", correct=0.0), a_scored("base+rag", **changes), question_id=name)


def test_an_empty_folder_says_what_writes_there(pages: Pages) -> None:
    page = pages.browser().get("/reports").text

    assert "tiltyard decide" in page
    assert "Ask something" in page


def test_a_folder_that_is_not_there_is_an_empty_one(tmp_path: Path) -> None:
    pages = Pages(settings=WebSettings(reports=tmp_path / "none"))

    assert "tiltyard decide" in pages.browser().get("/reports").text


def test_the_newest_come_first_with_what_they_found(pages: Pages, folder: Path) -> None:
    lay(
        folder / "week", at=1e9, sentences=["Use base."], provenance={"questions": 96, "contest": {"name": "of-a-test"}}
    )
    lay(folder / "decision", "decision", at=2e9, sentences=["Use none.", "More."], basis={"questions": 100})
    page = pages.browser().get("/reports").text

    assert page.index("Decision in decision") < page.index("Report in week")
    for said in ("Use none.", "100 questions", "Use base.", "96 questions", ">of-a-test<"):
        assert said in page
    assert "More." not in page


def test_what_the_project_writes_is_listed_with_its_verdict(pages: Pages, folder: Path) -> None:
    results = gather([a_pair(f"q-{at}") for at in range(12)], read_from="results.jsonl")
    files.write(folder / "report", count(results))
    [of] = pages.browser().get("/api/reports").json()["items"]

    assert (of["folder"], of["kind"], of["n"], of["why"]) == ("report", "report", 12, "")
    assert of["sentence"] == advice.opening(count(results))[0]


def test_numbers_that_are_none_or_half_written_give_a_sentence(pages: Pages, folder: Path) -> None:
    texts = ("", "{", "[" * 100_000, "null", "[1]", '{"sentences": 1, "basis": [], "provenance": 3}', "\x00\xff")
    for at, text in enumerate(texts):
        lay(folder / f"f{at}")
        (folder / f"f{at}" / "report.json").write_bytes(text.encode("latin-1"))
    lay(folder / "gone")
    (folder / "gone" / "report.json").unlink()
    shown = pages.browser().get("/api/reports").json()["items"]

    assert len(shown) == len(texts) + 1
    assert all(of["why"] and not of["sentence"] for of in shown)
    assert pages.browser().get("/reports").status_code == 200


def test_a_page_is_shown_under_a_policy_of_its_own_and_others_keep_theirs(pages: Pages, folder: Path) -> None:
    lay(folder)
    browser = pages.browser()
    shown = browser.get("/reports/file?name=report.html")

    assert "color: red" in shown.text
    assert shown.headers["content-security-policy"] == POLICY
    assert shown.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in POLICY
    assert "script" not in POLICY
    assert "unsafe-inline" not in browser.get("/reports").headers["content-security-policy"]


def test_numbers_and_text_are_saved_and_not_shown(pages: Pages, folder: Path) -> None:
    lay(folder / "week", sentences=["Use base."])
    for form in ("md", "json"):
        saved = pages.browser().get(f"/reports/file?name=week/report.{form}")
        assert saved.headers["content-disposition"] == f'attachment; filename="report.{form}"'
        assert saved.headers["content-security-policy"] == POLICY


def test_no_name_leads_out_of_the_folder_or_to_another_file(pages: Pages, folder: Path) -> None:
    lay(folder.parent, sentences=["Secret."])
    lay(folder / "a")
    (folder / "a" / "results.jsonl").write_text("secret")
    (folder / "linked").symlink_to(folder.parent)
    (folder / "b").mkdir()
    (folder / "b" / "report.html").symlink_to(folder.parent / "report.html")
    os.mkfifo(folder / "b" / "report.md")
    (folder / "b" / "report.json").mkdir()
    names = (
        "../report.html", "a/../../report.html", f"{folder.parent}/report.html", "/report.html", "a//report.html",
        "./report.html", "linked/report.html", "b/report.html", "b/report.md", "b/report.json", "a/results.jsonl", "a",
        "", "a/report.html\x00", "a\\report.html", "%2e%2e/report.html", "a/" * 300 + "report.html", "\ud800",
        "a/report.html/report.html",
    )  # fmt: skip
    for name in names:
        answer = pages.browser().get(f"/reports/file?name={quote(name, errors='surrogatepass')}")
        assert answer.status_code in (404, 422), name
        assert "Secret" not in answer.text
    page = pages.browser().get("/reports").text
    assert "Report in a" in page
    assert "linked" not in page


def test_hostile_names_of_folders_are_escaped_or_left_out(pages: Pages, folder: Path) -> None:
    lay(folder / "<b>&'\"", sentences=[HOSTILE])
    for name in ("turned \u202e around", "line\nbreak", os.fsdecode(b"half \xff")):
        lay(folder / name)
    browser = pages.browser()
    page = browser.get("/reports").text

    assert "&lt;b&gt;&amp;&#39;&#34;" in page
    assert "<script>alert" not in page
    assert "1 page under" in page
    [of] = browser.get("/api/reports").json()["items"]
    assert browser.get(of["files"]["html"]).status_code == 200


def test_a_page_that_is_half_written_or_too_large_says_so(
    pages: Pages, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay(folder / "half")
    (folder / "half" / "report.html").write_text("<!doctype html><p>Pa")
    half = pages.browser().get("/reports/file?name=half/report.html")
    monkeypatch.setattr(kept, "MOST_BYTES", 10)
    large = pages.browser().get("/reports/file?name=half/report.html")

    assert (half.status_code, large.status_code) == (404, 404)
    assert "never finished" in half.text
    assert "larger than" in large.text


def test_many_are_shown_page_by_page(pages: Pages, folder: Path) -> None:
    for at in range(45):
        lay(folder / f"week-{at}", at=1e9 + at)
    browser = pages.browser()
    first, last, beyond = (browser.get(f"/reports?page={at}").text for at in (1, 3, 9))

    assert "week-44" in first
    assert "week-24" not in first
    assert "1 to 20 of 45" in first
    assert "week-0" in last
    assert "41 to 45 of 45" in beyond


def test_what_lies_too_deep_or_beyond_the_bound_is_left_out(
    pages: Pages, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay(folder.joinpath(*"abcdef"))
    lay(folder / "x")
    assert [of.folder for of in pages.site.kept.newest()] == ["x"]

    monkeypatch.setattr(kept, "ENTRIES", 1)
    assert pages.site.kept.newest() == []


def test_a_report_is_made_of_the_results_in_memory(pages: Pages) -> None:
    pages.site.reports = Reports(counted_here)
    pages.publish(topology.RESULTS, *(a_pair(f"q-{at}") for at in range(12)))
    browser = pages.browser()

    assert make(browser) == 303
    assert "12 questions" in browser.get("/reports").text
    page = browser.get("/reports/made")
    assert "what the pages had in memory" in page.text
    assert page.headers["content-security-policy"] == POLICY
    assert browser.get("/reports/made?form=json").json()["provenance"]["questions"] == 12
    assert browser.get("/reports/made?form=exe").status_code == 404


def test_a_report_is_only_of_results_that_the_person_may_see(pages: Pages) -> None:
    pages.site.reports = Reports(invented)
    board = a_pair("q-1", evidence=("s:1:0",), evidence_labels=(("board",),))
    pages.publish(topology.RESULTS, a_pair("q-0"), board)

    asked = pages.browser().post("/api/reports", json={})
    assert asked.json()["provenance"]["questions"] == 1


def test_what_one_person_had_made_is_not_another_ones(pages: Pages) -> None:
    pages.site.reports = Reports(invented)
    pages.publish(topology.RESULTS, a_pair("q-0"))
    assert make(pages.browser()) == 303

    assert pages.browser().get("/reports/made").status_code == 404


def test_one_report_is_made_at_a_time(pages: Pages) -> None:
    answers: list[Any] = []

    def slow(results: Sequence[Result], per_hour: int) -> Texts:
        if not answers:
            answers.append(pages.browser().post("/api/reports", json={}))
        return invented(results, per_hour)

    pages.site.reports = Reports(slow)
    pages.publish(topology.RESULTS, a_pair("q-0"))

    assert make(pages.browser()) == 303
    assert (answers[0].status_code, answers[0].json()["title"]) == (409, "Conflict")
    assert "Another report is being made" in answers[0].text


def test_a_report_is_counted_once_for_all_who_see_the_same_until_a_result_changes(pages: Pages) -> None:
    counted = [0]

    def counting(results: Sequence[Result], per_hour: int) -> Texts:
        counted[0] += 1
        return invented(results, per_hour)

    pages.site.reports = Reports(counting)
    pages.publish(topology.RESULTS, a_pair("q-0"))
    browsers = [pages.browser() for _ in range(3)]
    assert [make(browser) for browser in browsers] == [303] * 3
    assert [browser.get("/reports/made").status_code for browser in browsers] == [200] * 3
    assert counted == [1]

    pages.publish(topology.RESULTS, a_pair("q-1"))
    assert make(browsers[0]) == 303
    assert counted == [2]


def test_a_person_may_have_so_many_made_within_a_minute(pages: Pages) -> None:
    pages.site.reports = Reports(lambda _, __: {"report.json": "{}"})
    pages.publish(topology.RESULTS, a_pair("q-0"))
    pages.signing = pages.site.signing = Signed(SOMEBODY)
    answers = [pages.browser().post("/api/reports", json={}).status_code for _ in range(7)]

    assert answers == [200] * 6 + [429]


def test_nothing_is_made_of_nothing_nor_by_another_sites_form(pages: Pages) -> None:
    assert pages.browser().post("/api/reports", json={}).status_code == 422
    pages.publish(topology.RESULTS, a_pair("q-0"))
    assert pages.browser().post("/reports", data={"mark": "0" * 64}).status_code == 403
    assert pages.browser().post("/api/reports", content="{}", headers={"content-type": "text/plain"}).status_code == 422


def test_a_report_that_takes_too_long_is_ended() -> None:
    with pytest.raises(UnmadeError, match=r"not done within 0\.01 s"):
        in_a_process([a_pair("q-0")], 60, within_s=0.01)


def test_a_process_of_its_own_makes_it() -> None:
    texts = in_a_process([a_pair("q-0")], 60)

    assert set(texts) == set(files.NAMES)
    assert texts["report.html"].rstrip().endswith("</html>")


def test_cookies_that_are_made_up_lead_past_no_limit_on_reports(pages: Pages) -> None:
    pages.site.reports = Reports(invented)
    pages.publish(topology.RESULTS, a_pair("q-0"))
    codes = list[int]()
    for number in range(10 * REPORTS_PER_MINUTE + 3):
        browser = pages.browser()
        browser.cookies.set(COOKIE, f"{number:024}")
        codes.append(browser.post("/api/reports", json={}).status_code)

    assert codes == [200] * (10 * REPORTS_PER_MINUTE) + [429] * 3
