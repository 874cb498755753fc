"""How strictly a judge's reply is read, and what two replies to one pair amount to."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from services.judge import judge_prompt
from services.judge.ports import Said, Sheet
from shared.messages.verdicts import Comparison, Reply, outcome
from tests.unit.test_judge import PAIR, TWO, Scripted, by_length, said


@pytest.mark.parametrize(
    ("straight", "turned", "expected"),
    [
        ("a", "b", "a"),
        ("b", "a", "b"),
        ("tie", "tie", "tie"),
        ("both_bad", "both_bad", "both_bad"),
        ("a", "a", "inconsistent"),
        ("b", "b", "inconsistent"),
        ("tie", "a", "inconsistent"),
        ("tie", "both_bad", "inconsistent"),
        (None, "a", "no_verdict"),
        ("a", None, "no_verdict"),
        (None, None, "no_verdict"),
    ],
)
def test_two_orders_make_one_outcome(straight: str | None, turned: str | None, expected: str) -> None:
    assert outcome(Reply(read=straight), Reply(read=turned)) == expected


@pytest.mark.parametrize(
    "reply",
    [
        "",
        "Both are good",
        "A or B",
        "A is better than B",
        "Answer C",
        "AB",
        "6",
        "The better answer is A",
        "5",
        "A\nB",
        "A\nB\ntie\nboth bad",
        "A\nbecause it is short",
    ],
)
def test_a_reply_that_is_not_exactly_a_label_is_no_verdict(reply: str) -> None:
    [made] = said(TWO, Scripted(lambda _: reply)).comparisons

    assert made.outcome == "no_verdict"
    assert made.replies[0] == Reply(text=reply)


@pytest.mark.parametrize("reply", ["A", "a", " A.\n", "**A**", '"A"', "Answer A", "Both name the harbour.\nBut:\n\nA"])
def test_quotes_case_and_thoughts_on_lines_before_do_not_spoil_a_label(reply: str) -> None:
    [made] = said(TWO, Scripted(lambda _: reply)).comparisons

    assert made.replies[0].read == "a"


def test_a_reply_that_was_cut_off_is_no_verdict_though_it_reads_like_one() -> None:
    class Cut(Scripted):
        def judge(self, sheets: Sequence[Sheet]) -> list[Said]:
            return [Said("A", failure="cut off after 16 tokens") for _ in sheets]

    [made] = said(TWO, Cut(by_length)).comparisons
    assert (made.outcome, made.replies[0].failure) == ("no_verdict", "cut off after 16 tokens")


@pytest.mark.parametrize(("reply", "grade"), [("1", 1), ("5", 5), ("Grade:\n3", 3), ("3/5", None), ("good", None)])
def test_grades_are_read_as_strictly(reply: str, grade: int | None) -> None:
    verdicts = said(TWO, Scripted(lambda _: reply), pairs=(), graded=("base",))

    assert [(made.arm, made.grade) for made in verdicts.grades] == [("base", grade)]


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ('system = "a"\nuser = "b"\n', "not complete"),
        ('system = "a"\nuser = "b"\n[labels]\na = ["A"]\nb = ["B"]\ntie = ["tie"]\n', "apart"),
        ('system = "a"\nuser = "b"\n[labels]\na = ["A"]\nb = ["a"]\ntie = ["t"]\nboth_bad = ["x"]\n', "apart"),
        ("system = \n", "not complete"),
    ],
)
def test_a_prompt_whose_replies_could_be_misread_is_refused(tmp_path: Path, content: str, complaint: str) -> None:
    (tmp_path / "bad.toml").write_text(content)

    with pytest.raises(ValueError, match=complaint):
        judge_prompt.load(str(tmp_path / "bad.toml"), judge_prompt.PAIRWISE)


def test_a_comparison_says_what_each_order_preferred() -> None:
    made = Comparison(arms=PAIR, outcome="inconsistent", replies=(Reply(read="a"), Reply(read="tie")))

    assert made.choices == ("a", "tie")
