"""The pages of a report: nothing is fetched, nothing of a stranger's is run, and every case of lack is said."""

import json
import re
from collections.abc import Sequence
from html.parser import HTMLParser
from pathlib import Path

import pytest
from typer.testing import CliRunner

from services.console.app import build
from shared.lab.report import files, html, markdown
from shared.lab.report.blocks import Table
from shared.lab.report.markdown import escape
from shared.lab.report.material import Times, gather
from shared.lab.report.numbers import Numbers, count
from shared.lab.report.sections import of
from shared.messages import Result
from shared.source_files import DataError
from tests.results import a_counted_trial, a_result, a_scored, a_trial

NASTY = '<script>alert("1")</script><img src=http://evil.example/x onerror=alert(1)> & $x$ | `code` </svg>'
VOID = {"meta", "br", "img", "link", "hr", "input", "use", "path"}


class Page(HTMLParser):
    """Tags, attributes and text of a page; `open` is what was not closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.open: list[str] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def written(folder: Path, results: Sequence[Result], times: Times | None = None) -> tuple[str, str, Numbers]:
    numbers = count(gather(results, read_from="results.jsonl", times=times))
    files.write(folder, numbers)
    return (folder / "report.html").read_text(), (folder / "report.md").read_text(), numbers


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str, Path]:
    folder = tmp_path_factory.mktemp("report")
    files.write(folder, a_counted_trial())
    return (folder / "report.html").read_text(), (folder / "report.md").read_text(), folder


def test_a_page_asks_nothing_of_any_network(trial: tuple[str, str, Path]) -> None:
    page, _, _ = trial
    parsed = Page(page)

    assert not re.search(r"https?:|//[a-z]|@import|@font-face", page)
    assert {"script", "link", "iframe", "img", "object"}.isdisjoint(parsed.tags)
    references = [value for name, value in parsed.attributes if name in ("href", "xlink:href", "src")]
    assert references
    assert all(value.startswith("#") for value in references)
    assert all(target.startswith("#") for target in re.findall(r"url\(([^)]*)\)", page))


def test_every_reference_within_the_page_has_one_target(trial: tuple[str, str, Path]) -> None:
    page, _, _ = trial
    parsed = Page(page)
    ids = [value for name, value in parsed.attributes if name == "id"]

    assert parsed.open == []
    assert len(ids) == len(set(ids))
    wanted = {value[1:] for name, value in parsed.attributes if name in ("href", "xlink:href")}
    assert wanted | set(re.findall(r"url\(#([^)]*)\)", page)) <= set(ids)


def test_all_three_files_have_all_sections_and_the_same_numbers(trial: tuple[str, str, Path]) -> None:
    page, text, folder = trial
    told = json.loads((folder / "report.json").read_text())
    titles = re.findall(r"<h2>(.*?)</h2>", page)

    assert titles == [line[3:] for line in text.splitlines() if line.startswith("## ")]
    assert len(titles) == 22
    assert page.count("<figure>") == 7
    for cost in told["costs"]:
        shown = (
            f"{100 * cost['right']['mean']:.1f} ({100 * cost['right']['low']:.1f} to {100 * cost['right']['high']:.1f})"
        )
        assert shown in page
        assert shown in text
    assert all(comparison["sentence"] for comparison in told["comparisons"])


def test_the_same_results_make_the_same_files(trial: tuple[str, str, Path], tmp_path: Path) -> None:
    results, times = a_trial()
    written(tmp_path, results, times)

    assert all((tmp_path / name).read_bytes() == (trial[2] / name).read_bytes() for name in files.NAMES)


def test_what_strangers_wrote_stays_text(tmp_path: Path) -> None:
    answer = a_scored(
        "base+rag", correct=0.0, text=NASTY, evidence=(f"{NASTY}:1:0",), evidence_titles=(NASTY,), model=NASTY
    )
    result = a_result(answer, text=NASTY, references=(NASTY,), slice=NASTY[:64], question_id=NASTY)
    page, text, _ = written(tmp_path, [result])
    parsed = Page(page)

    assert {"script", "img"}.isdisjoint(parsed.tags)
    assert "onerror" not in {name for name, _ in parsed.attributes}
    assert any("alert(1)" in word for word in parsed.words)
    assert "<script" not in page
    assert "<script" not in text.replace("\\<script", "")


def test_markdown_tables_keep_their_columns_whatever_is_in_them() -> None:
    assert escape("a|b\nc <i>*d*</i> `e`") == r"a\|b c \<i\>\*d\*\</i\> \`e\`"


def test_only_a_plain_name_or_command_between_backticks_is_code() -> None:
    for text, in_markdown, in_html in (
        ("see `tiltyard plan --by 2`.", "see `tiltyard plan --by 2`.", "see <code>tiltyard plan --by 2</code>."),
        ("a `*b*` c", r"a \`\*b\*\` c", "a `*b*` c"),
        ("``x`` `y", r"\`\`x\`\` \`y", "``x`` `y"),
        ("`<b>` `a|b`", r"\`\<b\>\` \`a\|b\`", "`&lt;b&gt;` `a|b`"),
        ("a ` b `c` d", r"a \` b `c` d", "a ` b <code>c</code> d"),
        ("`a`*`b`", r"`a`\*`b`", "<code>a</code>*<code>b</code>"),
    ):
        assert markdown.set_in(text) == in_markdown
        assert html.set_in(text) == in_html


@pytest.mark.parametrize(
    ("results", "said"),
    [
        ([], ["There are no results to count, so there is no verdict."]),
        ([a_result(a_scored("base"))], ["There is only one arm.", "no times of documents were given"]),
        (
            [a_result(a_scored("mine")), a_result(missing=["yours"], question_id="2")],
            ["has scored answers of two arms"],
        ),
        ([a_result(missing=["base", "tuned"])], ["No answer was given, so there is no latency."]),
        (
            [a_result(a_scored(correct=None), references=None)],
            ["no accepted answers are known", "Nothing that could be"],
        ),
        ([a_result(a_scored("base", correct=0.0), a_scored("tuned"))], ["No arm was given evidence.", "undecided"]),
    ],
)
def test_what_cannot_be_told_is_said(results: list[Result], said: list[str], tmp_path: Path) -> None:
    page, text, _ = written(tmp_path, results)

    assert Page(page).open == []
    plain = text.replace("\\", "")
    assert [sentence for sentence in said if sentence not in plain] == []
    assert " nan" not in plain.lower()
    assert "None" not in plain.replace("None of base", "")


def test_every_table_with_an_interval_says_n() -> None:
    tables = [block for section in of(a_counted_trial()) for block in section.blocks if isinstance(block, Table)]
    without = [
        (table.caption, row)
        for table in tables
        for row in table.rows
        if any(" to " in cell and "(" in cell for cell in row[2:])
        and not {"n", "questions"} & set(table.heads)
        and "n = " not in " ".join(row)
    ]

    assert len(tables) == 21
    assert without == []


def test_the_command_reads_a_file_and_says_where_it_wrote(tmp_path: Path) -> None:
    results, times = a_trial()
    source, documents = tmp_path / "results.jsonl", tmp_path / "documents.jsonl"
    source.write_text("".join(result.model_dump_json() + "\n" for result in results[:60]))
    documents.write_text("".join(document.model_dump_json() + "\n" for document in times.by_document.values()))
    arguments = ["report", "--from", str(source), "--documents", str(documents), "--out", str(tmp_path / "out")]
    ended = CliRunner().invoke(build(), [*arguments, "--until", "2025-03-03T12:02Z"])

    assert ended.exit_code == 0, ended.output
    assert "report.html" in ended.output
    told = json.loads((tmp_path / "out" / "report.json").read_text())
    assert told["provenance"]["questions"] == sum(result.asked_at.minute < 2 for result in results[:60])
    assert told["provenance"]["results_from"].startswith("results.jsonl (SHA-256 ")
    assert told["age"]["n"] > 0


def test_a_file_of_something_else_is_refused_with_its_line(tmp_path: Path) -> None:
    source = tmp_path / "results.jsonl"
    source.write_text('{"question_id": "q"}\n')
    ended = CliRunner().invoke(build(), ["report", "--from", str(source), "--out", str(tmp_path / "out")])

    assert ended.exit_code != 0
    assert "line 1" in str(ended.exception)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("tokens", [int("9" * 400), 2**31, -1])
@pytest.mark.parametrize("field", ["prompt_tokens", "completion_tokens", "answer_tokens"])
def test_numbers_of_tokens_that_cannot_be_are_refused_with_line_and_field(
    tmp_path: Path, field: str, tokens: int
) -> None:
    result = a_result(a_scored("base")).model_dump(mode="json")
    result["answers"]["base"]["answer"][field] = tokens
    source = tmp_path / "results.jsonl"
    source.write_text(json.dumps(result) + "\n")

    ended = CliRunner().invoke(build(), ["report", "--from", str(source), "--out", str(tmp_path / "out")])

    assert isinstance(ended.exception, DataError)
    assert f"line 1: answers.base.answer.{field}" in str(ended.exception)
