"""The table of what pages must do: it names tests that exist, and a bar that was not tried is not reached."""

from pathlib import Path

import pytest

from bench.page_bars import BARS, Bar, row, worst

ROOT = Path(__file__).parents[2]


def test_every_bar_names_tests_that_are_there_or_a_figure() -> None:
    for bar in BARS:
        assert bool(bar.tests) != bool(bar.figure), bar
        for name in bar.tests:
            file, _, function = name.partition("::")
            assert f"def {function}(" in (ROOT / file).read_text(encoding="utf-8"), name


@pytest.mark.parametrize(
    ("outcomes", "said"),
    [
        ({"a": "passed", "b": "passed"}, "reached"),
        ({"a": "passed", "b": "skipped"}, "not tried"),
        ({"a": "passed"}, "missed"),
    ],
)
def test_a_bar_is_as_good_as_the_worst_of_its_tests(outcomes: dict[str, str], said: str) -> None:
    assert row(Bar("Ask", "answers", ("a", "b")), outcomes, {}).endswith(f"{said} |")


def test_a_parameter_that_fails_fails_the_test() -> None:
    assert worst([("a", "passed"), ("a", "failed"), ("a", "skipped"), ("b", "passed")]) == {
        "a": "failed",
        "b": "passed",
    }


def test_a_figure_is_held_against_its_bar() -> None:
    bar = Bar("Ask", "answers", figure=("delays_ms", "p95"), most=150.0)

    assert row(bar, {}, {"delays_ms": {"p95": 151.0}}).endswith("| 151 | missed |")
    assert row(bar, {}, {"delays_ms": {"p95": 12.5}}).endswith("| 12.5 | reached |")
    assert row(bar, {}, {}).endswith("not measured |")
