"""Which answers a person reads: drawn by a seed from those that the measure called right and those that it did not.

Answers that the measure doubts are drawn more often, as Neyman (1934) allots a sample to strata that vary more; each
label then weighs as many answers as it stands for. A lot depends on the seed, the question and the arm alone, so that
a second draw from the same results, with another measure, meets mostly the same answers.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from shared.lab.audit.doubts import Ruled
from shared.lab.audit.sheet import AnswerDrawn, Entry, Key, Label, StratumDrawn, Verdict, item_of
from shared.lab.report.outcomes import outcome
from shared.messages import Answer, Question, Result, ScoredAnswer
from shared.restriction import for_everyone
from shared.scoring.catalogue import HEADLINE

DOUBT = 2.5  # a doubtful verdict is wrong one time in four, others one in thirty: sqrt(pq) is 0.43 against 0.17
OF_WRONGS = 5  # of abstentions a fifth as many as of wrong answers: hardly any of them can be right
RESTRICTED = "not everyone may be shown the question or its passages"
Ruling = Callable[[Question, Answer], Ruled]


@dataclass(frozen=True)
class Judged:
    """An answer with a text on a question that has accepted answers, and what the measure said of it."""

    question: Question
    arm: str
    text: str
    verdict: Verdict
    rule: str
    doubtful: bool

    @property
    def item(self) -> str:
        return item_of(self.question.text, self.question.choices, self.question.references or (), self.text)


@dataclass(frozen=True)
class Wanted:
    """How many answers to draw, of each arm where `by_arm`; what was read before is filled in from `known`."""

    rights: int
    wrongs: int
    seed: int
    by_arm: bool = False
    show_verdict: bool = False
    known: Mapping[str, Label] | None = None


def is_read(scored: ScoredAnswer) -> bool:
    """Whether the measure judged a text; a failed answer and one that was kept back are not right, for certain."""
    answer = scored.answer
    return answer.status in ("answered", "abstained") and bool(answer.text.strip()) and not answer.withheld


def judged(results: Iterable[Result], ruling: Ruling) -> tuple[list[Judged], dict[str, int]]:
    """All answers that can be drawn, and why how many others cannot."""
    answers, left_out = list[Judged](), Counter[str]()
    for result in results:
        for arm, scored in result.answers.items():
            if not result.question.references or HEADLINE not in scored.scores or not is_read(scored):
                continue
            if result.withheld or not for_everyone(result):
                left_out[RESTRICTED] += 1
                continue
            answers.append(_judged(result, arm, scored.answer.text, ruling(result.question, scored.answer)))
    return answers, dict(left_out)


def _judged(result: Result, arm: str, text: str, ruled: Ruled) -> Judged:
    became = outcome(result, arm)
    verdict: Verdict = "right" if became == "right" else "abstained" if became == "abstained" else "wrong"
    return Judged(result.question, arm, text, verdict, ruled.rule, ruled.doubtful)


def draw(
    answers: Sequence[Judged], wanted: Wanted, *, measure_version: str, read_from: str, left_out: Mapping[str, int]
) -> tuple[list[Entry], Key]:
    """The sheet's entries, shuffled, and its key. ValueError: there is no answer to draw."""
    if not answers:
        raise ValueError("no answer can be audited: none was scored on a question that has accepted answers")
    apart: dict[tuple[str | None, Verdict, bool], list[Judged]] = defaultdict(list)
    for answer in sorted(answers, key=lambda answer: _lot(answer, wanted.seed)):
        apart[answer.arm if wanted.by_arm else None, answer.verdict, answer.doubtful].append(answer)
    strata = sorted(apart, key=str)
    drawn = [
        (place, answer)
        for place, stratum in enumerate(strata)
        for answer in apart[stratum][: _number(apart, stratum, wanted)]
    ]
    drawn.sort(key=lambda pair: _lot(pair[1], wanted.seed))
    key = Key(
        measure=HEADLINE,
        measure_version=measure_version,
        seed=wanted.seed,
        read_from=read_from,
        strata=tuple(
            StratumDrawn(verdict=verdict, doubtful=doubtful, arm=arm, population=len(apart[arm, verdict, doubtful]))
            for arm, verdict, doubtful in strata
        ),
        answers=tuple(
            AnswerDrawn(item=answer.item, question_id=answer.question.question_id, arm=answer.arm, stratum=place)
            for place, answer in drawn
        ),
        left_out=left_out,
    )
    return list({answer.item: _entry(answer, wanted) for _, answer in drawn}.values()), key


def _number(
    apart: Mapping[tuple[str | None, Verdict, bool], Sequence[Judged]],
    stratum: tuple[str | None, Verdict, bool],
    wanted: Wanted,
) -> int:
    """How many of a stratum: of its verdict's number what its size and its doubt make it due, at least two of each."""
    arm, verdict, doubtful = stratum
    of_verdict = {"right": wanted.rights, "wrong": wanted.wrongs, "abstained": wanted.wrongs // OF_WRONGS}[verdict]
    sure, unsure = (len(apart.get((arm, verdict, doubt), ())) for doubt in (False, True))
    if of_verdict >= sure + unsure:
        return unsure if doubtful else sure
    share = DOUBT * unsure / (DOUBT * unsure + sure)
    doubted = min(unsure, max(round(of_verdict * share), min(2, unsure)))
    doubted = min(max(doubted, of_verdict - sure), max(0, of_verdict - min(2, sure)))
    return doubted if doubtful else of_verdict - doubted


def _lot(answer: Judged, seed: int) -> str:
    return sha256(f"{seed}\n{answer.question.question_id}\n{answer.arm}".encode()).hexdigest()


def _entry(answer: Judged, wanted: Wanted) -> Entry:
    return Entry(
        item=answer.item,
        question=answer.question.text,
        choices=answer.question.choices,
        accepted=answer.question.references or (),
        answer=answer.text,
        measure=answer.verdict if wanted.show_verdict else None,
        rule=answer.rule if wanted.show_verdict and answer.rule else None,
        right=(wanted.known or {}).get(answer.item),
    )
