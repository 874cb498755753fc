"""Dead letters: when they are many it is said, and what is said ends when they are few."""

from prometheus_client import generate_latest
from structlog.testing import capture_logs

from shared import observe, probes
from shared.burials import ALARM_LEAST, STEP_S, WINDOW_S, Burials, DeadShare
from shared.memory.broker import MemoryBroker, MemoryDeadLetters
from tests.builders import a_raw_record


class Clock:
    """Seconds that a test moves."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def test_few_dead_letters_among_many_good_records_are_no_alarm() -> None:
    share = DeadShare(Clock())
    share.add(dead=ALARM_LEAST, handled=ALARM_LEAST * 10)

    assert (share.alarm(), round(share.share(), 2)) == ("", 0.09)


def test_a_tenth_of_dead_letters_is_an_alarm_that_says_where_to_look() -> None:
    share = DeadShare(Clock())
    share.add(dead=ALARM_LEAST, handled=ALARM_LEAST * 9)

    assert share.alarm().startswith("20 of the 200 records of the last 5 minutes are dead letters")
    assert "tiltyard dead-letters list" in share.alarm()


def test_an_alarm_is_over_five_minutes_after_the_last_of_many() -> None:
    clock = Clock()
    share = DeadShare(clock)
    for _ in range(ALARM_LEAST):
        share.add(dead=1)
        clock.now += STEP_S
    assert share.alarm()

    clock.now += WINDOW_S
    assert (share.alarm(), share.share()) == ("", 0)


def test_an_alarm_is_logged_once_when_it_begins_and_once_when_it_ends() -> None:
    clock = Clock()
    burials = Burials("test", MemoryDeadLetters(MemoryBroker(), "test"), share=DeadShare(clock))
    with capture_logs() as logs:
        for _ in range(2 * ALARM_LEAST):
            burials.bury(a_raw_record(b"{"), "no JSON")
        clock.now += 2 * WINDOW_S
        burials.handled(1)

    said = [(line["log_level"], line["event"]) for line in logs if line["event"] != "buried"]
    assert said == [("error", "many dead letters"), ("info", "dead letters are few again")]


def test_an_alarm_stands_on_the_page_of_readiness_and_among_the_metrics() -> None:
    burials = Burials("noted", MemoryDeadLetters(MemoryBroker(), "noted"))
    for _ in range(ALARM_LEAST):
        burials.bury(a_raw_record(b"{"), "no JSON")
    readiness = observe.Readiness("noted")
    readiness.announce()

    said = probes.state(readiness)
    assert said.splitlines()[0] == "ready"
    assert any(line.startswith("20 of the 20 records") for line in said.splitlines())
    assert b'tiltyard_dead_share{service="noted"} 1.0' in generate_latest()


def test_the_test_for_an_own_fault_is_made_ever_more_seldom() -> None:
    asked: list[int] = []
    burials = Burials("test", MemoryDeadLetters(MemoryBroker(), "test"), test_after=10)
    burials.own_fault = lambda: asked.append(burials._in_a_row) or ""  # type: ignore[func-returns-value]  # noqa: SLF001
    for _ in range(100):
        burials.bury(a_raw_record(b"{"), "no JSON")

    assert asked == [10, 20, 40, 80]
