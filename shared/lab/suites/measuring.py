"""What a suite's run shows beside the table of arms: the measures of its kind, how sure the arms were, tokens."""

from collections.abc import Iterator, Mapping, Sequence

from shared.jobs.events import JobModel
from shared.lab.report.certainty import calibrated
from shared.lab.report.costs import Cost
from shared.lab.report.numbers import Numbers
from shared.lab.report.scores import Scores, clusters_of, interval_of, scores_of
from shared.lab.suites.card import Kind
from shared.messages import Result
from shared.scoring.catalogue import HEADLINE
from shared.statistics.calibration import Calibration
from shared.statistics.comparison import Comparison, compare
from shared.statistics.intervals import Interval
from shared.statistics.judging import Verdict
from shared.statistics.wording import in_words

FIRST: Mapping[Kind, str] = {Kind.summarisation: "rouge_l", Kind.multiple_choice: "choice"}
"""The measure that arms are compared by where it is not `right`."""
BESIDE: Mapping[Kind, Sequence[str]] = {
    Kind.summarisation: ("rouge_1", "rouge_2", "similarity", "grounded_words", "context_recall", "outdated"),
    Kind.multiple_choice: ("choice_likelihood",),
    Kind.conversation: ("context_recall",),
}


class ArmsCompared(JobModel):
    """Two arms by one measure, and all that in words."""

    a: str
    b: str
    n: int
    mean_a: float | None
    mean_b: float | None
    difference: float | None
    low: float | None
    high: float | None
    p: float | None
    p_holm: float | None
    verdict: Verdict
    sentence: str


class ArmsComparedBy(ArmsCompared):
    """The same with the measure's name."""

    metric: str


class Sureness(JobModel):
    """How far an arm's own probabilities are right, over n answers; `by_chance` is what `ece` may be by chance."""

    n: int
    by_chance: float | None
    ece: Interval
    brier: Interval


class Tokens(JobModel):
    """Of an arm, for an answer; None where they were not counted."""

    prompt_tokens: float | None
    completion_tokens: float | None
    tokens_for_a_right_one: float | None


class Measured(JobModel):
    """What stands beside the table of arms, each by arm; arms are compared by the kind's first measure."""

    measures: Mapping[str, Mapping[str, Interval]]
    compared: Sequence[ArmsComparedBy]
    calibration: Mapping[str, Sureness]
    tokens: Mapping[str, Tokens]


def first(kind: Kind) -> str:
    """The measure that arms are compared by."""
    return FIRST.get(kind, HEADLINE)


def measured(kind: Kind, numbers: Numbers, results: Sequence[Result], arms: Sequence[str]) -> Measured:
    """Means with intervals of the kind's measures as far as they were counted, and arms compared by the first."""
    names = [*([FIRST[kind]] if kind in FIRST else []), *BESIDE.get(kind, ())]
    scores, clusters = scores_of(results), clusters_of(results)
    calibrations = {arm: calibrated(results, arm, clusters) for arm in arms}
    return Measured(
        measures={arm: dict(_means(scores, arm, names, clusters)) for arm in arms},
        compared=[
            ArmsComparedBy(metric=comparison.metric, **dict(told(comparison)))
            for comparison in compared(kind, results, arms)
        ],
        calibration={arm: _sureness(calibration) for arm, calibration in calibrations.items() if calibration.n},
        tokens={cost.arm: _tokens(cost) for cost in numbers.costs if cost.arm in arms},
    )


def compared(kind: Kind, results: Sequence[Result], arms: Sequence[str]) -> list[Comparison]:
    """Every pair of arms by the kind's first measure; none for a kind that is judged by `right`."""
    if kind not in FIRST:
        return []
    scores = scores_of(results).get(FIRST[kind], {})
    chosen = {arm: scores[arm] for arm in arms if arm in scores}
    comparisons = compare({FIRST[kind]: chosen}, clusters=clusters_of(results)) if len(chosen) > 1 else []
    return [comparison for comparison in comparisons if comparison.n]


def rows(measured: Measured) -> Iterator[list[str]]:
    """Cells as text: arm, measure, n, mean with its interval."""
    for arm, measures in measured.measures.items():
        for place, (name, interval) in enumerate(measures.items()):
            mean = "-" if interval.mean is None else f"{interval.mean:.2f} ({interval.low:.2f}-{interval.high:.2f})"
            yield ["" if place else arm, name, str(interval.n), mean]


def sentences(measured: Measured) -> Iterator[str]:
    """Comparisons, then calibration and tokens, in words."""
    yield from (compared.sentence for compared in measured.compared)
    for arm, sureness in measured.calibration.items():
        error, by_chance, brier = sureness.ece.mean, sureness.by_chance, sureness.brier.mean
        if error is not None and by_chance is not None and brier is not None:
            beyond = "beyond" if error > by_chance else "within"
            yield (
                f"{arm} was sure of {sureness.n} answers with a calibration error of {error:.2f} "
                f"({beyond} what chance gives, {by_chance:.2f}) and a Brier score of {brier:.2f}."
            )
    for arm, tokens in measured.tokens.items():
        if tokens.prompt_tokens is not None and tokens.completion_tokens is not None:
            yield f"{arm}: {tokens.prompt_tokens:.0f} tokens read and {tokens.completion_tokens:.1f} written an answer."


def _means(
    scores: Mapping[str, Scores], arm: str, names: Sequence[str], clusters: Mapping[str, str]
) -> Iterator[tuple[str, Interval]]:
    for name in names:
        if values := scores.get(name, {}).get(arm):
            yield name, interval_of(values, clusters)


def told(comparison: Comparison) -> ArmsCompared:
    """A comparison without its metric, in words too."""
    return ArmsCompared(
        a=comparison.a,
        b=comparison.b,
        n=comparison.n,
        mean_a=comparison.mean_a,
        mean_b=comparison.mean_b,
        difference=comparison.difference,
        low=comparison.low,
        high=comparison.high,
        p=comparison.p,
        p_holm=comparison.p_holm,
        verdict=comparison.verdict,
        sentence=in_words(comparison),
    )


def _sureness(calibration: Calibration) -> Sureness:
    return Sureness(n=calibration.n, by_chance=calibration.by_chance, ece=calibration.ece, brier=calibration.brier)


def _tokens(cost: Cost) -> Tokens:
    return Tokens(
        prompt_tokens=cost.prompt_tokens,
        completion_tokens=cost.completion_tokens,
        tokens_for_a_right_one=cost.tokens_for_a_right_one,
    )
