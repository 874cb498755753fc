"""Reading a stranger's text in a process of its own: it can be ended, and a failure is that text's fault alone."""

import os
import signal
import time
from collections.abc import Iterator

import pytest

from services.ingest.time_limit import MOST_BYTES, TimeLimited
from shared.records import GivenUpError, InvalidMessageError

HOARD: list[bytearray] = []


def obeying(text: str) -> str:
    """What a reader may do with a text that is made for it."""
    match text.split():
        case ["hang"]:
            time.sleep(600)
        case ["swallow"]:
            return str(len(bytearray(MOST_BYTES)))
        case ["die"]:
            os.kill(os.getpid(), signal.SIGKILL)
        case ["raise"]:
            raise RecursionError("too deep")
        case ["pid"]:
            return str(os.getpid())
    return text.upper()


def hoarding(_: int) -> int:
    """Keeps what it takes, as leaks do."""
    HOARD.append(bytearray(600 * 1024**2))
    return len(HOARD[0]) // 1024**2


@pytest.fixture
def limited() -> Iterator[TimeLimited[[str], str]]:
    limited = TimeLimited(obeying, 1.0)
    yield limited
    limited.close()


@pytest.mark.parametrize("text", ["hang", "die"])
def test_what_was_given_up_is_so_the_second_time(limited: TimeLimited[[str], str], text: str) -> None:
    for _ in range(2):
        with pytest.raises(GivenUpError):
            limited(text)


def test_a_text_is_read_in_another_process(limited: TimeLimited[[str], str]) -> None:
    assert limited("fair") == "FAIR"
    assert limited("pid") == limited(" pid") != str(os.getpid())


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("hang", "took longer than 1 s"),
        ("swallow", "MemoryError"),
        ("die", "the process that read it ended"),
        ("raise", "RecursionError"),
    ],
)
def test_a_text_that_cannot_be_read_is_refused_at_once_the_second_time_and_the_next_is_read(
    limited: TimeLimited[[str], str], text: str, reason: str
) -> None:
    with pytest.raises(InvalidMessageError, match=reason):
        limited(text)
    began = time.monotonic()
    with pytest.raises(InvalidMessageError, match=reason):
        limited(text)
    assert time.monotonic() - began < 0.5
    assert limited("fair") == "FAIR"


def test_a_process_that_somebody_ended_costs_no_text(limited: TimeLimited[[str], str]) -> None:
    os.kill(int(limited("pid")), signal.SIGKILL)

    assert limited("fair") == "FAIR"


def test_what_other_texts_left_in_the_process_costs_no_text_that_fits_into_a_new_one() -> None:
    limited = TimeLimited(hoarding, 30.0, 1024**3)

    assert [limited(number) for number in range(4)] == [600] * 4
    limited.close()
