"""One result before the judge: what is to be asked of it, what is known already, and the verdicts in the end."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from services.judge import families, judge_prompt, sheets
from services.judge.judge_prompt import Prompt
from services.judge.ports import Backend, Said, Sheet
from services.judge.settings import JudgeSettings, Pair
from shared.contests.files import of_result
from shared.contests.parts import search_against_memory
from shared.messages import Comparison, Grade, Reply, Result, Verdicts
from shared.messages.verdicts import digest, outcome

KEPT, MOST_KEPT = 300, 16_000
"""Characters of a reply that verdicts keep, and of all together: its end, which is what is read."""


@dataclass(frozen=True)
class JudgeSetup:
    """A judge with its prompts."""

    settings: JudgeSettings
    backend: Backend
    pairwise: Prompt
    rubric: Prompt


@dataclass(frozen=True)
class Part:
    """The comparisons, or the grades, of a case. `sheets` is empty where there is nothing to judge."""

    sheets: tuple[Sheet, ...]
    sha256: str


@dataclass(frozen=True)
class Case:
    """A result with its pairs and arms to judge. `known`: this judge's verdicts that stand, if there are any."""

    result: Result
    setup: JudgeSetup
    known: Verdicts | None
    pairs: tuple[Pair, ...]
    arms: tuple[str, ...]
    comparing: Part
    grading: Part

    @property
    def settled(self) -> bool:
        """Whether nothing needs to be said: all is known, or there is nothing to judge and nothing to take back."""
        known = (self.known.compared_sha256, self.known.graded_sha256) if self.known else ("", "")
        return known == (self.comparing.sha256, self.grading.sha256)

    @property
    def sheets(self) -> tuple[Sheet, ...]:
        """What must be asked; the comparisons come first."""
        compares = self._standing_comparisons is None
        grades = self._standing_grades is None
        return (self.comparing.sheets if compares else ()) + (self.grading.sheets if grades else ())

    def verdicts(self, replies: Sequence[Said]) -> Verdicts:
        """The message, from one reply for each of `sheets`."""
        remaining = iter(replies)
        comparisons, grades = self._standing_comparisons, self._standing_grades
        kept = min(KEPT, MOST_KEPT // max(1, len(replies)))
        if comparisons is None:
            comparisons = tuple(self._comparison(pair, remaining, kept) for pair in self.pairs)
        if grades is None:
            grades = tuple(self._grade(arm, remaining, kept) for arm in self.arms)
        return Verdicts(
            question_id=self.result.question.question_id,
            judge=self.setup.settings.name,
            backend=self.setup.backend.name,
            model=self.setup.backend.model,
            prompts={"pairwise": self.setup.pairwise.version, "rubric": self.setup.rubric.version},
            comparisons=comparisons,
            grades=grades,
            references_sha256=digest(self.result.question.references) if grades else None,
            compared_sha256=self.comparing.sha256,
            graded_sha256=self.grading.sha256,
            warnings=self._warnings(),
            judged_ms=1000 * max((reply.seconds for reply in replies), default=0.0),
        )

    @property
    def _standing_comparisons(self) -> tuple[Comparison, ...] | None:
        return self.known.comparisons if self.known and self.known.compared_sha256 == self.comparing.sha256 else None

    @property
    def _standing_grades(self) -> tuple[Grade, ...] | None:
        return self.known.grades if self.known and self.known.graded_sha256 == self.grading.sha256 else None

    def _comparison(self, pair: Pair, replies: Iterator[Said], kept: int) -> Comparison:
        straight, turned = (_reply(next(replies), self.setup.pairwise, kept) for _ in range(2))
        return Comparison(arms=pair, outcome=outcome(straight, turned), replies=(straight, turned))

    def _grade(self, arm: str, replies: Iterator[Said], kept: int) -> Grade:
        reply = _reply(next(replies), self.setup.rubric, kept)
        return Grade(arm=arm, grade=int(reply.read) if reply.read else None, reply=reply)

    def _warnings(self) -> tuple[str, ...]:
        judged = {*self.arms, *(arm for pair in self.pairs for arm in pair)}
        models = {arm: self.result.answers[arm].answer.model for arm in judged}
        model = self.setup.backend.model
        return families.warnings(model, models, self.setup.settings.families) if model else ()


def setup_of(settings: JudgeSettings, backend: Backend) -> JudgeSetup:
    """The judge of these settings; raises ValueError where a prompt is not there or not complete."""
    pairwise = judge_prompt.load(settings.pairwise_prompt, judge_prompt.PAIRWISE)
    return JudgeSetup(settings, backend, pairwise, judge_prompt.load(settings.rubric_prompt, judge_prompt.RUBRIC))


def opened(result: Result, setup: JudgeSetup, announced: Verdicts | None) -> Case:
    """The case of a result. `announced`: what this judge said of it last, where a result need not show it yet."""
    words, name, model = setup.settings.words, setup.settings.name, setup.backend.model
    competing, wanted = of_result(result).arms, setup.settings
    compared_pairs = search_against_memory(competing) if wanted.pairs is None else wanted.pairs
    graded_arms = [arm.name for arm in competing] if wanted.graded is None else wanted.graded
    pairs, arms = sheets.pairs(result, compared_pairs), sheets.arms(result, graded_arms)
    both = [sheets.comparing(result, pair, setup.pairwise, words) for pair in pairs]
    compared = tuple(sheet for two in both for sheet in two)
    graded = tuple(sheets.grading(result, arm, setup.rubric, words) for arm in arms)
    seen = result.question.references if setup.backend.sees_references else None
    shown = next((taken.verdicts for taken in result.verdicts if taken.verdicts.judge == name), None)
    return Case(
        result=result,
        setup=setup,
        known=announced or shown,
        pairs=tuple(pairs),
        arms=tuple(arms),
        comparing=_part(compared, [model, setup.pairwise.version, pairs, seen]),
        grading=_part(graded, [model, setup.rubric.version, arms]),
    )


def _part(asked: tuple[Sheet, ...], by: object) -> Part:
    return Part(asked, digest(by, [[sheet.system, sheet.user] for sheet in asked]) if asked else "")


def _reply(said: Said, prompt: Prompt, kept: int) -> Reply:
    read = None if said.failure else prompt.read(said.text)
    return Reply(text=said.text.strip()[-kept:], read=read, failure=said.failure and said.failure[:kept])
