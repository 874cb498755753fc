"""What an evaluation of answers says of one setting: every system's measures with intervals, and all comparisons."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from services.scorer.evaluation import scoring
from services.scorer.evaluation.contests import Contest
from services.scorer.evaluation.predictions import Prediction
from services.scorer.evaluation.scoring import Values
from shared.jobs.answers_evaluation import LeftOut, Outcomes, Setting, SliceScored, SystemsCompared, SystemScored
from shared.scoring import catalogue
from shared.scoring.measure import Metric
from shared.statistics.clusters import Clusters
from shared.statistics.comparison import Comparison, compare
from shared.statistics.intervals import Interval, mean_interval
from shared.statistics.wording import in_words

Pairs = Sequence[tuple[str, str]]


def of(
    contest: Contest, values: Values, decides: Metric, *, baseline: str = "", margin: float | None = None, draws: int
) -> Setting:
    """One setting: counts, means over the questions that a measure applies to, by slice too, and comparisons.

    Comparisons are of every pair of systems, or of each with the baseline; on all questions they form one family.
    `margin`: a share of 1 that does not matter; systems may then be equivalent.
    """
    together = clusters_of(contest.questions)
    slices = _slices(contest)
    incomparable = catalogue.where("neither") & values.keys()
    comparisons = compare(
        {name: by_system for name, by_system in values.items() if name not in incomparable},
        slices=slices, clusters=together, pairs=_pairs(contest, baseline), margin=margin,
        lower_is_better=catalogue.where("lower") & values.keys(),
    )  # fmt: skip

    def means(system: str, keys: Sequence[str]) -> dict[str, Interval]:
        return dict(_means({name: systems[system] for name, systems in values.items()}, keys, together, draws=draws))

    return Setting(
        questions=len(contest.questions),
        clusters=len(set(together.values())) if together else None,
        systems={
            system: SystemScored(
                outcomes=Outcomes.model_validate(scoring.outcomes(contest, system, decides)),
                measures=means(system, list(contest.questions)),
            )
            for system in contest.entries
        },
        slices={
            name: SliceScored(questions=len(keys), systems={system: means(system, keys) for system in contest.entries})
            for name, keys in slices.items()
        },
        comparisons=[_compared(comparison) for comparison in comparisons],
        not_compared=sorted(incomparable),
        left_out=list(_left_out(contest)),
        repeated=list(contest.repeated),
    )


def _left_out(contest: Contest) -> Iterator[LeftOut]:
    for reason, systems in contest.left_out.items():
        yield LeftOut(reason=reason, systems=dict(systems), predictions=sum(systems.values()))


def _compared(comparison: Comparison) -> SystemsCompared:
    winner = {"a": comparison.a, "b": comparison.b}.get(comparison.verdict)
    return SystemsCompared(**vars(comparison), winner=winner, sentence=in_words(comparison))


def _slices(contest: Contest) -> dict[str, list[str]]:
    """The questions of each slice; none where the file makes no difference between questions."""
    of_slices: dict[str, list[str]] = defaultdict(list)
    for key, prediction in contest.questions.items():
        of_slices[prediction.question.slice].append(key)
    return dict(of_slices) if len(of_slices) > 1 else {}


def _pairs(contest: Contest, baseline: str) -> Pairs | None:
    """Each other system with the baseline, where that took part; None asks for every pair."""
    if baseline not in contest.entries:
        return None
    return [(system, baseline) for system in contest.entries if system != baseline]


def _means(
    of_system: Mapping[str, Mapping[str, float]], keys: Sequence[str], together: Mapping[str, str] | None, *, draws: int
) -> Iterator[tuple[str, Interval]]:
    """Each measure of one system's values that applies to some of the questions."""
    for name, of_measure in of_system.items():
        scored = [key for key in keys if key in of_measure]
        if scored:
            groups = [together[key] for key in scored] if together else None
            yield name, mean_interval([of_measure[key] for key in scored], groups, draws=draws)


def clusters_of(questions: Mapping[str, Prediction]) -> Clusters | None:
    """Question key -> cluster, the same where questions share a gold document or an id, also by way of others.

    None where every question stands alone.
    """
    clusters = Clusters({key: _links(prediction) for key, prediction in questions.items()})
    return clusters if len(set(clusters.values())) < len(clusters) else None


def _links(prediction: Prediction) -> list[str]:
    return [
        f"question {prediction.question.question_id}",
        *(f"document {name}" for name in prediction.question.gold_document_ids),
    ]
