"""What a comparison says in words: who is better, or that it is undecided and what could have been seen.

`in_words` is for any measure, in its own unit. `lead` and `undecided` are clauses for shares of 1, in points of per
cent, to be built into a text. What they say is the same.
"""

from shared.statistics.comparison import Comparison
from shared.statistics.intervals import Interval
from shared.statistics.resampling import FEWEST_GROUPS

NONE = "\N{EN DASH}"
MINUS = "\N{MINUS SIGN}"
LARGE = 0.2
"""The share of questions that depend on one another from which a comparison says so."""


def in_words(comparison: Comparison) -> str:
    """One or two sentences; the difference is the winner's lead, or a's where nothing is decided."""
    first, second, where = comparison.a, comparison.b, f"on {comparison.metric} ({comparison.slice})"
    if comparison.difference is None:
        return f"Nothing can be said of {first} and {second} {where}: no question has a value of both."
    if comparison.verdict == "undecided":
        detectable = comparison.detectable
        smallest = "" if detectable is None else f"a difference of {_number(detectable, _digits(detectable))}"
        why = _why(comparison, smallest)
        return f"Undecided between {first} and {second} {where}: {_numbers(comparison, 1)}; {why}{_caveat(comparison)}."
    if comparison.verdict == "equivalent":
        within = _number(comparison.margin or 0.0, _digits(comparison.margin or 0.0))
        numbers = f"{_numbers(comparison, 1)}{_caveat(comparison)}"
        return f"{first} and {second} are equivalent {where} within {within}: {numbers}."
    winner, loser, sign = (first, second, 1) if comparison.verdict == "a" else (second, first, -1)
    lower = ", where lower is better" if comparison.lower_is_better else ""
    return f"{winner} is better than {loser} {where}{lower}: {_numbers(comparison, sign)}{_caveat(comparison)}."


def lead(comparison: Comparison, does: str) -> str:
    """A decided comparison as a clause: who `does` it more often than whom, by how much and how sure."""
    assert comparison.difference is not None
    assert comparison.low is not None
    assert comparison.high is not None
    if comparison.verdict == "equivalent":
        within = points(comparison.margin, signed=False)
        return (
            f"{comparison.a} and {comparison.b} {_do(does)} equally often within {within} points ({_seen(comparison)})"
        )
    more, less = (comparison.a, comparison.b) if comparison.difference > 0 else (comparison.b, comparison.a)
    low, high = sorted((abs(comparison.low), abs(comparison.high)))
    size = f"{points(abs(comparison.difference), signed=False)} points"
    sure = f"95 % interval {points(low, signed=False)} to {points(high, signed=False)}"
    numbers = f"{sure}, n = {comparison.n}, by Holm {equals_p(comparison.p_holm)}"
    return f"{more} {does} more often than {less}, by {size} ({numbers}){_caveat(comparison)}"


def undecided(comparison: Comparison) -> str:
    """An undecided comparison as a clause: what was seen, and why it decides nothing."""
    why = _why(comparison, f"a difference of {points(comparison.detectable, signed=False)} points")
    return f"{_seen(comparison)}; {why}{_caveat(comparison)}"


def _seen(comparison: Comparison) -> str:
    interval = f"95 % interval {points(comparison.low)} to {points(comparison.high)}"
    return f"{points(comparison.difference)} points, {interval}, n = {comparison.n}"


def _do(does: str) -> str:
    """What one does, of two: "is right" becomes "are right", "says what" becomes "say what"."""
    verb, _, rest = does.partition(" ")
    return f"{'are' if verb == 'is' else verb.removesuffix('s')} {rest}"


def _caveat(comparison: Comparison) -> str:
    """What makes a comparison worth less than it looks, or its difference too small to matter."""
    said = []
    if comparison.trivial:
        said.append("the difference is real, and too small to matter")
    if comparison.largest > LARGE and FEWEST_GROUPS <= comparison.clusters < comparison.n:
        said.append(
            f"one cluster holds {100 * comparison.largest:.0f} % of the questions, so that the others count little"
        )
    return "".join(f"; {caveat}" for caveat in said)


def points(value: float | None, *, signed: bool = True) -> str:
    """A difference of shares in points of per cent, with a real minus sign."""
    if value is None:
        return NONE
    rounded = round(100 * value, 1) + 0.0
    return f"{rounded:{'+' if signed and rounded else ''}.1f}".replace("-", MINUS)


def whole_percent(share: float | None) -> str:
    """0.725 as "72 %"; a dash where there is no number."""
    return NONE if share is None else f"{100 * share:.0f} %"


def percent_limits(interval: Interval) -> str:
    """The limits of a share: "60 % to 82 %"."""
    return f"{whole_percent(interval.low)} to {whole_percent(interval.high)}"


def p_value(p: float | None) -> str:
    """To three decimals, and never 0."""
    if p is None:
        return NONE
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def equals_p(p: float | None) -> str:
    """The same behind a `p`."""
    return "p < 0.001" if p is not None and p < 0.001 else f"p = {p_value(p)}"


def _why(comparison: Comparison, smallest: str) -> str:
    """Why nothing is decided; `smallest` says the smallest difference that could have shown."""
    size = f"n = {comparison.n}" if comparison.clusters == comparison.n else _clusters(comparison)
    if comparison.detectable is None:
        return f"with {size} no difference of any size could have shown"
    if comparison.p is not None and comparison.p_holm is not None and comparison.p < 0.05:
        ps = f"{equals_p(comparison.p)}, by Holm {equals_p(comparison.p_holm)}"
        return f"alone it might count, among all that was compared it does not ({ps})"
    return f"with {size} {smallest} shows in 80 % of cases"


def _numbers(comparison: Comparison, sign: int) -> str:
    assert comparison.difference is not None
    ends = [sign * end for end in (comparison.low, comparison.high) if end is not None]
    digits = _digits(max(abs(end) for end in [*ends, comparison.difference]))
    limits = " to ".join(_number(end, digits) for end in sorted(ends))
    clusters = f" in {_clusters(comparison)}" if comparison.clusters < comparison.n else ""
    return f"{_number(sign * comparison.difference, digits, '+')} (95 % {limits}, n = {comparison.n}{clusters})"


def _clusters(comparison: Comparison) -> str:
    return "1 cluster" if comparison.clusters == 1 else f"{comparison.clusters} clusters"


def _digits(largest: float) -> int:
    """Decimals for numbers of this size: two for shares, more below 0.01, none for hundreds."""
    if largest >= 100:
        return 0
    return 2 if largest >= 0.1 or largest == 0 else 3


def _number(value: float, digits: int, sign: str = "") -> str:
    return f"{value + 0.0:{sign}.{digits}f}"
