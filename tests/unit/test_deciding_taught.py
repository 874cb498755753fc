"""What made questions say of a training: known news weighs as far as training pairs teach it."""

import json
import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from shared.jobs.asking import MADE, UNTAUGHT
from shared.lab.deciding import files, making, page, taught_share, trial
from shared.lab.deciding.evidence import Contestant, Evidence, Outcome, Updating
from shared.lab.deciding.lacking import where_tuning_fails
from shared.lab.deciding.made_with import Options
from shared.lab.deciding.rule import decide
from shared.lab.deciding.taught_share import TaughtShare
from shared.lab.deciding.values import Values
from shared.messages import Result
from tests.command_line import Ended
from tests.contests import within
from tests.deciding import RATES, counted, decided, material, written
from tests.results import ARMS
from tests.unit.test_deciding import AT_ONCE, BASIS, CALM, TRAINED, answers, contestant, evidence

VALUES = Values(second=0, machine_second=0)
WRONG: Outcome = "wrong"
UNTAUGHT_ITEMS = [f"q{at}" for at in range(60, 100)]


def knowing(name: str, right_taught: int, right_of_rest: int, updating: Updating) -> Contestant:
    """Right on so many of 60 questions about what pairs teach, and of 40 about the rest."""
    outcomes: list[tuple[Outcome, int]] = [
        ("right", right_taught),
        ("wrong", 60 - right_taught),
        ("right", right_of_rest),
    ]
    given = [outcome for outcome, count in outcomes for _ in range(count)]
    given += [WRONG] * (100 - len(given))
    known = {f"q{at}": replace(answers({"right": 1})["q0"], outcome=outcome) for at, outcome in enumerate(given)}
    later = answers({"wrong": 100}, first=100)
    return Contestant(name, known, later, updating, known | later)


def shown(share: float | None, untaught: Sequence[str] = UNTAUGHT_ITEMS) -> Evidence:
    """An arm that learned its pairs and little else, beside one that reads and is right on half of everything."""
    arms = knowing("tuned", 54, 4, TRAINED), knowing("base+rag", 31, 20, AT_ONCE)
    return replace(evidence(*arms), untaught=untaught, taught_share=share)


def worth_of_tuned(of: Evidence) -> float:
    [decision] = decide(of, VALUES, [CALM])
    assert decision is not None
    return decision.worths["tuned"].mean


def test_known_news_weighs_as_pairs_teach_it() -> None:
    for share in (0.0, 0.25, 1.0):
        right = share * 54 / 60 + (1 - share) * 4 / 40
        assert worth_of_tuned(shown(share)) == pytest.approx(right - 2 * (1 - right))
        assert shown(share).outcomes(shown(share).contestants[0].known, is_known=True)["right"] == pytest.approx(right)


def test_where_the_share_is_not_known_or_only_one_kind_was_asked_answers_weigh_by_their_number() -> None:
    for of in (shown(None), shown(0.25, untaught=())):
        assert worth_of_tuned(of) == pytest.approx(0.58 - 2 * 0.42)


def test_few_questions_about_what_weighs_much_make_it_less_sure() -> None:
    def width(share: float) -> float:
        [decision] = decide(shown(share), VALUES, [CALM])
        assert decision is not None
        return decision.worths["base+rag"].high - decision.worths["base+rag"].low

    assert width(0.0) > width(0.6)


def test_a_share_outside_all_news_is_refused() -> None:
    with pytest.raises(ValueError, match="no share of the known news"):
        shown(1.5)


def test_the_share_from_which_another_is_worth_most_is_found() -> None:
    told = taught_share.told(shown(0.1), VALUES, CALM)

    assert told is not None
    assert told.turn is not None
    share, best = told.turn
    assert best == "tuned"
    assert share == pytest.approx(0.55), "where 0.9 of what it was taught outweighs the rest"
    assert taught_share.told(shown(0.9), VALUES, CALM) == TaughtShare(0.9, 40, True, None)
    assert taught_share.told(evidence(contestant("a", 50), contestant("b", 20)), VALUES, CALM) is None


def test_what_is_said_of_made_questions_depends_on_what_they_ask() -> None:
    made = replace(BASIS, made=100)
    cases = (
        (TaughtShare(0.1, 40, True, (0.55, "tuned")), "10.0 %", "about 55.0 % or more, tuned would be worth most"),
        (TaughtShare(0.1, 40, True, None), "10.0 %", "base+rag would stay worth most"),
        (TaughtShare(0.1, 1, False, None), "10.0 %", "too few questions", "by their number"),
        (TaughtShare(None, 40, False, None), "is not known", "40 answers"),
        (TaughtShare(None, 0, False, None), "flatter trained arms", "all ask what training pairs teach"),
    )
    for told, *words in cases:
        said = " ".join(taught_share.sentences(told, made, "base+rag"))
        assert all(word in said for word in words), said
    assert taught_share.sentences(cases[0][0], BASIS, "base+rag") == [], "who wrote questions knows what people ask"
    assert taught_share.sentences(None, made, "base+rag") == []


def of_made_questions(result: Result) -> Result:
    """Every other question about learned news asks after what no pair teaches."""
    question = result.question
    number = int(question.question_id.rsplit("-", 1)[-1])
    name = UNTAUGHT if question.slice == "learned" and number % 2 else question.slice
    changed = question.model_copy(update={"slice": name, "question_id": f"{MADE}{question.question_id}"})
    return within(result.model_copy(update={"question": changed}), *ARMS)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A trial of made questions, whose pairs teach an eighth of what is stated."""
    results, _ = written(tmp_path)
    rows = [Result.model_validate_json(line) for line in results.read_text(encoding="utf-8").splitlines()]
    results.write_text("".join(f"{of_made_questions(row).model_dump_json()}\n" for row in rows), encoding="utf-8")
    summary = {"freshness_ms": {"p50": 100.0, "p99": 300.0}, "tunings": [{"seconds": 300.0}], "taught_share": 0.125}
    (tmp_path / trial.SUMMARY).write_text(json.dumps(summary), encoding="utf-8")
    return tmp_path


def test_a_trial_says_the_share(folder: Path) -> None:
    assert trial.found([folder]).taught_share == 0.125
    assert trial.found([folder / trial.RESULTS]).taught_share is None


def test_the_command_takes_another_share_and_the_page_says_it(
    tiltyard: Callable[..., Ended], folder: Path, tmp_path: Path
) -> None:
    ended = tiltyard("decide", "--from", str(folder), "--out", str(tmp_path / "out"), "--taught", "0.5")
    told = json.loads((tmp_path / "out" / files.NAMES[2]).read_text(encoding="utf-8"))

    assert ended.returncode == 0, ended.stderr
    assert (told["taught"]["share"], told["made_with"]["options"]["taught_share"]) == (0.5, 0.5)
    assert "Training pairs teach 50.0 %" in ended.stdout
    assert "questions about what they teach weigh that much here" in (tmp_path / "out" / files.NAMES[0]).read_text(
        encoding="utf-8"
    )


def test_where_nothing_is_weighed_a_share_is_refused(tmp_path: Path) -> None:
    written(tmp_path)
    options = Options(sources=(str(tmp_path),), values=VALUES, rates=RATES, training_seconds=300, taught_share=0.5)

    with pytest.raises(ValueError, match="no question asks after known news that no pair teaches"):
        making.decided(material(), trial.found([tmp_path]), options)


def test_a_share_that_is_none_makes_no_summary(folder: Path) -> None:
    text = (folder / trial.SUMMARY).read_text(encoding="utf-8")
    (folder / trial.SUMMARY).write_text(text.replace("0.125", "12.5"), encoding="utf-8")

    with pytest.raises(ValueError, match="is no summary of a trial"):
        trial.found([folder])


def test_where_tuning_fails_tells_what_pairs_teach_from_the_rest() -> None:
    _, said = where_tuning_fails(counted(), shown(0.1))

    assert "54 of 60 questions about what its pairs teach, on 4 of 40 questions about the rest of the same news" in said


def test_written_questions_say_nothing_of_pairs() -> None:
    of = decided()

    assert of.of_taught == []
    assert not any("Training pairs teach" in str(section) for section in page.sections(of))


def test_news_that_came_later_is_not_weighed() -> None:
    """A fact may stand in a document that came again, and then counts as pending."""
    of = shown(0.1, untaught=["q199", "q198", "q60", "q61"])
    later = of.contestants[0].pending
    right = {**later, "q199": replace(later["q199"], outcome="right"), "q198": replace(later["q198"], outcome="right")}

    assert of.outcomes(right, is_known=False)["right"] == pytest.approx(0.02)


def test_one_answer_about_the_rest_weighs_as_one() -> None:
    of = shown(0.1, untaught=["q99"])

    assert of.weighed == []
    assert worth_of_tuned(of) == pytest.approx(0.58 - 2 * 0.42)


def test_few_answers_that_happen_to_be_alike_decide_nothing() -> None:
    """The share of right ones that the interval holds, over many samples of a few."""
    draw, held = random.Random(5), 0  # noqa: S311  (a sample, not a secret)
    for _ in range(400):
        rest = sum(draw.random() < 0.7 for _ in range(4))
        taught = sum(draw.random() < 0.7 for _ in range(30))
        arms = [few("a", taught, rest), few("b", 15, 2)]
        of = replace(evidence(*arms), untaught=[f"q{at}" for at in range(30, 34)], taught_share=0.08)
        [decision] = decide(of, VALUES, [CALM])
        assert decision is not None
        held += decision.worths["a"].low <= 0.7 - 2 * 0.3 <= decision.worths["a"].high
    assert held / 400 >= 0.93


def few(name: str, taught: int, rest: int) -> Contestant:
    """Right on so many of 30 questions about what pairs teach, and of four about the rest."""
    is_right = [at < taught for at in range(30)] + [at < rest for at in range(4)]
    known = {f"q{at}": answers({"right": 1} if right else {WRONG: 1})["q0"] for at, right in enumerate(is_right)}
    later = answers({"wrong": 30}, first=100)
    return Contestant(name, known, later, AT_ONCE, known | later)
