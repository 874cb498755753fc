"""Messages that were valid, changed at one place or several: in their JSON, or in their bytes."""

import gzip
import json
from random import Random
from typing import Any

from tests.hostile import values
from tests.hostile.texts import HTML, TEXTS
from tests.hostile.values import (
    DATES,
    DEPTHS,
    MODEST,
    NUMBERS,
    OPENINGS,
    PLAIN,
    STRINGS,
    Known,
    Pairs,
    Path,
    at,
    nested,
    replaced,
)

LENGTHS = (0, 1, 2, 16, 17, 39, 41, 64, 65, 200, 512, 513, 2_000, 4_000, 4_001)
USUAL_LENGTHS = (1, 8, 16, 39, 64, 64, 200, 200, 500, 2_000, 4_000)
LONG, LONGEST = 0.004, (20_000, 100_000, 400_000, 1_000_000)
"""How often a text is a long one, and how long it is then."""
MOST_BYTES = 3_900_000
"""Of a value: a broker takes no more."""
TIMES = ("_at", "_from", "_to", "as_of", "cutoff")
_HOMOGLYPHS = {"e": "е", "o": "о", "i": "і"}  # noqa: RUF001 (that is what they are for)


def text(draw: Random, most: int = 1_000_000) -> str:
    """A text of any kind, seldom a long one."""
    kinds = HTML if draw.random() < 0.15 else TEXTS
    make = kinds[draw.choice(list(kinds))]
    length = draw.choice(LONGEST if draw.random() < LONG else LENGTHS if draw.random() < 0.3 else USUAL_LENGTHS)
    made = make(min(length, most))
    return made if draw.random() < 0.7 else f"The fair moves. {made} It rained."


def value(draw: Random) -> Any:
    """Something else than what stands there, of whatever type."""
    kind = draw.randrange(7)
    if kind == 0:
        return nested(draw.choice(DEPTHS), draw.choice(OPENINGS))
    if kind == 1:
        return text(draw)
    return draw.choice((PLAIN, PLAIN, NUMBERS, DATES, STRINGS)[kind - 2])


def content(draw: Random, tree: Any, path: Path) -> Any:
    """The tree with a part in another value of its own type, which may still be valid."""
    before = at(tree, path)
    name = next((key for key in reversed(path) if isinstance(key, str)), "")
    match before:
        case bool():
            new: Any = not before
        case str() if name.endswith(TIMES):
            new = draw.choice(DATES)
        case str():
            new = text(draw)
        case int() | float():
            new = draw.choice(NUMBERS if draw.random() < 0.5 else MODEST)
        case list():
            new = _longer(draw, before)
        case dict():
            new = {**before, text(draw, 200): draw.choice(list(before.values()))} if before else {text(draw, 64): 1}
        case _:
            new = value(draw)
    return replaced(tree, path, new)


def _longer(draw: Random, items: list[Any]) -> list[Any]:
    """Fewer items or far more of them."""
    times = draw.choice((0, 2, 16, 17, 20, 100, 101, 1_000, 1_001, 10_000 if draw.random() < 0.02 else 3))
    if items and isinstance(items[0], str):
        made = text(draw, 512)
        times = _as_fits(times, made)
        return [f"{made} {number}" for number in range(times)] if draw.random() < 0.5 else [made] * times
    return items * _as_fits(times, items) if items else [value(draw) for _ in range(min(times, 20))]


def _as_fits(times: int, part: Any) -> int:
    """How often a part is repeated so that the message is at most somewhat too large."""
    return min(times, 2 * MOST_BYTES // max(len(values.written(part)), 1) + 1)


def structure(draw: Random, tree: Any, path: Path) -> Any:
    """The tree with a part of another type, or with other keys."""
    before = at(tree, path)
    if not isinstance(before, dict) or not before or draw.random() < 0.4:
        return replaced(tree, path, value(draw))
    key = draw.choice(list(before))
    rest = {other: part for other, part in before.items() if other != key}
    match draw.randrange(5):
        case 0:
            new: Any = rest
        case 1:
            new = {
                **before,
                draw.choice(("extra", "", " ", "__class__", "model_config", "a" * 500, "\x00")): value(draw),
            }
        case 2:
            new = {**rest, _renamed(draw, key): before[key]}
        case 3:
            new = Pairs((*before.items(), (key, value(draw))))
        case _:
            new = Pairs(((key, value(draw)), *before.items()))
    return replaced(tree, path, new)


def _renamed(draw: Random, key: str) -> str:
    return draw.choice(
        (key.upper(), f"{key} ", f" {key}", f"{key}\x00", key[:-1], key.replace("_", "-"), key.title().replace("_", ""),
         "".join(_HOMOGLYPHS.get(letter, letter) for letter in key))
    )  # fmt: skip


def mutated(draw: Random, tree: Any, places: list[Path], known: Known) -> bytes | None:
    """A message as a stranger may send it. `known`: the JSON of its parts as they were."""
    change = draw.random()
    changed = tree
    if change < 0.9:
        make = content if change < 0.55 else structure
        for _ in range(draw.choice((1, 1, 1, 1, 2, 3))):
            path = draw.choice(places)
            try:
                changed = make(draw, changed, path)
            except (KeyError, IndexError, TypeError):  # an earlier change took the place away
                continue
    try:
        written = values.written(changed, known).encode(errors="surrogatepass")
    except RecursionError:
        written = b"[" * 10_000
    made = written if change < 0.85 else bytewise(draw, written)
    return made if made is None or len(made) <= MOST_BYTES else made[:MOST_BYTES]


def bytewise(draw: Random, data: bytes) -> bytes | None:
    """The same bytes damaged, written in another encoding, or not there at all."""
    place, other = sorted((draw.randrange(len(data) + 1), draw.randrange(len(data) + 1)))
    match draw.randrange(16):
        case 0:
            return None
        case 1:
            return draw.choice(
                (b"", b" ", b"\n", b"\x00", b"null", b"0", b"[]", b"{}", b'""', b"\xff", b"\xef\xbb\xbf")
            )
        case 2:
            return data[:place]
        case 3:
            return data[place:]
        case 4:
            return data[:place] + data[other:]
        case 5:
            return data + data[place:other] + data
        case 6:
            return b"\xef\xbb\xbf" + data
        case 7:
            return data.decode(errors="replace").encode(draw.choice(("utf-16", "utf-16-le", "utf-32", "utf-7")))
        case 8:
            return data.decode(errors="replace").encode("latin-1", errors="replace")
        case 9:
            return (
                data[:place]
                + draw.choice((b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xf5\x80\x80\x80", b"\x80"))
                + data[place:]
            )
        case 10:
            return data + draw.choice((b"\x00", b"}", b"]", b",", b"\n", data))
        case 11:
            return gzip.compress(data[:10_000], mtime=0)
        case 12:
            return draw.randbytes(draw.randrange(200))
        case 13:
            return json.dumps(data[:100_000].decode(errors="replace")).encode()
        case _:
            flipped = bytearray(data)
            for _ in range(draw.choice((1, 1, 2, 8))):
                flipped[draw.randrange(len(data))] ^= 1 << draw.randrange(8)
            return bytes(flipped)
