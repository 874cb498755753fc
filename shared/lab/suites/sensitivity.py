"""How far each arm falls when one thing is degraded: an undisturbed run, disturbed ones, and paired differences."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from shared.lab.suites import disturbing, measuring, placing, report, running
from shared.lab.suites.disturbing import Disturbed
from shared.lab.suites.folder import Suite
from shared.lab.suites.running import Corpus, SuiteResults, System
from shared.lab.suites.sensitivity_report import ArmDisturbed, ConditionSummary, SensitivityReport
from shared.lab.summary import of_results
from shared.messages import Question
from shared.scoring.catalogue import HEADLINE
from shared.standings import marks_of
from shared.statistics.clusters import Clusters
from shared.statistics.comparison import Comparison, compare
from shared.statistics.wording import in_words

UNDISTURBED = "undisturbed"
Told = Callable[[str], None]


@dataclass(frozen=True)
class Condition:
    """One run of the suite: what was disturbed, the results, and the documents that it was asked of."""

    name: str
    suite_results: SuiteResults
    corpus: Corpus


@dataclass(frozen=True)
class SensitivityRun:
    """A suite on a system under a run's name. `deadline_s` is for questions that set none."""

    system: System
    suite: Suite
    run: str
    deadline_s: float

    def conditions(self, names: Sequence[str], seed: int, told: Told = lambda _: None) -> Iterator[Condition]:
        """The undisturbed run, then each disturbance; the documents of a condition are taken back when it is over.

        A disturbance that no question of the suite can be reached by gives no condition, and `told` hears so.
        """
        disturbances = {name: disturbing.disturbed(name, self.suite, seed) for name in names}
        with ExitStack() as standing:
            told(f"{UNDISTURBED}: {len(self.suite.questions)} questions")
            corpus = standing.enter_context(running.published(self.system, self.suite))
            yield Condition(UNDISTURBED, self._ask(corpus, self.suite.questions, UNDISTURBED), corpus)
            for name, disturbed in disturbances.items():
                if not disturbed.questions:
                    told(f"{name}: no question of this suite can be reached by it; left out")
                    continue
                told(f"{name}: {disturbing.said(name)}; {len(disturbed.questions)} questions")
                yield self._condition(name, disturbed, corpus)

    def _condition(self, name: str, disturbed: Disturbed, undisturbed: Corpus) -> Condition:
        if disturbed.documents is None:
            return Condition(name, self._ask(undisturbed, disturbed.questions, name), undisturbed)
        changed = replace(self.suite, documents=disturbed.documents)
        with running.published(self.system, changed, variation=name) as corpus:
            return Condition(name, self._ask(corpus, disturbed.questions, name), corpus)

    def _ask(self, corpus: Corpus, questions: Sequence[Question], condition: str) -> SuiteResults:
        run = f"{self.run}.{condition}"
        put = placing.questions(questions, corpus.name, run, deadline_s=self.deadline_s)
        return running.ask(self.system, questions, put)


def report_of(
    suite: Suite, conditions: Sequence[Condition], *, run: str, seed: int, arms: Sequence[str]
) -> SensitivityReport:
    """Every condition's summary, and each arm under each disturbance against itself undisturbed."""
    metric = measuring.first(suite.card.kind)
    return SensitivityReport(
        suite=suite.card,
        run=run,
        seed=seed,
        metric=metric,
        conditions={condition.name: _summary(condition, arms) for condition in conditions},
        comparisons=[_disturbed(*named) for named in compared(conditions, arms, metric)],
        silent=report.silent(conditions[0].suite_results, arms),
    )


def write(folder: Path, conditions: Sequence[Condition], ended_in: SensitivityReport, arms: Sequence[str]) -> None:
    """`results.<condition>.jsonl` for each and `summary.json`; whatever stood there before is replaced."""
    folder.mkdir(parents=True, exist_ok=True)
    for condition in conditions:
        lines = (f"{result.model_dump_json()}\n" for result in report.chosen(condition.suite_results, arms))
        (folder / f"results.{condition.name}.jsonl").write_text("".join(lines), encoding="utf-8")
    text = json.dumps(ended_in.model_dump(mode="json"), indent=2, ensure_ascii=False)
    (folder / "summary.json").write_text(text + "\n", encoding="utf-8")


def compared(
    conditions: Sequence[Condition], arms: Sequence[str], metric: str = HEADLINE
) -> list[tuple[str, str, Comparison]]:
    """Condition, arm and the disturbed arm (a) against the same arm (b), over the questions that both runs asked.

    (b) is undisturbed, or in the condition that the disturbance names as its control. One family for Holm's
    adjustment. Arms that never answered undisturbed are left out. Questions that share a gold document, also by way of
    others, are drawn together.
    """
    undisturbed, *others = conditions
    failed = report.silent(undisturbed.suite_results, arms)
    speaking = [arm for arm in arms if arm not in failed]
    named = {(condition.name, arm): f"{arm} ({condition.name})" for condition in others for arm in speaking}
    if not named:
        return []
    scores = {arm: scores_in(undisturbed.suite_results, arm, metric) for arm in speaking}
    scores |= {
        named[condition.name, arm]: scores_in(condition.suite_results, arm, metric)
        for condition in others
        for arm in speaking
    }
    pairs = [(both, named.get((disturbing.against(name), arm), arm)) for (name, arm), both in named.items()]
    comparisons = compare({metric: scores}, clusters=clusters_of(undisturbed.suite_results.questions), pairs=pairs)
    return [(name, arm, comparison) for (name, arm), comparison in zip(named, comparisons, strict=True)]


def clusters_of(questions: Sequence[Question]) -> Clusters:
    """Question id -> its cluster: questions that share a gold document, also by way of others."""
    links = {
        question.question_id: [f"document {name}" for name in question.gold_document_ids] for question in questions
    }
    return Clusters({name: documents or [f"question {name}"] for name, documents in links.items()})


def scores_in(suite_results: SuiteResults, arm: str, metric: str) -> Mapping[str, float]:
    """Question id -> an arm's score, where the metric applies."""
    values = {name: marks_of(result).values.get(arm, {}) for name, result in suite_results.results.items()}
    return {name: scores[metric] for name, scores in values.items() if metric in scores}


def _summary(condition: Condition, arms: Sequence[str]) -> ConditionSummary:
    results = report.chosen(condition.suite_results, arms)
    undisturbed = condition.name == UNDISTURBED
    return ConditionSummary(
        **(dict(of_results(results, arms)) | {"questions": len(condition.suite_results.questions)}),
        said="" if undisturbed else disturbing.said(condition.name),
        against="" if undisturbed else disturbing.against(condition.name) or UNDISTURBED,
        without_result=condition.suite_results.missing,
        corpus=condition.corpus.name,
        documents=condition.corpus.fates,
        documents_not_findable=condition.corpus.lost,
        metric_versions=results[-1].metric_versions if results else {},
    )


def _disturbed(condition: str, arm: str, comparison: Comparison) -> ArmDisturbed:
    return ArmDisturbed(
        condition=condition,
        arm=arm,
        n=comparison.n,
        clusters=comparison.clusters,
        mean_a=comparison.mean_a,
        mean_b=comparison.mean_b,
        difference=comparison.difference,
        low=comparison.low,
        high=comparison.high,
        p=comparison.p,
        p_holm=comparison.p_holm,
        mcnemar_p=comparison.mcnemar_p,
        detectable=comparison.detectable,
        verdict=comparison.verdict,
        sentence=in_words(comparison),
    )
