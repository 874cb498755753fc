"""Deciding between ways of knowing the news: what an answer is worth at some rates, and when that is decided."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest
from pydantic import ValidationError

from shared.lab.deciding import chart, keeping_up, taking_up, wording
from shared.lab.deciding.basis import Basis
from shared.lab.deciding.evidence import Answered, Contestant, Evidence, Outcome, Updating
from shared.lab.deciding.rule import Decision, decide
from shared.lab.deciding.turning import turns
from shared.lab.deciding.values import DAY_S, Rates, Values

AT_ONCE = Updating(by_training=False, seconds=0.2, machine_s=0.1)
TRAINED = Updating(by_training=True, seconds=600.0, machine_s=600.0)
BASIS = Basis(200, 0, 0, 200, 1, (), "a test")
CALM = Rates(questions_per_day=1_000, updates_per_day=0)


def answers(outcomes: Mapping[Outcome, int], first: int = 0) -> dict[str, Answered]:
    """Items from `first` on, each a question of its own."""
    given = [outcome for outcome, count in outcomes.items() for _ in range(count)]
    return {f"q{first + at}": Answered(outcome, 1.0, 1.0) for at, outcome in enumerate(given)}


def contestant(
    name: str, right: int, of: int = 100, updating: Updating = AT_ONCE, pending: int = 0, *, last: bool = False
) -> Contestant:
    """Right on so many questions about what it has taken up, the `last` ones or the first, and about the rest."""
    known = answers({"wrong": of - right, "right": right} if last else {"right": right, "wrong": of - right})
    later = answers({"right": pending, "wrong": of - pending}, first=of)
    return Contestant(name, known, later, updating, known | later)


def decided(made: Evidence, values: Values, *points: Rates) -> list[Decision]:
    """Where somebody keeps up."""
    decisions = decide(made, values, points)
    assert all(decisions)
    return [decision for decision in decisions if decision]


def evidence(*contestants: Contestant) -> Evidence:
    items = {item for one in contestants for item in (*one.known, *one.pending)}
    return Evidence(contestants, {item: (item,) for item in items}, dict.fromkeys(items, "1"))


def test_without_updates_an_answer_is_worth_what_known_news_gives() -> None:
    values = Values(second=-0.02, machine_second=-0.005)
    made = evidence(contestant("a", 80), contestant("b", 20))
    [decision] = decided(made, values, CALM)

    assert decision.best == "a"
    assert decision.decided
    assert decision.worths["a"].mean == pytest.approx(0.8 * 1 + 0.2 * -2 - 0.02 - 0.005)
    assert decision.worths["a"].low < decision.worths["a"].mean < decision.worths["a"].high
    assert decision.leads["b"].difference == pytest.approx(0.6 * 3)


def test_a_small_lead_is_not_decided_and_says_how_much_more_would_decide_it() -> None:
    few = evidence(contestant("a", 52), contestant("b", 48, last=True))
    [decision] = decided(few, Values(), CALM)
    assert decision.rivals == ("b",)
    assert decision.times_as_many is not None
    assert decision.times_as_many > 2

    much = int(100 * decision.times_as_many * 1.3)
    many = evidence(contestant("a", round(0.52 * much), much), contestant("b", round(0.48 * much), much, last=True))
    assert decided(many, Values(), CALM)[0].decided


def test_equal_contestants_are_decided_once_nobody_can_be_better_by_the_margin() -> None:
    made = evidence(contestant("a", 50), contestant("b", 50))

    assert not decided(made, Values(margin=0.001), CALM)[0].decided
    assert decided(made, Values(margin=2.0), CALM)[0].decided


def test_the_more_often_news_changes_the_less_a_trained_contestant_is_worth() -> None:
    made = evidence(contestant("learned", 90, updating=TRAINED), contestant("looked up", 80))
    points = [
        Rates(questions_per_day=1e5, updates_per_day=updates, half_within_h=1.0) for updates in (0.0, 1.0, 100.0, 1e4)
    ]
    decisions = decided(made, Values(), *points)
    worths = [decision.worths["learned"].mean for decision in decisions]

    assert worths == sorted(worths, reverse=True)
    assert [decision.best for decision in decisions] == ["learned", "learned", "learned", "looked up"]


def test_training_pays_only_where_enough_is_asked() -> None:
    made = evidence(contestant("learned", 90, updating=TRAINED), contestant("looked up", 60))
    best = {
        asked: decided(made, Values(), Rates(questions_per_day=asked, updates_per_day=2))[0].best
        for asked in (0.01, 1_000.0)
    }
    assert best == {0.01: "looked up", 1_000.0: "learned"}


def test_who_cannot_keep_up_is_no_choice() -> None:
    slow = replace(contestant("slow", 99), updating=Updating(by_training=False, seconds=10.0, machine_s=10.0))
    made = evidence(slow, contestant("b", 20))
    [decision] = decided(made, Values(), Rates(questions_per_day=10, updates_per_day=DAY_S))

    assert (decision.best, decision.cannot_keep_up) == ("b", ("slow",))
    assert decision.decided
    assert decide(made, Values(), [Rates(questions_per_day=10, updates_per_day=1e7)]) == [None]


def test_where_zero_lies_changes_nothing() -> None:
    """All values are moved by as much: answers of both sides are worth more, and nothing is surer or less sure."""
    made = evidence(contestant("a", 70, pending=10), contestant("b", 50, pending=40, last=True))
    rates = Rates(questions_per_day=1_000, updates_per_day=500, half_within_h=0.001)
    plain, moved = (
        decided(made, Values(right=1 + by, wrong=-2 + by, silent=by), rates)[0].leads["b"] for by in (0, 100)
    )
    assert moved.difference == pytest.approx(plain.difference)
    assert moved.error == pytest.approx(plain.error)


def test_what_everybody_answers_alike_leaves_no_error_but_the_imagined() -> None:
    alike = decided(evidence(contestant("a", 100, pending=100), contestant("b", 100, pending=100)), Values(), CALM)[0]
    few = decided(evidence(contestant("a", 10, 10, pending=10), contestant("b", 10, 10, pending=10)), Values(), CALM)[0]

    assert alike.leads["b"].difference == 0
    assert alike.leads["b"].error < few.leads["b"].error / 5


def test_questions_and_trainings_both_make_a_lead_unsure() -> None:
    """Three trainings of which one failed: over questions alone the lead would be sure."""

    def over(shares: tuple[int, int, int], updating: Updating) -> Contestant:
        kinds: tuple[dict[str, Answered], dict[str, Answered]] = {}, {}
        for run, right in enumerate(shares):
            for at in range(100):
                given = Answered("right" if at < right else "wrong", 1.0, 1.0)
                kinds[0][f"k{at} {run}"] = kinds[1][f"p{at} {run}"] = given
        return Contestant(f"{updating.by_training}", *kinds, updating, kinds[0] | kinds[1])

    trained, fixed = over((90, 90, 20), TRAINED), over((50, 50, 50), AT_ONCE)
    items = [*trained.known, *trained.pending]
    hang = {item: (item.split()[0],) for item in items}
    sampled = Evidence([trained, fixed], hang, {item: item.split()[1] for item in items})
    alone = replace(sampled, runs=dict.fromkeys(items, "1"))

    assert not decided(sampled, Values(), CALM)[0].decided
    assert decided(sampled, Values(), CALM)[0].times_as_many is None, "more trainings would, and no more documents"
    assert decided(alone, Values(), CALM)[0].decided
    assert decided(alone, Values(), CALM)[0].one_training


def test_pending_shares_follow_lag_and_half_life() -> None:
    rates = Rates(questions_per_day=1, updates_per_day=1e6, half_within_h=2.0)

    assert taking_up.young(7_200, 0.0, rates) == pytest.approx(0.5)
    waits = np.linspace(0, 3_600, 20_001)
    simulated = 1 - (0.5 ** ((7_200 + waits) / 7_200)).mean()
    assert taking_up.young(7_200, 3_600, rates) == pytest.approx(simulated, abs=1e-4)
    seldom = rates.model_copy(update={"updates_per_day": 1.0})
    assert taking_up.some_pending(DAY_S, seldom) == pytest.approx(1 - np.exp(-1))


def test_trainings_are_no_more_than_updates() -> None:
    seldom = Rates(questions_per_day=1, updates_per_day=0.5)
    most = max(schedule.machine_s for schedule in taking_up.schedules(TRAINED, seldom))

    assert most == pytest.approx(0.5 * TRAINED.machine_s, rel=0.01)


def test_the_map_has_a_decision_for_each_pair_of_rates() -> None:
    made = evidence(contestant("learned", 90, updating=TRAINED), contestant("looked up", 60))
    drawn = chart.of(made, Values(), Rates(questions_per_day=50, updates_per_day=1, half_within_h=24), a_decade=1)

    assert [len(row) for row in drawn.decisions] == [7] * 7
    corner = drawn.decisions[-1][0]
    assert corner is not None
    assert corner.rates == Rates(questions_per_day=1e6, updates_per_day=0.01, half_within_h=24)
    assert corner.best == "learned"


def test_the_map_holds_the_users_rates_wherever_they_lie() -> None:
    made = evidence(contestant("learned", 90, updating=TRAINED), contestant("looked up", 60))
    for asked, changed in ((0.002, 3e-5), (5.0, 80_000.0), (1e6, 1e4), (1_000.0, 50.0)):
        rates = Rates(questions_per_day=asked, updates_per_day=changed)
        drawn = chart.of(made, Values(), rates, a_decade=1)
        assert drawn.questions_per_day[0] <= asked <= drawn.questions_per_day[-1]
        assert drawn.updates_per_day[0] <= changed <= drawn.updates_per_day[-1]
        assert (drawn.questions_per_day[0], drawn.updates_per_day[-1]) == (min(1.0, 0.001 if asked < 1 else 1.0),
                                                                           1e5 if changed > 1e4 else 1e4)  # fmt: skip


def test_the_share_of_a_day_counts_answers_and_trainings() -> None:
    made = evidence(contestant("learned", 90, updating=TRAINED), contestant("looked up", 60))
    [decision] = decided(made, Values(), Rates(questions_per_day=43_200, updates_per_day=864))
    learned, read = keeping_up.loads(made, decision)

    assert (learned.answers, read.answers) == (0.5, 0.5), "each answer takes a second of the machine"
    assert read.updates == pytest.approx(864 * 0.1 / DAY_S)
    assert learned.updates == pytest.approx(decision.worths["learned"].schedule.machine_s / DAY_S)
    assert learned.total == learned.answers + (learned.updates or 0.0)


def test_a_machine_that_does_not_keep_up_is_said_beside_the_decision() -> None:
    made = evidence(contestant("a", 90), contestant("b", 60))
    for asked, said in ((1_000, ""), (86_400, "150"), (172_800, "250")):
        [decision] = decided(made, Values(), Rates(questions_per_day=asked, updates_per_day=864_000 / 2))
        warned = keeping_up.warning(decision, keeping_up.loads(made, decision))
        assert (f"would have to work {said}" in warned) if said else not warned
    assert "3 such machines" in warned


def test_one_who_cannot_keep_up_with_updates_is_said_to() -> None:
    slow = replace(contestant("slow", 99), updating=Updating(by_training=False, seconds=10.0, machine_s=10.0))
    made = evidence(slow, contestant("b", 70))
    [decision] = decided(made, Values(), Rates(questions_per_day=10, updates_per_day=DAY_S))
    [load, _] = keeping_up.loads(made, decision)

    assert not load.keeps_up
    assert load.in_words() == "slow under 0.1 % for answers, and it cannot keep up with the updates"


def test_what_cannot_be_decided_on_is_refused_with_what_to_do() -> None:
    with pytest.raises(ValueError, match="a: no question about news that it has not taken up yet"):
        evidence(Contestant("a", answers({"right": 1}), {}, AT_ONCE, {}), contestant("b", 1))
    with pytest.raises(ValueError, match="two contestants at least"):
        evidence(contestant("a", 1))
    with pytest.raises(ValueError, match="have one name"):
        evidence(contestant("a", 1), contestant("a", 2))
    for changes in ({"right": -3.0}, {"second": 1.0}, {"margin": 0.0}, {"wrong": float("nan")}):
        with pytest.raises(ValidationError):
            Values(**changes)


def test_where_no_arm_is_worth_more_than_silence_none_is_recommended() -> None:
    made = evidence(contestant("a", 20), contestant("b", 10))
    [decision] = decided(made, Values(), CALM)

    assert not decision.is_worth_asking
    assert wording.sentences(decision, BASIS, [])[0].startswith("Use none: to decline every question is worth 0.00")


def test_where_a_decision_ends_is_said_before_another_is_best() -> None:
    made = evidence(contestant("learned", 70, updating=TRAINED), contestant("looked up", 50))
    rates = Rates(questions_per_day=1_000, updates_per_day=1, half_within_h=0.2)
    said = [turn for turn in turns(made, Values(), rates) if turn.rate == "updates_per_day" and turn.rises]

    assert [turn.best for turn in said] == [""]
