"""A report of several runs: repetitions make no number surer, and how far runs lie apart stands beside."""

from pathlib import Path

import pytest
from scipy import stats

from services.console.commands.report import run_names
from shared.lab.report import advice, verdict
from shared.lab.report.material import Material, combined, gather
from shared.lab.report.numbers import Numbers, cell, count
from shared.lab.report.sections import of
from shared.lab.report.sections.repeats import runs
from shared.messages import Result
from shared.scoring.catalogue import HEADLINE
from shared.statistics.comparison import Comparison
from tests.results import a_counted_trial, a_result, a_scored, a_trial


def counted(*trials: list[Result], names: tuple[str, ...] = ("seed-1", "seed-2", "seed-3")) -> Numbers:
    gathered = {name: gather(trial, read_from=name) for name, trial in zip(names, trials, strict=False)}
    return count(combined(gathered, read_from="a test"))


def pair(numbers: Numbers) -> Comparison:
    return next(
        comparison
        for comparison in numbers.comparisons
        if comparison.slice == "all" and {comparison.a, comparison.b} == {"base", "tuned"}
    )


def some(right: int, of: int) -> list[Result]:
    """Questions of which the tuned arm knows so many, and the base model none."""
    return [
        a_result(
            a_scored("base", correct=0.0), a_scored("tuned", correct=float(n < right)),
            question_id=f"q-{n}", gold_document_ids=(f"d-{n}",),
        )
        for n in range(of)
    ]  # fmt: skip


def test_the_same_run_three_times_says_what_it_says_once() -> None:
    trial, _ = a_trial()
    once, thrice = a_counted_trial(), counted(trial, trial, trial)
    single, three = pair(once), pair(thrice)

    assert three.n == 3 * single.n
    assert three.clusters == single.clusters
    assert three.difference == pytest.approx(single.difference)
    assert (three.low, three.high) == pytest.approx((single.low, single.high))
    assert three.p == pytest.approx(single.p, abs=0.01)
    assert three.detectable == pytest.approx(single.detectable)
    assert thrice.provenance.questions == once.provenance.questions
    assert thrice.clusters == once.clusters


def test_questions_without_documents_are_clustered_with_their_repetitions() -> None:
    lone = [a_result(a_scored("base"), a_scored("tuned"), question_id=f"q-{n}") for n in range(5)]

    assert counted(lone, lone).clusters == 5


def test_each_run_its_mean_and_the_spread_by_students_t() -> None:
    numbers = counted(some(12, 20), some(14, 20), some(16, 20))
    tuned = next(row for row in numbers.runs.arms if row.what == "tuned")
    base = next(row for row in numbers.runs.arms if row.what == "base")
    effect = next(row for row in numbers.runs.effects if row.what == "tuning, without retrieval")
    reach = stats.t.ppf(0.975, 2) * 0.1 / 3**0.5

    assert numbers.runs.names == ("seed-1", "seed-2", "seed-3")
    assert tuned.by_run == pytest.approx((0.6, 0.7, 0.8))
    assert (tuned.deviation, tuned.low, tuned.high) == pytest.approx((0.1, 0.7 - reach, 0.7 + reach))
    assert effect.by_run == pytest.approx(tuned.by_run)
    assert (base.mean, base.deviation) == (0.0, 0.0)
    table = cell(numbers, "tuned")
    assert table is not None
    assert table.scores["right"].mean == pytest.approx(0.7)


def test_the_effects_by_run_average_to_the_effects_of_the_two_by_two() -> None:
    numbers = counted(a_trial(1)[0], a_trial(2)[0])
    by_run = {effect.what: effect.mean for effect in numbers.runs.effects}

    assert {effect.what for effect in numbers.design.effects} == set(by_run)
    for effect in numbers.design.effects:
        assert by_run[effect.what] == pytest.approx(effect.comparison.difference, abs=0.01), effect.what


def test_one_run_has_no_such_section_and_several_have_it() -> None:
    trial, _ = a_trial()
    twice = counted(trial, trial)

    assert list(runs(a_counted_trial())) == []
    [section] = runs(twice)
    assert section.anchor in [shown.anchor for shown in of(twice)]


def test_runs_are_named_by_file_or_by_folder() -> None:
    assert list(run_names([Path("a.jsonl"), Path("b.jsonl")])) == ["a", "b"]
    assert list(run_names([Path("seed-1/results.jsonl"), Path("seed-2/results.jsonl")])) == ["seed-1", "seed-2"]
    with pytest.raises(ValueError, match="different names"):
        run_names([Path("x/results.jsonl"), Path("x/results.jsonl")])


def test_material_of_one_run_names_no_runs() -> None:
    assert isinstance(gather([], read_from="a test"), Material)
    assert gather([], read_from="a test").runs == {}


def test_the_verdict_says_what_n_counts_and_that_trainings_are_a_sample() -> None:
    same, apart = counted(some(16, 20), some(16, 20)), counted(some(2, 20), some(18, 20), some(20, 20))

    assert "n counts answers to 20 questions in 2 runs" in " ".join(verdict.details(same))
    assert "decides nothing between them" in advice.paragraph(apart), "one of three trainings failed"


def test_one_training_speaks_for_that_adapter_alone() -> None:
    once = count(gather(some(16, 20), read_from="a test"))

    assert pair(once).one_training
    assert "all this speaks of this adapter alone" in advice.paragraph(once)
    assert not pair(counted(some(16, 20), some(15, 20), some(16, 20))).one_training


def test_an_accuracy_over_trainings_that_lie_apart_is_as_unsure_as_they_are() -> None:
    close, apart = cell(counted(some(12, 20), some(12, 20)), "tuned"), cell(counted(some(2, 20), some(18, 20)), "tuned")

    assert close is not None
    assert apart is not None
    assert close.scores[HEADLINE].high - close.scores[HEADLINE].low < 0.5
    assert apart.scores[HEADLINE].high - apart.scores[HEADLINE].low > 0.9
