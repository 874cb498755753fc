"""The 2 x 2 design: closed-book and open-book by base and tuned, and what each factor gives on its own.

Two arms alone would mix up two causes. With four, the effect of retrieval, of tuning, and whether they help or hinder
each other (their interaction) can be told apart, question by question: the contrasts of a 2 x 2 within-subject design
(Fisher 1935), each a paired comparison.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from services.console.report.scores import CORRECT, DESIGN, Scores, interval_of, within
from shared.statistics.comparison import Comparison, compare
from shared.statistics.intervals import Interval

BASE, BASE_RAG, TUNED, TUNED_RAG = DESIGN
INTERACTION = "interaction"
PUBLISHED = ("exact_match", "f1", "correct")


@dataclass(frozen=True)
class Effect:
    """`what` gives `comparison.difference`: mean of `more` minus mean of `less`, question by question."""

    what: str
    more: str
    less: str
    comparison: Comparison


@dataclass(frozen=True)
class Design:
    """`n` questions that all arms of `arms` have a score for; only these count here.

    `cells`: metric -> arm -> mean with interval. `effects`: of `correct`; those whose arms were asked.
    """

    n: int
    arms: tuple[str, ...]
    cells: Mapping[str, Mapping[str, Interval]]
    effects: tuple[Effect, ...]


def design(scores: Mapping[str, Scores], clusters: Mapping[str, str]) -> Design:
    """The cells that there are and the effects that they allow to tell."""
    correct = scores.get(CORRECT, {})
    arms = tuple(arm for arm in DESIGN if correct.get(arm))
    common = set.intersection(*(set(correct[arm]) for arm in arms)) if arms else set()
    cells = {
        metric: {
            arm: interval_of(within(by_arm[arm], common), clusters)
            for arm in arms
            if within(by_arm.get(arm, {}), common)
        }
        for metric, by_arm in scores.items()
        if metric in PUBLISHED
    }
    return Design(
        len(common), arms, cells, tuple(_effects({arm: within(correct[arm], common) for arm in arms}, clusters))
    )


SIMPLE = (
    ("retrieval, for the base model", BASE_RAG, BASE),
    ("retrieval, for the tuned model", TUNED_RAG, TUNED),
    ("tuning, without retrieval", TUNED, BASE),
    ("tuning, with retrieval", TUNED_RAG, BASE_RAG),
)
CROSSED = (
    ("retrieval, on average over both models", (BASE_RAG, TUNED_RAG), (BASE, TUNED)),
    ("tuning, on average with and without retrieval", (TUNED, TUNED_RAG), (BASE, BASE_RAG)),
    (INTERACTION, (TUNED_RAG, BASE), (BASE_RAG, TUNED)),
)


def _effects(correct: Scores, clusters: Mapping[str, str]) -> list[Effect]:
    """Simple effects and, where all four arms were asked, both main effects and the interaction: one Holm family."""
    sides: dict[str, dict[str, float]] = {arm: dict(values) for arm, values in correct.items()}
    wanted = [(what, more, less) for what, more, less in SIMPLE if more in correct and less in correct]
    if len(correct) == len(DESIGN):
        for what, more, less in CROSSED:
            names = " and ".join(more), " and ".join(less)
            sides |= {name: _mean(correct, *pair) for name, pair in zip(names, (more, less), strict=True)}
            wanted.append((what, *names))
    if not wanted or not any(correct.values()):
        return []
    pairs = [(more, less) for _, more, less in wanted]
    found = {(one.a, one.b): one for one in compare({CORRECT: sides}, pairs=pairs, clusters=clusters)}
    return [
        Effect(what, more, less, _doubled(found[more, less]) if what == INTERACTION else found[more, less])
        for what, more, less in wanted
    ]


def _mean(correct: Scores, first: str, second: str) -> dict[str, float]:
    """The mean of two arms, question by question."""
    return {name: (value + correct[second][name]) / 2 for name, value in correct[first].items()}


def _doubled(one: Comparison) -> Comparison:
    """The interaction is (tuned+rag - tuned) - (base+rag - base): twice the difference of the two diagonals' means."""
    scaled = {name: 2 * getattr(one, name) for name in ("difference", "low", "high", "detectable")}
    return replace(one, **scaled)
