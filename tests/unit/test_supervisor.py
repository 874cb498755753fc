"""Supervised programs here are a line of Python each."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from services.console.platform import logs
from services.console.platform.errors import StartError
from services.console.platform.processes import Record
from services.console.platform.supervisor import Program, Supervisor

SLEEP = "import time; time.sleep(60)"
STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('de' + 'af', flush=True); time.sleep(60)"
)


def a_program(
    code: str = SLEEP, *, name: str = "sleeper", ready: Callable[[], bool] = bool, within: float = 5
) -> Program:
    return Program(name, [sys.executable, "-c", code], env={}, ready=ready, ready_within_s=within)


def at_once() -> bool:
    return True


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[Supervisor]:
    supervisor = Supervisor(tmp_path)
    yield supervisor
    for status in supervisor.status():
        supervisor.stop(status.name, grace_s=0)


def pid_of(supervisor: Supervisor, name: str = "sleeper") -> int:
    return next(status.pid for status in supervisor.status() if status.name == name)


def is_gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def eventually(holds: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 5
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.02)
    return holds()


def test_a_program_is_started_found_by_a_later_console_and_stopped(supervisor: Supervisor, tmp_path: Path) -> None:
    assert supervisor.start(a_program(ready=at_once))
    pid = pid_of(supervisor)

    later = Supervisor(tmp_path)
    assert [(status.name, status.running, status.pid) for status in later.status()] == [("sleeper", True, pid)]
    assert later.stop("sleeper")
    assert is_gone(pid)
    assert later.status() == []


def test_starting_twice_says_that_it_already_runs(supervisor: Supervisor) -> None:
    assert supervisor.start(a_program(ready=at_once))
    pid = pid_of(supervisor)

    assert not supervisor.start(a_program(ready=at_once))
    assert pid_of(supervisor) == pid


def test_stopping_what_does_not_run_says_so(supervisor: Supervisor) -> None:
    assert not supervisor.stop("sleeper")


def test_a_program_is_ready_only_when_it_says_so(supervisor: Supervisor, tmp_path: Path) -> None:
    sign = tmp_path / "sign"
    code = f"import time, pathlib; time.sleep(0.3); pathlib.Path({str(sign)!r}).touch(); time.sleep(60)"

    supervisor.start(a_program(code, ready=sign.exists))

    assert sign.exists()


def test_the_end_of_a_program_while_starting_is_told_with_its_last_lines(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    dying = a_program("import sys; print('no such', 'disk', flush=True); sys.exit(3)")

    with pytest.raises(StartError) as told:
        supervisor.start(dying)

    assert "exit code 3" in str(told.value)
    assert "no such disk" in str(told.value)
    assert str(tmp_path / "logs" / "sleeper.log") in str(told.value)
    assert supervisor.status() == []


def test_a_program_that_is_not_ready_in_time_is_stopped_and_forgotten(supervisor: Supervisor, tmp_path: Path) -> None:
    where = tmp_path / "pid"
    code = f"import os, time, pathlib; pathlib.Path({str(where)!r}).write_text(str(os.getpid())); time.sleep(60)"

    with pytest.raises(StartError, match=r"not ready within 0\.5 s"):
        supervisor.start(a_program(code, within=0.5))

    assert is_gone(int(where.read_text()))
    assert supervisor.status() == []


def test_a_command_that_does_not_exist_is_a_start_error(supervisor: Supervisor) -> None:
    with pytest.raises(StartError, match="cannot start ghost"):
        supervisor.start(Program("ghost", ["/nowhere/ghost"], env={}, ready=at_once, ready_within_s=1))


def test_the_program_gets_its_environment_on_top_of_ours(
    supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OURS", "sky")
    code = f"import os; print(os.environ['OURS'], os.environ['ITS'], flush=True); {SLEEP}"
    program = Program("sleeper", [sys.executable, "-c", code], env={"ITS": "blue"}, ready=at_once, ready_within_s=5)

    supervisor.start(program)

    assert eventually(lambda: "sky blue" in supervisor.log("sleeper").read_text())


def test_a_crashed_program_is_shown_as_dead_and_can_be_started_again(supervisor: Supervisor) -> None:
    supervisor.start(a_program(ready=at_once))
    crashed = pid_of(supervisor)
    os.kill(crashed, 9)
    assert eventually(lambda: not supervisor.running("sleeper"))
    assert [status.running for status in supervisor.status()] == [False]

    assert supervisor.start(a_program(ready=at_once))
    assert pid_of(supervisor) != crashed


def test_a_process_that_took_over_the_number_of_a_dead_one_is_left_alone(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    stranger = subprocess.Popen([sys.executable, "-c", SLEEP])
    created = psutil.Process(stranger.pid).create_time()
    (tmp_path / "run").mkdir()
    Record(stranger.pid, created - 60, ("sleeper",)).save(tmp_path / "run" / "sleeper.json")

    assert not supervisor.running("sleeper")
    assert not supervisor.stop("sleeper")
    assert stranger.poll() is None
    assert supervisor.status() == []
    stranger.kill()
    stranger.wait()


def test_a_program_whose_threads_are_still_being_taken_down_is_not_gone_yet(supervisor: Supervisor) -> None:
    code = "import ctypes, threading, time; threading.Thread(target=time.sleep, args=(60,)).start(); "
    supervisor.launch(a_program(code + "ctypes.CDLL(None).pthread_exit(None)"))
    process = psutil.Process(pid_of(supervisor))

    assert eventually(lambda: process.status() == psutil.STATUS_ZOMBIE)
    assert supervisor.running("sleeper")
    assert supervisor.stop("sleeper")


@pytest.mark.parametrize("content", ["", "{", "[]", '{"pid": 1}', '{"pid": "x", "create_time": 0, "argv": []}'])
def test_a_broken_state_file_counts_as_none(supervisor: Supervisor, tmp_path: Path, content: str) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "sleeper.json").write_text(content)

    assert supervisor.status() == []
    assert supervisor.start(a_program(ready=at_once))


def test_a_program_deaf_to_the_request_to_end_is_killed(supervisor: Supervisor) -> None:
    supervisor.start(a_program(STUBBORN, ready=at_once))
    pid = pid_of(supervisor)
    assert eventually(lambda: "deaf" in supervisor.log("sleeper").read_text())

    began = time.monotonic()
    assert supervisor.stop("sleeper", grace_s=0.3)

    assert time.monotonic() - began >= 0.3
    assert is_gone(pid)


@pytest.mark.parametrize("child", [SLEEP, STUBBORN])
def test_stopping_ends_the_children_too(supervisor: Supervisor, tmp_path: Path, child: str) -> None:
    started = tmp_path / "child"
    code = f"""
import pathlib, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", {child!r}])
time.sleep(0.3)
pathlib.Path({str(started)!r}).write_text(str(child.pid))
time.sleep(60)
"""
    supervisor.start(a_program(code, ready=started.exists))

    supervisor.stop("sleeper", grace_s=0.5)

    assert eventually(lambda: is_gone(int(started.read_text())))


def test_a_program_outlives_the_terminal_that_started_it(supervisor: Supervisor) -> None:
    supervisor.start(a_program(ready=at_once))

    assert os.getsid(pid_of(supervisor)) == pid_of(supervisor)


def test_of_several_either_all_run_or_none(supervisor: Supervisor) -> None:
    healthy, dying = a_program(name="healthy", ready=at_once), a_program("raise SystemExit(1)", name="dying")
    said: list[str] = []

    with pytest.raises(StartError, match="dying ended"):
        supervisor.start_all([healthy, dying], on_ready=lambda program: said.append(program.name))

    assert said in ([], ["healthy"])
    assert supervisor.status() == []


def test_one_that_ran_before_survives_the_failure_of_another(supervisor: Supervisor) -> None:
    healthy, dying = a_program(name="healthy", ready=at_once), a_program("raise SystemExit(1)", name="dying")
    supervisor.start(healthy)

    with pytest.raises(StartError):
        supervisor.start_all([healthy, dying])

    assert supervisor.running("healthy")


def test_two_consoles_at_once_start_one_program(supervisor: Supervisor, tmp_path: Path) -> None:
    consoles = [supervisor, *(Supervisor(tmp_path) for _ in range(3))]
    with ThreadPoolExecutor() as pool:
        started = list(pool.map(lambda console: console.start(a_program(ready=at_once)), consoles))

    assert sorted(started) == [False, False, False, True]


def test_a_large_log_is_put_aside_at_the_next_start(tmp_path: Path) -> None:
    log = tmp_path / "a.log"
    log.write_text("old\n" * 10)

    logs.rotate(log, max_bytes=100)
    assert log.exists()
    logs.rotate(log, max_bytes=10)

    assert not log.exists()
    assert (tmp_path / "a.log.1").read_text().startswith("old")


def test_the_end_of_a_log_is_that_of_the_latest_start(tmp_path: Path) -> None:
    log = tmp_path / "a.log"
    for line in ("first", "second"):
        with logs.opened(log, ["a", "--b"]) as output:
            output.write(line.encode() + b"\n")

    assert "first" in log.read_text()
    assert logs.tail(log) == "    second"
    assert logs.tail(tmp_path / "none.log") == "    (no log)"
