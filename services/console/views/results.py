"""How one result looks: the arms side by side, with what they were given."""

from collections.abc import Iterable, Iterator, Sequence

from services.console import output
from shared.messages import Answer, Result, ScoredAnswer, Verdicts
from shared.scoring.catalogue import HEADLINE

CUT = "[cut]"
LONGEST, LONGEST_SUMMARY = "TILTYARD_GENERATOR_MAX_NEW_TOKENS", "TILTYARD_GENERATOR_SUMMARY_NEW_TOKENS"


def show(result: Result) -> None:
    """Print a result for a person."""
    output.say(f"{result.question.question_id}: {result.question.text}")
    if result.question.references:
        by = f" (given by {result.references_from.given_by})" if result.references_from else ""
        output.say(f"accepted: {' | '.join(result.question.references)}{by}")
    output.table("", ["arm", "status", "answer", HEADLINE, "ms"], _rows(result), right=[HEADLINE, "ms"])
    for line in (*_cut(result), *_sources(result.answers.values())):
        output.say(line)
    if result.withheld:
        output.say(f"withheld: what arms said from documents for {', '.join(result.labels)}; see --stored")
    for pair in result.votes:
        first, second = pair.arms
        output.say(
            f"votes: {first} {pair.counts['a']}, {second} {pair.counts['b']}, tie {pair.counts['tie']}, "
            f"both bad {pair.counts['both_bad']}"
        )
    for taken in result.verdicts:
        for line in _verdicts(taken.verdicts):
            output.say(line)


def _verdicts(verdicts: Verdicts) -> Iterator[str]:
    """What one judge said; its worth shows only over many results."""
    name = f"judge {verdicts.judge} ({verdicts.model or verdicts.backend})"
    for comparison in verdicts.comparisons:
        first, second = comparison.arms
        finding = {"a": f"{first} is better", "b": f"{second} is better"}.get(
            comparison.outcome, comparison.outcome.replace("_", " ")
        )
        yield f"{name}: {first} : {second}: {finding}"
    if verdicts.grades:
        grades = [f"{grade.arm} {grade.grade or 'no verdict'}" for grade in verdicts.grades]
        yield f"{name}: grades {', '.join(grades)}"
    yield f"{name}: what this is worth: `tiltyard judges`"
    yield from (f"WARNING: {warning}" for warning in verdicts.warnings)


def _rows(result: Result) -> Iterator[list[object]]:
    for arm, scored in sorted(result.answers.items()):
        answer = scored.answer
        value = scored.scores.get(HEADLINE)
        shown = "" if value is None else f"{value:.0f}"
        text = f"{answer.text} {CUT}" if was_cut(answer) else answer.text or answer.failure or ""
        yield [arm, answer.status, text, shown, f"{scored.latency_ms:.0f}"]
    for arm in result.missing:
        yield [arm, "missing", "no answer before the deadline", "", ""]


def was_cut(answer: Answer) -> bool:
    """Whether the text that is shown is the beginning of a longer one."""
    return answer.cut and answer.status == "answered"


def _cut(result: Result) -> Iterator[str]:
    """Why some answers end in the middle of a sentence, and what would make them longer."""
    arms = [arm for arm, scored in sorted(result.answers.items()) if was_cut(scored.answer)]
    if arms:
        setting = LONGEST_SUMMARY if result.question.kind == "summarisation" else LONGEST
        yield f"{CUT} {', '.join(arms)} reached the longest answer before the end; {setting} allows more tokens."


def _sources(answers: Iterable[ScoredAnswer]) -> Iterator[str]:
    """What the retrieval arms read, once: they share it."""
    read = next((scored.answer for scored in answers if scored.answer.evidence), None)
    if read is not None:
        yield "evidence:" + (" (stale: the view had not caught up)" if read.stale else "")
        yield from _evidence(read)


def _evidence(answer: Answer) -> Iterator[str]:
    for place, (chunk, title) in enumerate(zip(answer.evidence, answer.evidence_titles, strict=False), start=1):
        cited = " (cited)" if chunk in answer.citations else ""
        labels = answer.evidence_labels[place - 1] if place <= len(answer.evidence_labels) else ()
        yield f"  [{place}] {chunk}  {title or _for(labels)}{cited}"


def _for(labels: Sequence[str]) -> str:
    """In place of a title that not everyone may be shown."""
    return f"(for {', '.join(labels)})" if labels else ""
