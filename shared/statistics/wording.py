"""What a comparison says in words: who is better, or that it is undecided and what could have been seen."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shared.statistics.comparison import Comparison


def in_words(one: "Comparison") -> str:
    """One or two sentences; the difference is the winner's lead, or a's where nothing is decided."""
    where = f"on {one.metric} ({one.slice})"
    if one.difference is None:
        return f"Nothing can be said of {one.a} and {one.b} {where}: no question has a value of both."
    if one.verdict == "undecided":
        return f"Undecided between {one.a} and {one.b} {where}: {_numbers(one, 1)}; {_why(one)}."
    winner, loser = (one.a, one.b) if one.verdict == "a" else (one.b, one.a)
    lower = ", where lower is better" if one.lower_is_better else ""
    return f"{winner} is better than {loser} {where}{lower}: {_numbers(one, 1 if one.verdict == 'a' else -1)}."


def _numbers(one: "Comparison", sign: int) -> str:
    assert one.difference is not None
    ends = [sign * end for end in (one.low, one.high) if end is not None]
    digits = _digits(max(abs(end) for end in [*ends, one.difference]))
    limits = " to ".join(_number(end, digits) for end in sorted(ends))
    groups = f" in {_groups(one)}" if one.clusters < one.n else ""
    return f"{_number(sign * one.difference, digits, '+')} (95 % {limits}, n = {one.n}{groups})"


def _why(one: "Comparison") -> str:
    assert one.difference is not None
    size = f"n = {one.n}" if one.clusters == one.n else _groups(one)
    if one.detectable is None:
        return f"with {size} no difference of any size could have shown"
    if one.p is not None and one.p_holm is not None and one.p < 0.05:
        if one.p_holm < 0.05:
            return f"the test finds a difference (Holm p = {one.p_holm:.2g}), but the interval holds 0"
        ps = f"p = {one.p:.2g}, by Holm {one.p_holm:.2g}"
        return f"alone it might count, among all that was compared it does not ({ps})"
    return (
        f"with {size} only a difference of {_number(one.detectable, _digits(one.detectable))} or more would have shown"
    )


def _groups(one: "Comparison") -> str:
    return "1 group" if one.clusters == 1 else f"{one.clusters} groups"


def _digits(largest: float) -> int:
    """Decimals for numbers of this size: two for shares, more below 0.01, none for hundreds."""
    if largest >= 100:
        return 0
    return 2 if largest >= 0.1 or largest == 0 else 3


def _number(value: float, digits: int, sign: str = "") -> str:
    return f"{value + 0.0:{sign}.{digits}f}"
