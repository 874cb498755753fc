"""A report over a reader's mix of questions, and slices that point in opposite directions."""

from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner
from typer.testing import Result as Ended

from services.console.app import build
from shared.lab.report import weights
from shared.lab.report.material import gather
from shared.lab.report.mix import Mix
from shared.lab.report.numbers import Numbers, count
from shared.lab.report.sections.mixes import mixes, reversal_in_words, whose
from shared.lab.report.weights import Weights
from shared.messages import Result
from shared.source_files import DataError
from tests.results import a_result, a_scored

RIGHT = {"old": {"base": 0.0, "tuned": 1.0}, "new": {"base": 0.75, "tuned": 0.25}}
ASKED = {"old": 12, "new": 24}


def results(right: dict[str, dict[str, float]] = RIGHT, asked: dict[str, int] = ASKED) -> list[Result]:
    return [
        a_result(
            *(a_scored(arm, correct=float(number % 4 < 4 * share)) for arm, share in right[name].items()),
            question_id=f"{name}-{number}",
            slice=name,
        )
        for name, size in asked.items()
        for number in range(size)
    ]


def counted(told: Weights | None = None, of: list[Result] | None = None) -> Numbers:
    material = gather(results() if of is None else of, read_from="x")
    return count(replace(material, weights=told or Weights()))


def test_without_weights_the_report_says_whose_mix_it_is() -> None:
    mix = counted().apart.mix

    assert mix.asked == {"new": pytest.approx(2 / 3), "old": pytest.approx(1 / 3)}
    assert "new 66.7 %, old 33.3 %" in whose(mix)
    assert "the mix of whoever wrote them" in whose(mix)
    assert (mix.arms, mix.comparisons) == ({}, ())


def test_every_slice_counts_with_its_share_of_the_mix() -> None:
    mix = counted(Weights({"old": 9, "new": 1}, "traffic.toml")).apart.mix
    (pair,) = mix.comparisons

    assert mix.arms["base"].mean == pytest.approx(0.1 * 0.75)
    assert mix.arms["tuned"].mean == pytest.approx(0.9 + 0.1 * 0.25)
    assert pair.difference == pytest.approx(0.9 + 0.025 - 0.075)
    assert (pair.a, pair.b, pair.verdict) == ("tuned", "base", "a")
    assert "traffic.toml" in whose(mix)


def test_another_mix_can_turn_the_verdict() -> None:
    (pair,) = counted(Weights({"new": 1}, "traffic.toml")).apart.mix.comparisons

    assert pair.difference == pytest.approx(-0.5)
    assert pair.verdict == "b"


def test_a_slice_that_was_not_asked_is_named_with_its_share_of_the_mix() -> None:
    numbers = counted(Weights({"old": 6, "sport": 2}, "traffic.toml"))
    mix: Mix = numbers.apart.mix

    assert mix.uncovered == {"sport": 0.25}
    assert mix.unweighed == ("new",)
    assert any("25.0 % of the mix (sport)" in getattr(block, "text", "") for block in mixes(numbers).blocks)


def test_weights_of_slices_that_were_never_asked_are_refused() -> None:
    with pytest.raises(DataError, match=r"weighs no slice of which two questions have a score.*: new, old"):
        counted(Weights({"sport": 1}, "traffic.toml"))


def test_of_questions_without_any_answer_there_is_no_mix_and_nothing_is_refused() -> None:
    mix = counted(Weights({"old": 1}, "traffic.toml"), [a_result(a_scored("base"), references=())]).apart.mix

    assert (mix.asked, mix.arms) == ({}, {})
    assert "no mix of questions" in whose(mix)


def test_a_slice_counts_with_its_answerable_questions() -> None:
    """Half of the questions on new things have no answer: of them half the weight is about being right."""
    unanswerable = [
        a_result(a_scored("base", correct=0.0), a_scored("tuned", correct=0.0), question_id=f"none-{n}", slice="new",
                 references=())
        for n in range(24)
    ]  # fmt: skip
    mix = counted(Weights({"old": 1, "new": 2}, "traffic.toml"), [*results(), *unanswerable]).apart.mix

    assert mix.wanted == {"old": 0.5, "new": 0.5}


def test_a_mix_that_was_counted_from_few_questions_has_wider_limits() -> None:
    given, by_log = (counted(Weights({"old": 5, "new": 5}, "x", n)).apart.mix.arms["tuned"] for n in (0, 10))

    assert given.mean == pytest.approx(by_log.mean)
    assert by_log.high - by_log.low > given.high - given.low


def test_slices_that_point_in_opposite_directions_are_found_and_said_with_the_share_that_tips() -> None:
    (reversal,) = counted().apart.reversals

    assert (reversal.decided, reversal.a, reversal.b) == (True, "base", "tuned")
    assert (reversal.for_a, reversal.for_b) == ({"new": 0.5}, {"old": -1.0})
    assert reversal.tips == pytest.approx(1 / 3), "a third of old questions, each twice as far: both lead nowhere"
    assert "tuned leads where old are more than 33.3 % of the questions" in reversal_in_words(reversal)


def test_slices_that_point_one_way_are_no_reversal() -> None:
    agreeing = {"old": {"base": 0.0, "tuned": 1.0}, "new": {"base": 0.25, "tuned": 0.75}}

    assert counted(of=results(agreeing)).apart.reversals == ()


def test_weights_are_read_from_a_file_and_counted_from_a_log(tmp_path: Path) -> None:
    said, log = tmp_path / "traffic.toml", tmp_path / "log.jsonl"
    said.write_text("[slices]\nold = 3\nnew = 1.5\n")
    log.write_text('{"slice": "old", "text": "Who won?"}\n{"slice": "old"}\n{"slice": "new"}\n')

    assert weights.said(said).by_slice == {"old": 3.0, "new": 1.5}
    assert (weights.counted(log).by_slice, weights.counted(log).counted) == ({"new": 1.0, "old": 2.0}, 3)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("old = 1\n", r"under \[slices\]"),
        ("[slices]\nold = -1\n", "the weight of old is -1"),
        ("[slices]\nold = nan\n", "the weight of old is nan"),
        ("[slices]\nold = true\n", "the weight of old is True"),
        ('[slices]\nold = "much"\n', "the weight of old is 'much'"),
        ("[slices]\nold = 0\n", "every weight is 0"),
        ("[slices", "is no TOML"),
    ],
)
def test_a_file_that_says_no_weights_is_refused_with_the_reason(tmp_path: Path, text: str, reason: str) -> None:
    file = tmp_path / "traffic.toml"
    file.write_text(text)

    with pytest.raises(DataError, match=reason):
        weights.said(file)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--traffic", "log.jsonl"], "log.jsonl, line 2"),
        (["--weights", "none.toml"], "no file none.toml"),
        (["--weights", "traffic.toml", "--traffic", "log.jsonl"], "leave one out"),
    ],
)
def test_the_command_refuses_a_mix_that_cannot_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: list[str], said: str
) -> None:
    ended = _ended(tmp_path, monkeypatch, options)

    assert ended.exit_code != 0
    assert said in str(ended.exception)
    assert not (tmp_path / "out").exists()


def test_the_command_counts_over_the_mix_of_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ended = _ended(tmp_path, monkeypatch, ["--weights", "traffic.toml"])

    assert ended.exit_code == 0, ended.output
    assert "The mix is that of traffic.toml" in (tmp_path / "out" / "report.md").read_text()


def _ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: list[str]) -> Ended:
    monkeypatch.chdir(tmp_path)
    Path("results.jsonl").write_text("".join(f"{result.model_dump_json()}\n" for result in results()))
    Path("traffic.toml").write_text("[slices]\nold = 9\nnew = 1\n")
    Path("log.jsonl").write_text('{"slice": "old"}\n{"question": "no slice"}\n')
    return CliRunner().invoke(build(), ["report", "--from", "results.jsonl", "--out", "out", *options])
