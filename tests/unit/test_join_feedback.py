"""References, votes and verdicts in any order with everything else: one final result, with all that came."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from hypothesis import given, settings
from hypothesis import strategies as st

from services.scorer.handler import score
from services.scorer.join import Event, Join, apply, complete, done, reception
from services.scorer.memory import JoinInMemory
from shared.memory.broker import MemoryBroker
from shared.memory.results import MemoryResults
from shared.messages import Answer, Message, Outcome, Question, References, Result, Verdicts, Vote
from shared.messages.verdicts import OUTCOMES
from shared.scoring import catalogue
from shared.settings import EncoderSettings
from shared.topology import ANSWERS, QUESTIONS, REFERENCES, RESULTS, VERDICTS, VOTES, AnyTopic
from tests.builders import NOON, a_question, a_vote, an_answer, references, verdicts
from tests.contests import ARMS
from tests.scorers import a_scorer

METRICS = catalogue.load(["correct", "f1", "outdated"], EncoderSettings(variant="hashing", dimensions=16))
SCORE = partial(score, metrics=METRICS)
WORDS = st.sampled_from(["The old harbour", "The new quay", "The town hall"])
PAIRS = st.sampled_from([("base", "tuned"), ("tuned", "base"), ("base+rag", "tuned")])
JUDGES = st.sampled_from(["main", "other"])
Sent = tuple[AnyTopic, Message, float]
"""A topic, a message on it, and the seconds after noon at which the broker took it."""


@st.composite
def sent(draw: st.DrawFn) -> list[Sent]:
    """What belongs to one question with a deadline of 60 s; references, votes and verdicts come up to hours later."""
    question = a_question(references=draw(st.sampled_from([None, ("The old harbour",)])), deadline_s=60.0)
    messages: list[Sent] = [(QUESTIONS, question, 0.0)]
    arms = draw(st.one_of(st.just(set(ARMS)), st.sets(st.sampled_from(ARMS))))
    messages += [(ANSWERS, an_answer(arm=arm, text=draw(WORDS)), draw(st.floats(1, 90))) for arm in sorted(arms)]
    times = draw(st.lists(st.integers(0, 9_000), max_size=4, unique=True))
    messages += [
        (REFERENCES, references(references=(draw(WORDS),), outdated=draw(WORDS)), float(after_s)) for after_s in times
    ]
    for at in draw(st.lists(st.integers(0, 9_000), max_size=5, unique=True)):
        first, second = draw(PAIRS)
        choice = draw(st.sampled_from(["a", "b", "tie", "both_bad"]))
        voter = draw(st.sampled_from(["ann", "bo"]))
        messages.append((VOTES, a_vote(arm_a=first, arm_b=second, choice=choice, voter=voter), float(at)))
    for at in draw(st.lists(st.integers(0, 9_000), max_size=4, unique=True)):
        outcome: Outcome = draw(st.sampled_from(OUTCOMES))
        said = verdicts(outcome, draw(PAIRS), draw(st.sampled_from([None, 1, 5])), judge=draw(JUDGES))
        messages.append((VERDICTS, said, float(at)))
    return messages


def read_through(waiting: Sequence[Sent]) -> datetime:
    """What the scorer may take for now: past the deadline once no question and no answer is unread."""
    unread = any(topic in (QUESTIONS, ANSWERS) for topic, _, _ in waiting)
    return NOON if unread else NOON + timedelta(hours=2)


class World:
    """A broker whose every record is given its time, and a scorer that can be killed before it commits."""

    def __init__(self) -> None:
        self.time = NOON
        self.broker = MemoryBroker(now=lambda: self.time)
        self.shelf = MemoryResults()
        self.joins: dict[str, Join] = {}
        self.scorer = self._a_scorer()

    def _a_scorer(self) -> JoinInMemory:
        return a_scorer(self.broker, SCORE, self.shelf, joins=self.joins)

    def put(self, envelope: Sent) -> None:
        topic, message, after_s = envelope
        self.time = NOON + timedelta(seconds=after_s)
        self.broker.publish(topic, message)

    def run(self, *, killed: bool = False, now: datetime = NOON) -> None:
        """With `now` at noon no deadline passes, as while a partition is not read to its end."""
        before, committed = dict(self.joins), dict(self.broker.committed)
        self.scorer.run_once(now)
        if killed:
            self.joins, self.broker.committed = before, defaultdict(int, committed)
            self.scorer = self._a_scorer()

    def forget(self) -> None:
        """Past every deadline and, days later, past every term of remembrance."""
        self.run(now=NOON + timedelta(days=3))
        self.run(now=NOON + timedelta(days=6))
        assert self.joins == {}

    @property
    def published(self) -> list[Result]:
        return [Result.model_validate_json(record.value or b"") for record in self.broker.records(RESULTS.name)]

    @property
    def final(self) -> Result:
        self.run(now=NOON + timedelta(hours=3))
        return max(self.published, key=lambda result: result.result_version)


def newest(messages: Sequence[Sent], topic: AnyTopic) -> list[Sent]:
    return sorted((envelope for envelope in messages if envelope[0] is topic), key=lambda envelope: envelope[2])


def check(messages: Sequence[Sent], world: World) -> Result:
    """The final result against what the messages say, and the versions among themselves. Returns the result."""
    final = world.final
    by_version = defaultdict(set)
    for record, result in zip(world.broker.records(RESULTS.name), world.published, strict=True):
        by_version[result.result_version].add(record.value)
    assert all(len(contents) == 1 for contents in by_version.values()), "a version says one thing only"
    assert max(by_version) == final.result_version
    assert world.shelf.get("q-1") == final
    timely = {message.arm: message for _, message, at in messages if isinstance(message, Answer) and at <= 60.0}
    assert {arm: scored.answer for arm, scored in final.answers.items()} == timely
    assert set(final.missing) == set(ARMS) - set(timely)
    check_references(messages, final)
    check_votes(messages, final)
    check_verdicts(messages, final)
    return final


def check_references(messages: Sequence[Sent], final: Result) -> None:
    said = [message for _, message, _ in [*newest(messages, QUESTIONS), *newest(messages, REFERENCES)]]
    assert isinstance(last := said[-1], Question | References)
    assert (final.question.references, final.question.outdated) == (last.references, last.outdated)
    for scored in final.answers.values():
        fresh = {name: made.score(final.question, scored.answer) for name, made in METRICS.items()}
        assert scored.scores == {name: value for name, value in fresh.items() if value is not None}


def check_votes(messages: Sequence[Sent], final: Result) -> None:
    expected: dict[tuple[tuple[str, str], str], str] = {}
    for _, vote, _ in newest(messages, VOTES):
        assert isinstance(vote, Vote)
        if set(vote.pair) <= final.answers.keys():
            expected[vote.pair, vote.voter] = vote.choice_of_pair
    choices = {(pair.arms, ballot.voter): ballot.choice for pair in final.votes for ballot in pair.ballots}
    assert choices == expected
    assert all(sum(pair.counts.values()) == len(pair.ballots) for pair in final.votes)


def check_verdicts(messages: Sequence[Sent], final: Result) -> None:
    """Of each judge the newest message stands, without what it says of arms that gave no answer."""
    expected: dict[str, Verdicts] = {}
    for _, said, _ in newest(messages, VERDICTS):
        assert isinstance(said, Verdicts)
        answered = {
            "comparisons": tuple(
                comparison for comparison in said.comparisons if set(comparison.arms) <= final.answers.keys()
            ),
            "grades": tuple(grade for grade in said.grades if grade.arm in final.answers),
        }
        expected[said.judge] = said.model_copy(update=answered)
    assert [taken.verdicts for taken in final.verdicts] == [standing for _, standing in sorted(expected.items())]


@settings(max_examples=150, deadline=None)
@given(sent(), st.data())
def test_any_interleaving_with_repeats_and_kills_ends_in_one_result_with_all_that_counts(
    messages: list[Sent], data: st.DataObject
) -> None:
    world = World()
    order = data.draw(st.permutations(messages))
    repeats = data.draw(st.lists(st.sampled_from(messages), max_size=4))
    for place, envelope in enumerate(order, start=1):
        world.put(envelope)
        if data.draw(st.booleans()):
            world.run(killed=data.draw(st.booleans()), now=read_through(order[place:]))
    world.run()
    for envelope in repeats:  # delivered again as they were, at the time they had
        world.put(envelope)
        world.run()

    check(messages, world)


@settings(max_examples=100, deadline=None)
@given(sent(), st.data())
def test_every_order_of_the_same_messages_ends_in_the_same_result(messages: list[Sent], data: st.DataObject) -> None:
    ends = []
    for _ in range(2):
        world = World()
        order = data.draw(st.permutations(messages))
        for place, envelope in enumerate(order, start=1):
            world.put(envelope)
            world.run(now=read_through(order[place:]))
        ends.append(world.final)

    first, second = (
        result.model_dump(exclude={"result_version", "scored_at", "references_from", "votes", "verdicts"})
        for result in ends
    )
    assert first == second
    assert [(pair.arms, pair.counts) for pair in ends[0].votes] == [(pair.arms, pair.counts) for pair in ends[1].votes]
    assert [taken.verdicts for taken in ends[0].verdicts] == [taken.verdicts for taken in ends[1].verdicts]


@settings(max_examples=100, deadline=None)
@given(sent(), st.data())
def test_what_comes_after_the_marker_is_forgotten_is_scored_from_the_store(
    messages: list[Sent], data: st.DataObject
) -> None:
    world = World()
    late = [envelope for envelope in messages if envelope[0] in (REFERENCES, VOTES, VERDICTS)]
    for envelope in (envelope for envelope in messages if envelope not in late):
        world.put(envelope)
    world.run()
    world.forget()
    late.sort(key=lambda envelope: envelope[2])
    for count, envelope in enumerate(late, start=1):
        world.put(envelope)
        world.run(killed=data.draw(st.booleans()))
        if data.draw(st.booleans()):
            world.run()
            world.forget()
            world.put(data.draw(st.sampled_from(late[:count])))  # an old one is delivered again
            world.run()
    world.run()

    check(messages, world)


@settings(max_examples=50, deadline=None)
@given(sent())
def test_late_answers_do_not_come_in_with_late_references(messages: list[Sent]) -> None:
    world = World()
    for envelope in messages:
        world.put(envelope)
    before = world.final
    world.put((ANSWERS, an_answer(arm="newcomer"), 9_100.0))
    for arm in ARMS:
        world.put((ANSWERS, an_answer(arm=arm, text="Too late"), 9_200.0))
    world.put((REFERENCES, references(references=("Too late",)), 9_300.0))
    after = world.final

    assert {arm: scored.answer for arm, scored in after.answers.items()} == {
        arm: scored.answer for arm, scored in before.answers.items()
    }
    assert after.missing == before.missing
    assert after.question.references == ("Too late",)


def event(message: References | Vote | Verdicts, *, offset: int = 0, after_s: float = 0.0) -> Event:
    return Event(message, NOON + timedelta(seconds=after_s), partition=0, offset=offset)


def test_of_references_that_came_in_the_same_millisecond_the_later_offset_stands() -> None:
    first, second = event(references(references=("one",)), offset=4), event(references(references=("two",)), offset=5)
    join = apply(apply(None, second), first)

    assert reception(join, first) == "superseded"
    assert reception(join, second) == "repeated"
    assert join.references is not None
    assert join.references.message.references == ("two",)


def test_a_marker_remembers_the_newest_references_after_they_were_used() -> None:
    join = apply(None, event(references(), offset=5))
    marker = done(join, NOON, counted=ARMS, announced=2)

    assert not complete(marker, ARMS)
    assert reception(marker, event(references(), offset=5)) == "repeated"
    assert reception(marker, event(references(), offset=4)) == "superseded"
    assert complete(apply(marker, event(references(), offset=6)), ARMS)


def test_a_voter_has_one_vote_on_a_pair_whichever_side_was_shown_first() -> None:
    join = apply(None, event(a_vote(arm_a="base", arm_b="tuned", choice="a")))
    join = apply(join, event(a_vote(arm_a="tuned", arm_b="base", choice="a"), offset=1))
    join = apply(join, event(a_vote(arm_a="tuned", arm_b="base", choice="a", voter="bo"), offset=2))

    assert [(cast.vote.voter, cast.vote.choice_of_pair) for cast in join.votes] == [("ann", "b"), ("bo", "b")]


def test_a_join_takes_a_thousand_votes_and_says_that_there_are_too_many() -> None:
    join: Join | None = None
    for number in range(1_000):
        join = apply(join, event(a_vote(voter=f"v{number}"), offset=number))

    assert reception(join, event(a_vote(voter="one-more"), offset=1_000)) == "too_many"
    assert reception(join, event(a_vote(voter="v7", choice="b"), offset=1_000)) == "taken", (
        "who has voted may think again"
    )


def test_of_a_judges_verdicts_the_newest_wait_and_of_eight_judges_no_more() -> None:
    join: Join | None = None
    for number in range(8):
        join = apply(join, event(verdicts(judge=f"j{number}"), offset=number))
    join = apply(join, event(verdicts("b", judge="j3"), offset=9))
    join = apply(join, event(verdicts("tie", judge="j3"), offset=5))

    assert reception(join, event(verdicts(judge="j8"), offset=10)) == "too_many"
    assert reception(join, event(verdicts(judge="j3"), offset=9)) == "repeated"
    assert [judged.verdicts.comparisons[0].outcome for judged in join.judged if judged.verdicts.judge == "j3"] == ["b"]
