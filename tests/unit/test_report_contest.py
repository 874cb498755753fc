"""The report over contests: the 2 x 2 is found by what arms are, and two contests are never added up."""

from datetime import timedelta

import pytest

from shared.lab.report import verdict
from shared.lab.report.blocks import Paragraph, Table
from shared.lab.report.material import combined, gather
from shared.lab.report.numbers import Numbers, count
from shared.lab.report.sections import origins, scores
from shared.messages import Contest, Result
from tests.contests import a_contest, an_arm
from tests.results import a_result, a_scored

ODD = a_contest(
    an_arm("memory", speaker="mine", context="none"),
    an_arm("plain", speaker="base", context="none"),
    an_arm("reader", speaker="base", context="hybrid"),
    an_arm("both", speaker="mine", context="hybrid"),
    an_arm("extra", speaker="base", context="words"),
)
RIGHT = {"plain": 0.0, "reader": 0.5, "memory": 0.25, "both": 1.0, "extra": 0.75}


def results(contest: Contest, right: dict[str, float], questions: int = 40) -> list[Result]:
    """Each arm is right in its share of the questions."""
    return [
        a_result(
            *(a_scored(arm, correct=float(number % 4 < 4 * share)) for arm, share in right.items()),
            question_id=f"{contest.name}-{number}",
        ).model_copy(update={"contest": contest.taken})
        for number in range(questions)
    ]


def counted(*of: Result) -> Numbers:
    return count(gather(of, read_from="a test"))


def test_the_effects_are_those_of_speakers_and_contexts_whatever_the_names() -> None:
    numbers = counted(*results(ODD, RIGHT))
    effects = {effect.what: effect.comparison.difference for effect in numbers.design.effects}

    assert numbers.design.arms == ("plain", "reader", "memory", "both")
    assert effects["retrieval, for the base model"] == pytest.approx(0.5)
    assert effects["tuning, without retrieval"] == pytest.approx(0.25)
    assert effects["retrieval, on average over both models"] == pytest.approx((0.5 + 0.75) / 2)
    assert effects["interaction"] == pytest.approx(0.75 - 0.5)
    assert numbers.arms == ODD.arm_names, "every arm takes part in everything else"


def test_each_square_of_a_contest_has_its_table() -> None:
    contexts, speakers = ("none", "x", "y"), ("base", "t")
    contest = a_contest(*(an_arm(f"{s}-{c}", speaker=s, context=c) for s in speakers for c in contexts))
    numbers = counted(*results(contest, dict.fromkeys(contest.arm_names, 0.5)))
    blocks = scores.design_(numbers).blocks
    titles = [block.text for block in blocks if isinstance(block, Paragraph) and block.text.startswith("The 2 x 2 of")]

    assert titles == ["The 2 x 2 of base-none, base-x, t-none, t-x:", "The 2 x 2 of base-none, base-y, t-none, t-y:"]
    assert len([block for block in blocks if isinstance(block, Table)]) == 4


def test_of_two_contests_the_one_asked_last_counts_and_the_other_is_named() -> None:
    other = a_contest("base", name="other")
    later = [
        result.model_copy(update={"asked_at": result.asked_at + timedelta(days=1)}) for result in results(ODD, RIGHT)
    ]
    numbers = counted(*results(other, {"base": 1.0}, questions=3), *later)

    assert "base" not in numbers.arms
    assert numbers.provenance.left_out == {other.label: 3}
    table = next(block for block in origins.provenance_(numbers).blocks if isinstance(block, Table))
    assert ["left out, of other contests", f"3 of {other.label}"] in [list(row) for row in table.rows]


def test_runs_of_two_contests_are_refused() -> None:
    runs = {"one": gather(results(ODD, RIGHT), read_from="one"),
            "two": gather(results(a_contest("base"), {"base": 1.0}), read_from="two")}  # fmt: skip
    with pytest.raises(ValueError, match="several contests"):
        combined(runs, read_from="both")


def test_of_many_decided_pairs_those_of_the_leading_arm_and_of_one_cause_are_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    contest = a_contest(*ODD.arms[:4], an_arm("newest", speaker="base", context="cag"))
    shares = {name: share for name, share in RIGHT.items() if name != "extra"} | {"newest": 0.75}
    numbers = counted(*results(contest, shares, questions=200))
    everything = verdict.sentences(numbers)
    monkeypatch.setattr(verdict, "MOST_DECIDED", 3)
    told = verdict.sentences(numbers)

    *kept, counts = told
    left_out = [sentence for sentence in everything if sentence not in kept]
    assert any("newest is right more often than memory" in sentence for sentence in left_out)
    assert counts.startswith(f"{len(left_out)} more of such pairs are decided")
    assert any("both is right more often than newest" in sentence for sentence in kept)
    assert any("reader is right more often than plain" in sentence for sentence in kept)
