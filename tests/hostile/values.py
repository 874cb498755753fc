"""JSON that its readers do not expect: values that are written as they stand, and a writer that allows them."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

Path = tuple[str | int, ...]
Known = Mapping[int, str]
"""Objects and lists that live on, by their identity, with their JSON."""


class Raw(str):
    """A piece of JSON, or of what is none, that is written as it stands."""

    __slots__ = ()


class Pairs(NamedTuple):
    """An object whose keys may be there twice."""

    pairs: tuple[tuple[str, Any], ...]


def written(value: Any, known: Known = {}) -> str:  # noqa: B006 (nobody changes it)
    """The JSON of a value that may hold Raw and Pairs."""
    if (text := known.get(id(value))) is not None:
        return text
    match value:
        case Raw():
            return str(value)
        case Pairs(pairs):
            return _object(pairs, known)
        case dict():
            return _object(tuple(value.items()), known)
        case list() | tuple():
            return f"[{','.join(written(part, known) for part in value)}]"
        case _:
            return json.dumps(value, ensure_ascii=False)


def _object(pairs: Sequence[tuple[str, Any]], known: Known) -> str:
    members = (f"{json.dumps(key, ensure_ascii=False)}:{written(value, known)}" for key, value in pairs)
    return f"{{{','.join(members)}}}"


def texts_of(value: Any) -> dict[int, str]:
    """The JSON of each object and each list in a value, by its identity."""
    if not isinstance(value, dict | list):
        return {}
    parts = value.values() if isinstance(value, dict) else value
    known = {name: text for part in parts for name, text in texts_of(part).items()}
    return known | {id(value): written(value, known)}


def paths(value: Any, before: Path = ()) -> list[Path]:
    """Every place of a value, itself first."""
    parts: Any = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [before, *(path for key, part in parts for path in paths(part, (*before, key)))]


def at(value: Any, path: Path) -> Any:
    """What stands there."""
    for key in path:
        value = value[key]
    return value


def replaced(value: Any, path: Path, new: Any) -> Any:
    """The value with another part there; what is not on the way is shared."""
    if not path:
        return new
    key, *rest = path
    if isinstance(value, Pairs):
        return value
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[key] = replaced(copy[key], tuple(rest), new)  # type: ignore[index]
    return copy


def nested(depth: int, opening: str, inside: str = "1") -> Raw:
    """Brackets in brackets."""
    closing = {"[": "]", '{"a":': "}", '{"not":': "}", '[{"a":': "}]"}[opening]
    return Raw(opening * depth + inside + closing * depth)


DEPTHS = (2, 31, 33, 100, 126, 127, 128, 199, 200, 1_000, 10_000)
ODD_NUMBERS = """0 -0 -0.0 -1 1 2 0.5 1e400 -1e400 1e-400 NaN Infinity -Infinity 2147483647 2147483648 -2147483649 1e9
1e18 9223372036854775807 9223372036854775808 18446744073709551616 1e308 1.7976931348623157e308 4.9e-324 86400 86401
0.1e1 01 +1 .5 1. 0x10 1_000 1e 1e999999999"""
LONG_NUMBERS = ("1" * 300, "1" * 4_299, "1" * 4_301, "9" * 5_000, "0." + "1" * 5_000)
NUMBERS = tuple(map(Raw, (*ODD_NUMBERS.split(), *LONG_NUMBERS)))
MODEST = (0, 1, 2, 3, 7, 60, 100, 0.5, 1.0, 300.0)
DATES = (
    "0000-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59Z",
    "9999-12-31T23:59:59-14:00", "9999-12-31T23:59:59.999999999Z", "10000-01-01T00:00:00Z", "-0001-01-01T00:00:00Z",
    "2016-12-31T23:59:60Z", "2016-12-31T24:00:00Z", "2025-02-29T00:00:00Z", "2025-13-01T00:00:00Z", "2025-03-03",
    "2025-03-03T12:00:00", "2025-03-03T12:00:00+23:59", "2025-03-03T12:00:00+24:00", "2025-03-03 12:00:00 CET",
    "2025-03-03T12:00:00.1234567Z", "1969-12-31T23:59:59.999Z", "1582-10-10T00:00:00Z", "1900-02-29T00:00:00Z",
    "2038-01-19T03:14:08Z", "\u0662\u0660\u0662\u0665-03-03T12:00:00Z", "now", "0", "1e10", "-1", "P1D", "12:00",
    Raw("0"), Raw("-1"), Raw("1741003200"), Raw("1741003200000"), Raw("1e11"), Raw("253402300800"), Raw("-62135596801"),
    Raw("1e20"), Raw("1e300"), Raw("NaN"), Raw("-1e15"),
)  # fmt: skip
STRINGS = tuple(
    map(
        Raw,
        (
            r'"\ud800"', r'"\udfff\ud800"', r'"a\ud800b"', r'"\u0000"', r'"\uDE00\uD83D"', r'"\ud83d\ude00"', '"\x01"',
            '"\n"',
            r'"\x41"', '"', '"a', "'a'", r'"\u00g0"', r'"\uFFFF"', r'"\u202e"', '"\\', "undefined", "None", "True", "",
            "/* a */ 1", "// a", "1 // a", "[1,]", '{"a":1,}', "{a:1}", '{"a"}', "[", "{", '{"":""}', '[{"a":[]}]',
            '{"__proto__":1}', '{"__class__":"x"}', '{"$ref":"http://127.0.0.1/x"}', '{"$ref":"#"}',
        ),
    )
)  # fmt: skip
PLAIN: tuple[Any, ...] = (None, True, False, "", " ", [], {}, [[]], [None], {"a": None}, "a", ["a"], 7, "7", -7, 0.5)
OPENINGS = ("[", '{"a":', '{"not":', '[{"a":')
