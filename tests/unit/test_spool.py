"""Spans wait in files until they are sent, and those of a process that was killed are sent by another."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from shared.telemetry.spool import SUFFIX, Spool

MOST = 1_000


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    made = Spool(tmp_path, MOST)
    yield made
    made.close()


def taking() -> tuple[list[bytes], Callable[[bytes], None]]:
    """What a collector took, and the collector."""
    taken = list[bytes]()
    return taken, taken.append


def away(_: bytes) -> None:
    raise ConnectionRefusedError


def killed(folder: Path, *, cut: int = 0) -> None:
    """A process that writes two pieces and is killed with -9; of the second the last bytes may be missing."""
    script = (
        "import sys, pathlib, time; from shared.telemetry.spool import Spool; "
        f"spool = Spool(pathlib.Path(sys.argv[1]), {MOST}); "
        "spool.write(b'one'); spool.write(b'two'); print(flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", script, str(folder)], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGKILL)
        process.wait()
    if cut:
        [file] = folder.glob(f"*{SUFFIX}")
        os.truncate(file, file.stat().st_size - cut)


def test_what_was_written_is_sent_in_its_order_and_once(spool: Spool, tmp_path: Path) -> None:
    taken, post = taking()
    spool.write(b"one")
    spool.write(b"two")
    spool.send(post)
    spool.send(post)

    assert taken == [b"onetwo"]
    assert list(tmp_path.iterdir()) == []


def test_what_a_collector_does_not_take_is_sent_later(spool: Spool) -> None:
    taken, post = taking()
    spool.write(b"one")
    with pytest.raises(ConnectionRefusedError):
        spool.send(away)
    spool.write(b"two")
    spool.send(post)

    assert taken == [b"one", b"two"]


def test_what_a_killed_process_wrote_is_sent_by_another(spool: Spool, tmp_path: Path) -> None:
    killed(tmp_path)
    taken, post = taking()
    spool.send(post)
    spool.send(post)

    assert taken == [b"onetwo"]


def test_a_piece_that_a_kill_cut_off_is_left_out(spool: Spool, tmp_path: Path) -> None:
    killed(tmp_path, cut=1)
    taken, post = taking()
    spool.send(post)

    assert taken == [b"one"]


def test_what_a_living_process_wrote_is_its_own_to_send(spool: Spool, tmp_path: Path) -> None:
    other = Spool(tmp_path, MOST)
    other.write(b"other")
    taken, post = taking()
    spool.send(post)
    other.send(post)
    other.close()

    assert taken == [b"other"]


def test_what_a_process_left_that_ended_is_sent_by_the_next(spool: Spool, tmp_path: Path) -> None:
    before = Spool(tmp_path, MOST)
    before.write(b"left")
    before.close()
    taken, post = taking()
    spool.send(post)

    assert taken == [b"left"]


def test_no_more_waits_than_is_allowed(spool: Spool) -> None:
    assert spool.write(b"x" * MOST)
    assert not spool.write(b"x")

    spool.send(lambda _: None)
    assert spool.write(b"x")


def test_files_are_their_owners_alone(spool: Spool, tmp_path: Path) -> None:
    spool.write(b"one")
    [file] = tmp_path.iterdir()

    assert file.stat().st_mode & 0o077 == 0
