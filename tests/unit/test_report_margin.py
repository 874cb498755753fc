"""A report with a margin: what is equivalent is called so, and nothing else changes."""

import pytest

from shared.lab.report import advice
from shared.lab.report.material import gather
from shared.lab.report.numbers import Numbers, count
from shared.lab.report.sections.comparisons import everything, pairs
from shared.messages import Result
from tests.results import a_result, a_scored


def alike(n: int) -> list[Result]:
    """Two arms that differ on one question in twenty, as often one way as the other."""
    return [
        a_result(
            a_scored("base", correct=float(at % 40 != 0)),
            a_scored("base+rag", correct=float(at % 40 != 1)),
            question_id=f"q-{at}",
        )
        for at in range(n)
    ]


def counted(margin: float | None) -> Numbers:
    return count(gather(alike(800), read_from="a test"), margin=margin)


def test_arms_within_the_margin_are_equivalent_in_numbers_verdict_and_tables() -> None:
    numbers = counted(0.05)
    [comparison] = [comparison for comparison in numbers.comparisons if comparison.slice == "all"]

    assert numbers.margin == 0.05
    assert (comparison.verdict, comparison.no_worse) == ("equivalent", "both")
    assert (
        "Use base or base+rag: how often they are right differs by less than the margin of 5.0 points"
        in advice.paragraph(numbers)
    )
    assert "equivalent" in str(everything(numbers))
    assert "within the margin of 5.0 points" in str(pairs(numbers))


def test_without_a_margin_nothing_is_equivalent() -> None:
    without, within = counted(None), counted(0.05)

    assert {comparison.verdict for comparison in without.comparisons} == {"undecided"}
    assert "margin" not in str(pairs(without))
    for before, now in zip(without.comparisons, within.comparisons, strict=True):
        assert (before.low, before.high, before.p_holm) == pytest.approx((now.low, now.high, now.p_holm))
