"""An attack on one reader of text: every kind of text, ever longer, and how long each takes."""

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from shared.records import InvalidMessageError
from tests.hostile.text_readers import Read
from tests.hostile.texts import HTML, TEXTS, Make

ALL: Mapping[str, Make] = {**TEXTS, **HTML}
LENGTHS = (1_000, 4_000, 16_000, 64_000, 256_000, 1_000_000)
GROWS = 8.0
"""Times as long for four times the text, from which on it is no longer the length alone."""
NOTICED_S = 0.05


class Reading(NamedTuple):
    """One text read: processor seconds of this thread, and seconds by the wall."""

    kind: str
    length: int
    cpu_s: float
    wall_s: float
    wrong: str = ""


def read(reader: Read, kind: str, length: int) -> Reading:
    """Read one text; what is raised is wrong, but for a refusal."""
    text, wrong = ALL[kind](length), ""
    cpu, wall = time.thread_time(), time.perf_counter()
    try:
        reader(text)
    except InvalidMessageError:
        pass
    except Exception as error:  # whatever it is, a service would end with it
        wrong = f"{type(error).__name__}: {str(error)[:200]}"
    return Reading(kind, length, time.thread_time() - cpu, time.perf_counter() - wall, wrong)


def readings(reader: Read, most: int, *, most_s: float, kinds: Sequence[str] = ()) -> Iterator[Reading]:
    """All kinds up to `most` characters; one that took longer than `most_s` or grows too fast is wrong."""
    for kind in kinds or ALL:
        before: Reading | None = None
        for length in sorted({*(length for length in LENGTHS if length < most), most}):
            made = read(reader, kind, length)
            if not made.wrong and made.cpu_s > most_s:
                made = made._replace(wrong=f"{made.cpu_s:.1f} s for {length:,} characters")
            if not made.wrong and before and _grows(before, made):
                made = made._replace(wrong=f"from {before.cpu_s:.3f} to {made.cpu_s:.3f} s for {length:,} characters")
            yield made
            if made.wrong:
                break
            before = made


def _grows(before: Reading, now: Reading) -> bool:
    longer = now.length / before.length
    return now.cpu_s > NOTICED_S and now.cpu_s > before.cpu_s * GROWS * longer / 4
