"""What a sensitivity run ends in: a summary of every condition, and each arm under it beside itself undisturbed."""

from collections.abc import Mapping, Sequence

from shared.jobs.events import JobModel
from shared.lab.suites.card import Card
from shared.lab.summary import Summary
from shared.statistics.judging import Verdict


class ConditionSummary(Summary):
    """One condition: what was done, what it is compared with, and what came of its documents and questions."""

    said: str
    against: str
    without_result: Sequence[str]
    corpus: str
    documents: Mapping[str, int]
    documents_not_findable: Mapping[str, str]
    metric_versions: Mapping[str, str]


class ArmDisturbed(JobModel):
    """An arm under a condition (a) against itself in the condition's control (b), with what stood out in words."""

    condition: str
    arm: str
    n: int
    clusters: int
    mean_a: float | None
    mean_b: float | None
    difference: float | None
    low: float | None
    high: float | None
    p: float | None
    p_holm: float | None
    mcnemar_p: float | None
    detectable: float | None
    verdict: Verdict
    sentence: str


class SensitivityReport(JobModel):
    """All conditions of a suite's run; `silent` are the arms that never answered undisturbed."""

    suite: Card
    run: str
    seed: int
    metric: str
    conditions: Mapping[str, ConditionSummary]
    comparisons: Sequence[ArmDisturbed]
    silent: Sequence[str]
