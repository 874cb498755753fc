"""What a filled sheet says of the measure, and what the arms' accuracies are after its errors are allowed for."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from shared.lab.audit.drawing import is_read
from shared.lab.audit.sheet import AnswerDrawn, Key, Labels
from shared.lab.reviewing.agreeing import agreement
from shared.messages import Result
from shared.scoring.catalogue import HEADLINE, is_right
from shared.statistics.intervals import Interval, mean_interval
from shared.statistics.misclassification import Errors, Stratum, corrected, errors_of
from shared.statistics.prediction_powered import Labelled, powered_mean
from shared.statistics.reliability import Reliability
from shared.statistics.significance import holm


@dataclass(frozen=True)
class ArmAudited:
    """One arm on questions that have accepted answers: right by the measure, and after its errors are allowed for.

    `corrected` takes the measure to err alike in all arms. `own` does not: it stands on the arm's own `labels` alone.
    `p`: how often both would lie so far apart by chance, by Holm over the arms; None without enough labels.
    """

    arm: str
    measured: Interval
    corrected: Interval
    own: Interval
    labels: int
    p: float | None


@dataclass(frozen=True)
class Audited:
    """An audit of `measure` held against results. `unsure` answers and those not filled in count for neither side.

    `strange`: labelled answers that these results do not hold, or hold with another verdict. `lacking` says why no arm
    is corrected, where none is. `agreement`: of several reviewers, where any two read the same.
    """

    measure: str
    measure_version: str
    seed: int
    labels_from: str
    left_out: Mapping[str, int]
    errors: Errors
    doubtful: int
    unsure: int
    unfilled: int
    strange: int
    arms: tuple[ArmAudited, ...]
    lacking: str
    agreement: Reliability | None = None


@dataclass(frozen=True)
class ReadAnswer:
    """An answer that a person has said something definite of."""

    drawn: AnswerDrawn
    true: bool
    weight: float


def count(labels: Labels, results: Sequence[Result], arms: Iterable[str], clusters: Mapping[str, str]) -> Audited:
    """The audit's numbers; `clusters`: question id -> what it depends on."""
    key, read = labels.key, read_answers(labels)
    errors = errors_of(_strata(key, read))
    by_id = {result.question.question_id: result for result in results}
    strange = sum(_strange(answer.drawn, key, by_id) for answer in read)
    lacking = _lacking(key, results, errors)
    return Audited(
        measure=key.measure,
        measure_version=key.measure_version,
        seed=key.seed,
        labels_from=labels.read_from,
        left_out=key.left_out,
        errors=errors,
        doubtful=sum(key.strata[answer.drawn.stratum].doubtful for answer in read),
        unsure=sum(label == "unsure" for label in labels.right.values()),
        unfilled=len(key.items) - len(labels.right),
        strange=strange,
        arms=() if lacking else tuple(_tested([_arm(arm, results, read, errors, clusters) for arm in arms])),
        lacking=lacking,
        agreement=_agreement(labels),
    )


def _agreement(labels: Labels) -> Reliability | None:
    asked = {answer.item: answer.question_id for answer in labels.key.answers}
    found = agreement(labels.said, asked)
    return found if found.items else None


def read_answers(labels: Labels) -> list[ReadAnswer]:
    """Every drawn answer with a definite label, and how many answers of its stratum it stands for."""
    key = labels.key
    definite = [answer for answer in key.answers if labels.right.get(answer.item) in (True, False)]
    number = Counter(answer.stratum for answer in definite)
    return [
        ReadAnswer(
            answer, bool(labels.right[answer.item]), key.strata[answer.stratum].population / number[answer.stratum]
        )
        for answer in definite
    ]


def _strata(key: Key, read: Sequence[ReadAnswer]) -> list[Stratum]:
    labelled, true = Counter(a.drawn.stratum for a in read), Counter(a.drawn.stratum for a in read if a.true)
    return [
        Stratum(stratum.verdict == "right", stratum.population, labelled[place], true[place])
        for place, stratum in enumerate(key.strata)
    ]


def _lacking(key: Key, results: Sequence[Result], errors: Errors) -> str:
    versions = {result.metric_versions.get(HEADLINE, "") for result in results if result.question.references}
    if key.measure != HEADLINE or versions - {key.measure_version}:
        scored = ", ".join(sorted(versions)) or "none"
        return (
            f"the audit is of `{key.measure}` {key.measure_version}, and these results are scored by `{HEADLINE}` "
            f"{scored}: what was read stays true, so draw again with --known, which asks only for what is new"
        )
    if errors.sensitivity.mean is None or errors.specificity.mean is None:
        return "the audit needs labels on both sides, and truly right and truly wrong answers among them"
    return ""


def _strange(answer: AnswerDrawn, key: Key, results: Mapping[str, Result]) -> bool:
    result = results.get(answer.question_id)
    scored = result.answers.get(answer.arm) if result else None
    verdict = key.strata[answer.stratum].verdict
    return scored is None or is_right(scored.scores.get(HEADLINE, 0.0)) != (verdict == "right")


def _arm(
    arm: str, results: Sequence[Result], read: Sequence[ReadAnswer], errors: Errors, clusters: Mapping[str, str]
) -> tuple[ArmAudited, float | None]:
    """The arm, and by chance alone how far its own labels and the common errors lie apart as they do."""
    asked = {
        result.question.question_id: value
        for result in results
        if result.question.references and (value := _verdict(result, arm)) is not None
    }
    texts = [r.question.question_id for r in results if r.question.question_id in asked and _has_text(r, arm)]
    judged = len(texts) / len(asked) if asked else 0.0
    own = powered_mean(
        [
            Labelled(float(answer.true), asked[name], clusters[name], answer.weight)
            for answer in read
            if answer.drawn.arm == arm and (name := answer.drawn.question_id) in asked
        ],
        [asked[name] for name in texts],
        [clusters[name] for name in texts],
    )
    values, groups = list(asked.values()), [clusters[name] for name in asked]
    alike = corrected(values, groups, errors, judged=judged)
    audited = ArmAudited(
        arm, mean_interval(values, groups), alike, _scaled(own.interval, judged), labels=own.interval.n, p=None
    )
    return audited, None if alike.mean is None or not judged else own.chance_of(alike.mean / judged)


def _verdict(result: Result, arm: str) -> float | None:
    """1 where the measure says right; None where the arm was not asked, or its answer has no score."""
    if arm in result.missing:
        return 0.0
    scored = result.answers.get(arm)
    if scored is None or HEADLINE not in scored.scores:
        return None
    return float(is_right(scored.scores[HEADLINE]))


def _has_text(result: Result, arm: str) -> bool:
    return arm in result.answers and is_read(result.answers[arm])


def _scaled(interval: Interval, share: float) -> Interval:
    """Of the answers with a text as of all."""
    mean = None if interval.mean is None else share * interval.mean
    return Interval(interval.n, mean, share * interval.low, 1.0 if mean is None else share * interval.high)


def _tested(arms: Sequence[tuple[ArmAudited, float | None]]) -> list[ArmAudited]:
    """With those chances, by Holm over the arms that have one."""
    chances = {audited.arm: chance for audited, chance in arms if chance is not None}
    adjusted = dict(zip(chances, holm(list(chances.values())), strict=True))
    return [replace(audited, p=adjusted.get(audited.arm)) for audited, _ in arms]
