"""Tables as a terminal of any width shows them."""

from collections.abc import Iterator
from typing import Any

import pytest

from services.console import output
from services.console.views import scoreboard
from services.console.views import standings as standings_view
from shared.lab.summary import ArmOnSlice, Summary
from shared.scoring import catalogue
from tests.standings import standings
from tests.unit.test_standings import a_result

ARMS = ("base", "base+rag", "tuned", "tuned+rag")


@pytest.fixture(params=[60, 80, 100, 115, 200])
def width(request: pytest.FixtureRequest) -> Iterator[int]:
    before, output.out.width = output.out.width, request.param
    yield request.param
    output.out.width = before


LIVE = [name for name, measure in catalogue.shown().items() if measure.live]


def blocks(text: str) -> list[list[str]]:
    """The tables of an output: the rows of each that are not blank, without the line under the heading."""
    tables: list[list[str]] = [[]]
    for line in text.splitlines():
        if line.strip():
            tables[-1] += [line] if "───" not in line else []
        elif tables[-1]:
            tables.append([])
    return [block for block in tables if block]


def test_standings_keep_the_arms_and_whole_numbers_at_any_width(width: int, capsys: pytest.CaptureFixture[str]) -> None:
    values: dict[str, Any] = dict.fromkeys(ARMS, 1.0)
    results = [a_result(n, **values) for n in range(1200)]
    [standing] = [standing for standing in standings(results, list(ARMS)) if standing.slice == "all"]

    standings_view.show(standing)
    said = capsys.readouterr().out
    tables = [block for block in blocks(said) if block[0].split()[0] == "arm"]

    assert all(len(line) <= width for block in tables for line in block)
    assert [[line.split()[0] for line in block] for block in tables] == [["arm", *ARMS]] * len(tables)
    headings = [name for block in tables for name in block[0].split()[1:]]
    assert headings == ["n", *LIVE]
    for estimates in standing.arms.values():
        for estimate in (estimates[measure] for measure in LIVE if measure in estimates):
            low, high = (f"{100 * end:.0f}" for end in estimate.ci95)
            assert f"{100 * estimate.mean:.0f} ({low} to {high})" in said


def test_every_table_names_its_rows_and_folds_only_long_texts(width: int, capsys: pytest.CaptureFixture[str]) -> None:
    columns = ("name", *(f"column {n}" for n in range(9)), "text")
    output.table("title", columns, [("a name", *range(100_000, 100_009), "word " * 40)], right=columns[1:-1])

    said = capsys.readouterr().out
    tables = blocks(said)

    assert said.startswith("title")
    assert all(len(line) <= width for line in said.splitlines())
    headings = [line for block in tables for line in block if " column" in line or line.strip().endswith("text")]
    assert headings
    assert all(line.split()[0] == "name" for line in headings)
    assert said.count("a name") == len(headings)
    assert all(str(number) in said for number in range(100_000, 100_009))
    assert said.split().count("word") == 40


def test_a_table_without_rows_and_a_table_of_one_column_are_shown(capsys: pytest.CaptureFixture[str]) -> None:
    output.table("", ["name", "more"], [])
    output.table("", ["name"], [["x" * 500]])

    said = capsys.readouterr().out
    assert "more" in said
    assert said.count("x") == 500


def test_a_table_whose_rows_have_two_names_keeps_both(width: int, capsys: pytest.CaptureFixture[str]) -> None:
    columns = ("slice", "arm", *(f"column {n}" for n in range(12)))
    output.table("", columns, [("all", "base", *range(12)), ("", "tuned", *range(12))], right=columns[2:], names=2)
    tables = blocks(capsys.readouterr().out)

    assert all(len(line) <= width for block in tables for line in block)
    assert [block[0].split()[:2] for block in tables] == [["slice", "arm"]] * len(tables)
    assert all("base" in block[1] and "tuned" in block[2] for block in tables)


@pytest.mark.parametrize("missing", [0.0, 0.5])
def test_the_scoreboard_has_a_column_of_missing_answers_where_one_is_missing(missing: float) -> None:
    cell = ArmOnSlice(
        n=2, answerable=2, unanswerable=0, means=dict.fromkeys(catalogue.shown(), 0.0) | {"missing": missing}, limits={}
    )
    counts = Summary(
        questions=2, results=2, missing_answers=1, arms={"base": {"all": cell}}, own_ms={}, queue_ms={}, latency_ms={}
    )

    assert ("missing" in scoreboard.columns(counts)) is bool(missing)
    assert all(len(row) == len(scoreboard.columns(counts)) + 3 for row in scoreboard.rows(counts))
