"""The drift part: every contestant is given one edition after the other, and is asked after each."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.contestants import general, records
from bench.contestants.editions import Stream, Wanted
from bench.contestants.general import GENERAL
from bench.contestants.identity import digest
from bench.contestants.ports import Contestant, Edition
from bench.contestants.records import Asked, Corrected, DriftUnit


@dataclass(frozen=True)
class Asking:
    """How many questions of each kind are asked after an edition, and how many general ones.

    One whose weights change is asked the general ones after each edition, the others after the first. `shared` is a
    digest of what all contestants have in common.
    """

    questions: int
    general: int
    shared: str

    @property
    def setup(self) -> str:
        """Of a unit: units that were asked otherwise are other units."""
        return digest(self.shared, self.questions, self.general)


def run(stream: Stream, contestants: Mapping[str, Contestant], out: Path, asking: Asking) -> None:
    """Measure what is not in the file yet."""
    done = {unit.key for unit in records.read(out)}
    keys = {
        name: [_key(stream, asking, number, contestant) for number in range(1, stream.knobs.editions + 1)]
        for name, contestant in contestants.items()
    }
    for number in range(1, stream.knobs.editions + 1):
        left = [name for name in contestants if not done.issuperset(keys[name][number - 1 :])]
        if not left:
            continue
        edition, wanted, corrections = (
            stream.edition(number), stream.questions(number, asking.questions), stream.corrections(number),
        )  # fmt: skip
        for name in left:
            if keys[name][number - 1] in done:
                contestants[name].catch_up(edition)
                continue
            known = asking.general if contestants[name].changes_weights or number == 1 else 0
            asks = [*wanted, *(Wanted(GENERAL, "", question) for question in general.questions(known))]
            unit = measured(contestants[name], edition, asks, corrections, stream=stream.name, setup=asking.setup)
            records.append(out, unit)
            sys.stderr.write(f"edition {number}, {name}: update {unit.seconds:.1f} s, {len(unit.asked)} answers\n")


def measured(
    contestant: Contestant,
    edition: Edition,
    wanted: Sequence[Wanted],
    corrections: Sequence[Wanted],
    *,
    stream: str,
    setup: str,
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
        setup=setup,
        edition=edition.number,
        contestant=contestant.name,
        changes_weights=contestant.changes_weights,
        recipe=contestant.recipe,
        seconds=cost.seconds,
        tokens=cost.tokens,
        held_bytes=cost.held_bytes,
        peak_mib=cost.peak_mib,
        documents=len(edition.documents),
        asked=_asked(contestant, wanted),
        corrected=corrected,
    )


def _asked(contestant: Contestant, wanted: Sequence[Wanted]) -> list[Asked]:
    answers = contestant.answer([asked_for.question for asked_for in wanted])
    return [
        Asked(kind=kind, fact=fact, question=question, answer=records.short(answer))
        for (kind, fact, question), answer in zip(wanted, answers, strict=True)
    ]


def _key(stream: Stream, asking: Asking, number: int, contestant: Contestant) -> tuple[str, ...]:
    return records.drift_key(stream.name, asking.setup, number, contestant.name, contestant.recipe)
