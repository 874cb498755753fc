"""The drift part: every contestant is given one edition after the other, and is asked after each."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from bench.contestants import records
from bench.contestants.editions import Stream, Wanted
from bench.contestants.ports import Contestant, Edition
from bench.contestants.records import Asked, Corrected, DriftUnit
from services.generator.tuning.gates import probes
from shared.messages import Question

GENERAL = "general"


def run(stream: Stream, contestants: Mapping[str, Contestant], out: Path, *, questions: int, general: int) -> None:
    """Measure what is not in the file yet. Of each kind so many questions are asked, and so many general ones.

    One whose weights change is asked the general ones after each edition, the others after the first.
    """
    done = {unit.key for unit in records.read(out)}
    for number in range(1, stream.knobs.editions + 1):
        left = [name for name in contestants if _is_left(stream, name, number, done)]
        if not left:
            continue
        edition, wanted, corrections = (
            stream.edition(number), stream.questions(number, questions), stream.corrections(number),
        )  # fmt: skip
        for name in left:
            if _key(stream, number, name) in done:
                contestants[name].catch_up(edition)
                continue
            unknown = general if contestants[name].changes_weights or number == 1 else 0
            asks = [*wanted, *_general(unknown)]
            unit = measured(contestants[name], edition, asks, corrections, stream.name)
            records.append(out, unit)
            sys.stderr.write(f"edition {number}, {name}: update {unit.seconds:.1f} s, {len(unit.asked)} answers\n")


def measured(
    contestant: Contestant, edition: Edition, wanted: Sequence[Wanted], corrections: Sequence[Wanted], stream: str
) -> DriftUnit:
    """Update, ask each corrected fact alone, ask all."""
    cost = contestant.update(edition)
    corrected = []
    for correction in corrections:
        (asked,) = _asked(contestant, [correction])
        document = correction.fact.split()[0]
        corrected.append(Corrected(seconds=cost.until_known(document) + asked.seconds, asked=asked))
    return DriftUnit(
        stream=stream,
        edition=edition.number,
        contestant=contestant.name,
        seconds=cost.seconds,
        tokens=cost.tokens,
        held_bytes=cost.held_bytes,
        peak_mib=cost.peak_mib,
        documents=len(edition.documents),
        asked=_asked(contestant, wanted),
        corrected=corrected,
    )


def _asked(contestant: Contestant, wanted: Sequence[Wanted]) -> list[Asked]:
    answers = contestant.answer([one.question for one in wanted])
    return [
        Asked(kind=one.kind, fact=one.fact, question=one.question, answer=records.short(answer))
        for one, answer in zip(wanted, answers, strict=True)
    ]


def _general(most: int) -> list[Wanted]:
    packaged = probes.drawn(probes.packaged("general"), most)
    return [
        Wanted(GENERAL, "", Question(question_id=probe.key, text=probe.question, references=probe.accepted))
        for probe in packaged
    ]


def _is_left(stream: Stream, name: str, number: int, done: set[tuple[str, ...]]) -> bool:
    """Whether something of this contestant is to be measured, now or later."""
    return any(_key(stream, later, name) not in done for later in range(number, stream.knobs.editions + 1))


def _key(stream: Stream, number: int, name: str) -> tuple[str, ...]:
    return "drift", stream.name, str(number), name
