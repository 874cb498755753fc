"""A live standing in words: means with their intervals, named as what they are, and each pair decided or not."""

from collections.abc import Iterator, Mapping, Sequence
from math import ceil, inf

from shared.lab.report.phrasing import MOST_QUESTIONS, forecast
from shared.messages import Difference, Estimate, Standing
from shared.scoring import catalogue
from shared.statistics.wording import points

FEWEST = 20
"""Documents from which on it is said how many more questions would decide."""
KINDS = {
    "clustered_confidence_sequence": (
        "Intervals are 95 % confidence sequences: they hold at all times together, so look as often as you like. "
        "Questions about one document are not taken to be independent. An arm's mean is over questions, and each holds "
        "for itself; in a difference each document counts once, and those of all pairs of this slice hold together."
    ),
    "confidence_sequence": (
        "Intervals are 95 % confidence sequences: they hold at all times together, so look as often as you like. "
        "Each is for one mean; those of the differences hold together, over all pairs of this slice. They take all "
        "questions to be independent, and err more often where several are about one document: this standing was "
        "published by an older scorer."
    ),
    "fixed_size": (
        "Intervals are 95 % for a number of questions that was fixed beforehand, and err more often for who looks "
        "again and again: this standing was published by an older scorer."
    ),
}


def measures() -> list[str]:
    """Those that live standings show."""
    return [name for name, shown in catalogue.shown().items() if shown.live]


def sentences(standing: Standing) -> Iterator[str]:
    """What is decided by now, what is not, and what the intervals are."""
    yield from (said(difference) for difference in standing.differences)
    kinds = {estimate.interval for estimates in standing.arms.values() for estimate in estimates.values()}
    yield from (KINDS[kind] for kind in sorted(kinds))


def row(estimates: Mapping[str, Estimate], measures: Sequence[str]) -> list[str]:
    """How many questions one arm answered, and its mean by each measure, in per cent."""
    n = max((estimate.n for estimate in estimates.values()), default=0)
    return [str(n), *(_cell(estimates.get(metric), n) for metric in measures)]


def _cell(estimate: Estimate | None, usual: int) -> str:
    if estimate is None:
        return "-"
    low, high = (f"{100 * end:.0f}" for end in estimate.ci95)
    return f"{100 * estimate.mean:.0f} ({low} to {high})" + ("" if estimate.n == usual else f" n={estimate.n}")


def said(difference: Difference) -> str:
    """A sentence: which of a pair is better, or that it is undecided by now, with the difference and its interval."""
    a, b = difference.a, difference.b
    pair = f"{a} and {b} on {difference.metric} ({_numbers(difference)})"
    if difference.better is not None:
        worse = b if difference.better == a else a
        return f"{difference.better} is better than {worse} on {difference.metric} ({_numbers(difference)})."
    low, high = difference.ci95
    if low > 0 or high < 0:
        return f"Undecided between {pair}: documents and questions say the opposite, so a few documents decide."
    return f"Undecided by now between {pair}{_more(difference)}."


def _more(difference: Difference) -> str:
    """How many more questions would decide a difference as large as the one that was seen; "" of too few to tell.

    Limits come nearer to a mean about as the root of the number grows. In simulated streams of paired differences of
    10 to 50 points, with 6 and with 21 pairs of arms, half of the forecasts at 50 documents lay between 0.65 and 4.5
    times the number that it took, and half of those at 200 between 0.95 and 1.95 times.
    """
    counted = difference.n if difference.clusters is None else difference.clusters
    if counted < FEWEST:
        return ""
    low, high = difference.ci95
    reach = difference.mean - low if difference.mean > 0 else high - difference.mean
    enough = difference.n * (reach / difference.mean) ** 2 if difference.mean else inf
    if enough > MOST_QUESTIONS:
        return "; more questions will hardly decide it"
    needed = forecast(max(1, ceil(enough - difference.n)))
    return f"; about {needed} more questions like these would decide a difference as large as this one"


def _numbers(difference: Difference) -> str:
    low, high = difference.ci95
    a, b, mean, over = difference.a, difference.b, difference.mean, difference.over_questions
    if difference.better == b:  # the better one comes first
        a, b, mean, low, high, over = b, a, -mean, -high, -low, None if over is None else -over
    interval = f"{a} minus {b}: {points(mean)} points, {points(low)} to {points(high)}"
    if difference.clusters is None:
        return f"{interval}, n = {difference.n}"
    documents = "1 document" if difference.clusters == 1 else f"{difference.clusters} documents that count once each"
    counted = f"{interval}, {documents}"
    if over is None or difference.clusters == difference.n:
        return counted
    return f"{counted}; {points(over)} over {difference.n} questions"
