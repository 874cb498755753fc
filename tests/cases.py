"""Many cases in one test: each is tried, and the test fails once, naming every case that failed and why."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

import pytest


class Case(Protocol):
    """One case: what is wrong within is noted under its name, and the next case is tried."""

    def __call__(self, *name: object) -> AbstractContextManager[None]: ...


@contextmanager
def every_case() -> Iterator[Case]:
    """Gives `case`; at its end, raises AssertionError with all cases that failed, or where there was none to try."""
    tried = 0
    failed: list[str] = []

    @contextmanager
    def case(*name: object) -> Iterator[None]:
        nonlocal tried
        tried += 1
        try:
            yield
        except (Exception, pytest.fail.Exception) as error:
            failed.append(f"[{', '.join(map(str, name))}] {type(error).__name__}: {error}")

    yield case
    if failed:
        raise AssertionError("\n".join([f"{len(failed)} of {tried} cases failed:", *failed]))
    assert tried, "there was no case to try"
