"""What a comparison says in words: who is better, or that it is undecided and what could have been seen.

`in_words` is for any measure, in its own unit. `lead` and `undecided` are clauses for shares of 1, in points of per
cent, to be built into a text. What they say is the same.
"""

from shared.statistics.comparison import Comparison

NONE = "\N{EN DASH}"
MINUS = "\N{MINUS SIGN}"


def in_words(one: Comparison) -> str:
    """One or two sentences; the difference is the winner's lead, or a's where nothing is decided."""
    where = f"on {one.metric} ({one.slice})"
    if one.difference is None:
        return f"Nothing can be said of {one.a} and {one.b} {where}: no question has a value of both."
    if one.verdict == "undecided":
        smallest = (
            "" if one.detectable is None else f"a difference of {_number(one.detectable, _digits(one.detectable))}"
        )
        return f"Undecided between {one.a} and {one.b} {where}: {_numbers(one, 1)}; {_why(one, smallest)}."
    winner, loser = (one.a, one.b) if one.verdict == "a" else (one.b, one.a)
    lower = ", where lower is better" if one.lower_is_better else ""
    return f"{winner} is better than {loser} {where}{lower}: {_numbers(one, 1 if one.verdict == 'a' else -1)}."


def lead(one: Comparison, does: str) -> str:
    """A decided comparison as a clause: who `does` it more often than whom, by how much and how sure."""
    assert one.difference is not None
    assert one.low is not None
    assert one.high is not None
    more, less = (one.a, one.b) if one.difference > 0 else (one.b, one.a)
    low, high = sorted((abs(one.low), abs(one.high)))
    size = f"{points(abs(one.difference), signed=False)} points"
    sure = f"95 % interval {points(low, signed=False)} to {points(high, signed=False)}"
    return f"{more} {does} more often than {less}, by {size} ({sure}, n = {one.n}, by Holm {equals_p(one.p_holm)})"


def undecided(one: Comparison) -> str:
    """An undecided comparison as a clause: what was seen, and why it decides nothing."""
    seen = f"{points(one.difference)} points, 95 % interval {points(one.low)} to {points(one.high)}, n = {one.n}"
    return f"{seen}; {_why(one, f'{points(one.detectable, signed=False)} points')}"


def points(value: float | None, *, signed: bool = True) -> str:
    """A difference of shares in points of per cent, with a real minus sign."""
    if value is None:
        return NONE
    rounded = round(100 * value, 1) + 0.0
    return f"{rounded:{'+' if signed and rounded else ''}.1f}".replace("-", MINUS)


def p_value(p: float | None) -> str:
    """To three decimals, and never 0."""
    if p is None:
        return NONE
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def equals_p(p: float | None) -> str:
    """The same behind a `p`."""
    return "p < 0.001" if p is not None and p < 0.001 else f"p = {p_value(p)}"


def _why(one: Comparison, smallest: str) -> str:
    """Why nothing is decided; `smallest` says the smallest difference that could have shown."""
    size = f"n = {one.n}" if one.clusters == one.n else _clusters(one)
    if one.detectable is None:
        return f"with {size} no difference of any size could have shown"
    if one.p is not None and one.p_holm is not None and one.p < 0.05:
        if one.p_holm < 0.05:
            return f"the test finds a difference (by Holm {equals_p(one.p_holm)}), but the interval holds 0"
        ps = f"{equals_p(one.p)}, by Holm {equals_p(one.p_holm)}"
        return f"alone it might count, among all that was compared it does not ({ps})"
    return f"with {size} only {smallest} or more would have shown"


def _numbers(one: Comparison, sign: int) -> str:
    assert one.difference is not None
    ends = [sign * end for end in (one.low, one.high) if end is not None]
    digits = _digits(max(abs(end) for end in [*ends, one.difference]))
    limits = " to ".join(_number(end, digits) for end in sorted(ends))
    clusters = f" in {_clusters(one)}" if one.clusters < one.n else ""
    return f"{_number(sign * one.difference, digits, '+')} (95 % {limits}, n = {one.n}{clusters})"


def _clusters(one: Comparison) -> str:
    return "1 cluster" if one.clusters == 1 else f"{one.clusters} clusters"


def _digits(largest: float) -> int:
    """Decimals for numbers of this size: two for shares, more below 0.01, none for hundreds."""
    if largest >= 100:
        return 0
    return 2 if largest >= 0.1 or largest == 0 else 3


def _number(value: float, digits: int, sign: str = "") -> str:
    return f"{value + 0.0:{sign}.{digits}f}"
