"""The join as a state machine: whatever the order and however often, one result with every timely answer once."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.scorer.join import Event, Join, apply, complete, due, reception
from services.scorer.join import done as marked_done
from shared.messages import Answer, Question
from shared.messages.contests import MOST_ARMS
from tests.builders import NOON, a_question, an_answer
from tests.contests import ARMS

DEADLINE_S = 60.0
KEEP = timedelta(hours=24)


def asked(after_s: float = 0.0) -> Event:
    return Event(a_question(deadline_s=DEADLINE_S), NOON + timedelta(seconds=after_s), partition=3, trace="t")


def answered(arm: str, text: str = "The old harbour", *, after_s: float = 1.0) -> Event:
    return Event(an_answer(arm=arm, text=text), NOON + timedelta(seconds=after_s), partition=3)


def joined(*events: Event) -> Join:
    join: Join | None = None
    for event in events:
        join = apply(join, event)
    assert join is not None
    return join


def done(join: Join, now: datetime) -> Join:
    """The marker after the first version of the result."""
    return marked_done(join, now, counted=tuple(join.in_time), announced=1)


ANSWERS = st.builds(
    answered, st.sampled_from((*ARMS, "unheard-of")), st.text(max_size=3), after_s=st.floats(0, 2 * DEADLINE_S)
)


@st.composite
def logs(draw: st.DrawFn, questions: int = 1) -> list[Event]:
    """Answers in the order of their append times, with questions anywhere between: two topics are read as they come."""
    events = sorted(draw(st.lists(ANSWERS, max_size=20)), key=lambda event: event.at)
    for _ in range(draw(st.integers(questions, 3))):
        events.insert(draw(st.integers(0, len(events))), asked(draw(st.floats(0, 5))))
    return events


def run(events: Sequence[Event], *, expire: bool) -> tuple[Join | None, list[Join]]:
    """What a scorer does with a sequence of events: the state it ends in and the joins it settled."""
    join: Join | None = None
    settled = []
    for event in events:
        join = apply(join, event)
        if complete(join, ARMS):
            settled.append(join)
            join = done(join, event.at)
    late = NOON + timedelta(days=1)
    if expire and join is not None and complete(join, ARMS, late):
        settled.append(join)
        join = done(join, late)
    return join, settled


@given(logs(questions=0))
def test_any_events_in_any_order_lead_to_one_result_if_there_is_a_question_and_to_none_otherwise(
    events: list[Event],
) -> None:
    _, settled = run(events, expire=True)

    assert len(settled) == any(isinstance(event.message, Question) for event in events)


@given(st.permutations([asked(), *(answered(arm) for arm in ARMS)]), st.data())
def test_the_same_events_in_any_order_and_repeated_give_the_same_answers(
    events: list[Event], data: st.DataObject
) -> None:
    repeated = list(events)
    for event in data.draw(st.lists(st.sampled_from(events), max_size=5)):
        first = next(place for place, other in enumerate(repeated) if other is event)
        repeated.insert(data.draw(st.integers(first + 1, len(repeated))), event)
    _, settled = run(repeated, expire=False)

    assert len(settled) == 1
    assert {arm: arrived.answer for arm, arrived in settled[0].in_time.items()} == {
        arm: answered(arm).message for arm in ARMS
    }
    assert settled[0].asked_at == NOON


@given(logs())
def test_an_arms_first_answer_stands_and_none_in_time_is_dropped(events: list[Event]) -> None:
    join, [result] = run(events, expire=True)
    assert join is not None
    assert result.deadline is not None
    firsts: dict[str, Event] = {}
    for event in events:
        if isinstance(event.message, Answer):
            firsts.setdefault(event.message.arm, event)
    timely = {arm: event.message for arm, event in firsts.items() if event.at <= result.deadline}

    counted = {arm: arrived.answer for arm, arrived in result.in_time.items()}
    assert {arm: counted.get(arm) for arm in ARMS} == {arm: timely.get(arm) for arm in ARMS}
    assert counted.items() <= timely.items()
    assert set(join.counted) == counted.keys()


@given(logs(), logs())
def test_nothing_moves_a_join_that_is_done(before: list[Event], after: list[Event]) -> None:
    marker = done(joined(asked(), *before), NOON)

    assert all(apply(marker, event) is marker for event in after)
    assert not complete(marker, ARMS, NOON + timedelta(days=365))


@given(logs())
def test_a_join_survives_its_way_through_the_table(events: list[Event]) -> None:
    join = joined(*events)

    assert Join.model_validate_json(join.model_dump_json(exclude_defaults=True)) == join


def test_it_is_complete_when_every_arm_has_answered() -> None:
    assert complete(joined(asked(), *map(answered, ARMS)), ARMS)
    assert not complete(joined(asked(), *map(answered, ARMS[:3])), ARMS)
    assert not complete(joined(*map(answered, ARMS)), ARMS), "without its question"


def test_it_is_complete_after_the_deadline_with_what_there_is() -> None:
    join = joined(asked(), answered("base"))

    assert not complete(join, ARMS, NOON + timedelta(seconds=DEADLINE_S))
    assert complete(join, ARMS, NOON + timedelta(seconds=DEADLINE_S, milliseconds=1))


def test_an_answer_appended_after_the_deadline_is_late_however_early_it_is_read() -> None:
    late = answered("tuned", after_s=DEADLINE_S + 1)

    assert reception(joined(asked()), late) == "late"
    assert joined(late, asked()).in_time == {}, "also where it waited for its question"
    assert joined(asked(), answered("tuned", after_s=DEADLINE_S)).in_time.keys() == {"tuned"}


def test_receptions_are_told_apart() -> None:
    marker = done(joined(asked(), answered("base")), NOON)

    assert reception(None, asked()) == "taken"
    assert reception(joined(asked()), asked()) == "repeated"
    assert reception(joined(answered("base")), answered("base")) == "repeated"
    assert reception(marker, answered("base")) == "repeated"
    assert reception(marker, answered("tuned")) == "late"
    assert reception(marker, asked()) == "repeated"


def test_no_more_answers_are_taken_than_a_contest_has_arms() -> None:
    join = joined(*(answered(f"arm-{number}") for number in range(MOST_ARMS)))

    assert reception(join, answered("one-more")) == "too_many"
    assert reception(join, answered("arm-0")) == "repeated"


def test_a_question_asked_again_with_other_words_changes_nothing() -> None:
    join = joined(asked())
    other = replace(asked(5), message=a_question(text="Where then?"))

    assert apply(join, other) is join


def test_it_is_looked_at_again_at_the_deadline_and_forgotten_when_its_term_is_over() -> None:
    join = joined(asked())

    assert due(join, KEEP) == NOON + timedelta(seconds=DEADLINE_S)
    assert due(done(join, NOON), KEEP) == NOON + KEEP
    assert due(joined(answered("base")), KEEP) == NOON + timedelta(seconds=1) + KEEP


def test_the_marker_is_small() -> None:
    join = joined(asked(), *(answered(arm, "word " * 500) for arm in ARMS))

    assert len(done(join, NOON).model_dump_json(exclude_defaults=True)) < 250
