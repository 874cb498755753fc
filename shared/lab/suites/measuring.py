"""What a suite's run shows beside the table of arms: the measures of its kind, how sure the arms were, tokens."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from shared.lab.report.certainty import calibrated
from shared.lab.report.costs import Cost
from shared.lab.report.numbers import Numbers
from shared.lab.report.scores import Scores, clusters_of, interval_of, scores_of
from shared.lab.suites.card import Kind
from shared.messages import Result
from shared.scoring.catalogue import CORRECT
from shared.statistics.calibration import Calibration
from shared.statistics.comparison import Comparison, compare
from shared.statistics.wording import in_words

FIRST: Mapping[Kind, str] = {Kind.summarisation: "rouge_l", Kind.multiple_choice: "choice"}
"""The measure that arms are compared by where it is not `correct`."""
BESIDE: Mapping[Kind, Sequence[str]] = {
    Kind.summarisation: ("rouge_1", "rouge_2", "similarity", "grounded_words", "context_recall", "outdated"),
    Kind.multiple_choice: ("choice_likelihood",),
    Kind.conversation: ("context_recall",),
}


def first(kind: Kind) -> str:
    """The measure that arms are compared by."""
    return FIRST.get(kind, CORRECT)


def measured(kind: Kind, numbers: Numbers, results: Sequence[Result], arms: Sequence[str]) -> dict[str, Any]:
    """Means with intervals of the kind's measures as far as they were counted, and arms compared by the first."""
    names = [*([FIRST[kind]] if kind in FIRST else []), *BESIDE.get(kind, ())]
    scores, clusters = scores_of(results), clusters_of(results)
    return {
        "measures": {arm: dict(_means(scores, arm, names, clusters)) for arm in arms},
        "compared": [{"metric": one.metric} | told(one) for one in compared(kind, results, arms)],
        "calibration": {arm: _plain(one) for arm in arms if (one := calibrated(results, arm, clusters)).n},
        "tokens": {one.arm: _tokens(one) for one in numbers.costs if one.arm in arms},
    }


def compared(kind: Kind, results: Sequence[Result], arms: Sequence[str]) -> list[Comparison]:
    """Every pair of arms by the kind's first measure; none for a kind that is judged by `correct`."""
    if kind not in FIRST:
        return []
    scores = scores_of(results).get(FIRST[kind], {})
    chosen = {arm: scores[arm] for arm in arms if arm in scores}
    found = compare({FIRST[kind]: chosen}, clusters=clusters_of(results)) if len(chosen) > 1 else []
    return [one for one in found if one.n]


def rows(told: Mapping[str, Any]) -> Iterator[list[str]]:
    """Cells as text: arm, measure, n, mean with its interval."""
    for arm, measures in told["measures"].items():
        for place, (name, one) in enumerate(measures.items()):
            yield ["" if place else arm, name, str(one["n"]), f"{one['mean']:.2f} ({one['low']:.2f}-{one['high']:.2f})"]


def sentences(told: Mapping[str, Any]) -> Iterator[str]:
    """Comparisons, then calibration and tokens, in words."""
    yield from (one["sentence"] for one in told["compared"])
    for arm, one in told["calibration"].items():
        beyond = "beyond" if one["ece"]["mean"] > one["by_chance"] else "within"
        yield (
            f"{arm} was sure of {one['n']} answers with a calibration error of {one['ece']['mean']:.2f} "
            f"({beyond} what chance gives, {one['by_chance']:.2f}) and a Brier score of {one['brier']['mean']:.2f}."
        )
    for arm, one in told["tokens"].items():
        if one["prompt_tokens"] is not None:
            yield f"{arm}: {one['prompt_tokens']:.0f} tokens read and {one['completion_tokens']:.1f} written an answer."


def _means(
    scores: Mapping[str, Scores], arm: str, names: Sequence[str], clusters: Mapping[str, str]
) -> Iterator[tuple[str, dict[str, Any]]]:
    for name in names:
        if values := scores.get(name, {}).get(arm):
            yield name, asdict(interval_of(values, clusters))


def told(one: Comparison) -> dict[str, Any]:
    """A comparison as plain values, without its metric."""
    shown = ("a", "b", "n", "mean_a", "mean_b", "difference", "low", "high", "p", "p_holm")
    return {name: getattr(one, name) for name in shown} | {"verdict": one.verdict, "sentence": in_words(one)}


def _plain(one: Calibration) -> dict[str, Any]:
    return {"n": one.n, "by_chance": one.by_chance, "ece": asdict(one.ece), "brier": asdict(one.brier)}


def _tokens(cost: Cost) -> dict[str, float | None]:
    return {name: getattr(cost, name) for name in ("prompt_tokens", "completion_tokens", "tokens_for_a_right_one")}
