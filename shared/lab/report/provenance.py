"""What stands behind the numbers: which results, models, adapters, prompts and versions, and where they were read."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.lab.report.material import Material
from shared.messages import ContestTaken, Result


@dataclass(frozen=True)
class Voice:
    """One combination of model, adapter, backend and prompt that spoke for an arm, in so many answers.

    `unfinished`: a time limit ended the adapter's training. `despite_gates`: a gate refused the adapter.
    """

    arm: str
    model: str
    adapter: str
    cutoff: datetime | None
    weights_sha256: str
    backend: str
    prompt: str
    answers: int
    unfinished: bool = False
    despite_gates: bool = False


@dataclass(frozen=True)
class Provenance:
    """`metric_versions`: metric -> its version, all of them where results of several were counted together.

    `counted_anew`: results that lacked what ranks arms, so that it was counted from their texts.

    `result_versions`: how many questions stand with their first, second, ... published result.
    """

    results_from: str
    times_from: str
    questions: int
    since: datetime | None
    until: datetime | None
    first_asked: datetime | None
    last_asked: datetime | None
    last_scored: datetime | None
    voices: tuple[Voice, ...]
    metric_versions: Mapping[str, str]
    result_versions: Mapping[int, int]
    contest: ContestTaken
    left_out: Mapping[str, int]
    counted_anew: int


def provenance(material: Material) -> Provenance:
    """Everything that the results say of themselves."""
    results = material.results
    return Provenance(
        results_from=material.read_from,
        times_from=material.times.read_from,
        questions=len({material.asked.get(name, name) for name in (result.question.question_id for result in results)}),
        since=material.since,
        until=material.until,
        first_asked=min((result.asked_at for result in results), default=None),
        last_asked=max((result.asked_at for result in results), default=None),
        last_scored=max((result.scored_at for result in results), default=None),
        voices=tuple(voices(results)),
        metric_versions=_versions(results),
        result_versions=dict(sorted(Counter(result.result_version for result in results).items())),
        contest=material.contest,
        left_out=material.left_out,
        counted_anew=material.counted_anew,
    )


def voices(results: Sequence[Result]) -> list[Voice]:
    """By arm; failed answers are left out, since an arm without its adapter fails with none, and skipped ones."""
    answers = [
        scored.answer
        for result in results
        for scored in result.answers.values()
        if scored.answer.status not in ("failed", "skipped")
    ]
    counted = Counter(
        (answer.arm, answer.model, answer.adapter, answer.backend, answer.prompt_version) for answer in answers
    )
    all_voices = [
        Voice(
            arm=arm,
            model=model,
            adapter=adapter.name if adapter else "",
            cutoff=adapter.cutoff if adapter else None,
            weights_sha256=adapter.weights_sha256 if adapter else "",
            backend=backend,
            prompt=prompt,
            answers=count,
            unfinished=adapter is not None and adapter.unfinished,
            despite_gates=adapter is not None and adapter.despite_gates,
        )
        for (arm, model, adapter, backend, prompt), count in counted.items()
    ]
    return sorted(all_voices, key=lambda voice: (voice.arm, voice.model, voice.adapter, voice.backend, voice.prompt))


def _versions(results: Sequence[Result]) -> dict[str, str]:
    seen: dict[str, set[str]] = defaultdict(set)
    for result in results:
        for metric, version in result.metric_versions.items():
            seen[metric].add(version)
    return {metric: " and ".join(sorted(versions)) for metric, versions in sorted(seen.items())}
