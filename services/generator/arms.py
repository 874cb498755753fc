"""The arms of a contest that one worker serves, each made ready when its contest is first met."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog

from services.generator import offering, withholding
from services.generator.abstention import never
from services.generator.newest_news import NewestNews
from services.generator.ports import Decline, Style
from services.generator.settings import GeneratorSettings
from shared import plugins
from shared.contests.calendar import Calendar
from shared.contests.checking import CONTEXTS, OF_AN_ADAPTER, RECIPE_CONTEXT, known_prompt
from shared.contests.options import PROMPTS, STRENGTH, ArmOptions, asking, rule_of
from shared.messages import Arm as ArmParagraph
from shared.messages import ArmTaken, Contest
from shared.messages.contests import BASE, CAG, NO_CONTEXT
from shared.records import Record
from shared.topology import EVIDENCE

log = structlog.get_logger()
RULE = rule_of(has_passages=False)


@dataclass(frozen=True)
class Arm:
    """One contestant: who it is, its way of asking, and when it keeps an answer to itself.

    `problem`: why it cannot be asked here. It then fails with that reason, so that nobody waits for it.
    """

    taken: ArmTaken
    style: Style
    decline: Decline = never.pass_on
    problem: str = ""

    @property
    def name(self) -> str:
        return self.taken.name

    @property
    def speaker(self) -> str:
        return self.taken.speaker

    @property
    def strength(self) -> float:
        """At which its adapter speaks; 1: as it was trained."""
        return self.taken.strength

    @property
    def tuned(self) -> bool:
        """Whether it must have an adapter."""
        return self.taken.speaker != BASE

    def takes(self, record: Record[Any]) -> bool:
        """Whether this record asks it: a question or, where it reads, the evidence of its own recipe."""
        if record.position.topic != self.style.topic.name:
            return False
        return self.style.topic is not EVIDENCE or record.message.recipe == self.taken.context


@dataclass(frozen=True)
class Served:
    """The arms of every contest whose speakers are here. `contests` knows all announced before the call.

    `news`: the documents that an arm with context `cag` asks over.
    """

    settings: GeneratorSettings
    contests: Callable[[], Calendar]
    made: dict[str, list[Arm]]
    news: NewestNews | None = None

    @classmethod
    def of(
        cls,
        settings: GeneratorSettings,
        contests: Callable[[], Calendar] = Calendar,
        news: NewestNews | None = None,
    ) -> "Served":
        """With the arms of today's contest made ready. Raises what loading them raises."""
        served = cls(settings, contests, {}, news)
        now = contests()
        served.of_contest((now.entries[-1].contest if now.entries else now.before), strictly=not now.entries)
        return served

    def asked_by(self, batch: Sequence[Record[Any]]) -> list[tuple[Record[Any], Arm]]:
        """Each record with each arm that it asks."""
        calendar = self.contests()
        return [
            (record, arm)
            for record in batch
            for arm in self.of_contest(calendar.at(_asked_at(record)))
            if arm.takes(record)
        ]

    def of_contest(self, contest: Contest, *, strictly: bool = False) -> list[Arm]:
        """The arms whose speaker is here. `strictly`: raises ValueError where one cannot be asked as it is said."""
        if contest.digest not in self.made:
            speakers = self.settings.speaker_names
            mine = [self._arm(arm, strictly=strictly) for arm in contest.arms if arm.speaker in speakers]
            if not mine:
                log.warning("no arm of this contest is served here", contest=contest.label, speakers=speakers)
            self.made[contest.digest] = mine
        return self.made[contest.digest]

    def _arm(self, paragraph: ArmParagraph, *, strictly: bool) -> Arm:
        try:
            return arm_of(paragraph, self.settings, self.news)
        except (ValueError, OSError) as error:
            if strictly:
                raise
            log.warning("arm cannot be asked here", arm=paragraph.name, reason=str(error))
            why = f"arm {paragraph.name} cannot be asked here: {error}"
            return Arm(paragraph.taken, _unasked(paragraph, self.settings), problem=why)


def arm_of(paragraph: ArmParagraph, settings: GeneratorSettings, news: NewestNews | None = None) -> Arm:
    """An arm by its paragraph.

    Raises ValueError for an option, a prompt, a context or a rule that is not there, and for what the worker's backend
    cannot serve.
    """
    if refused := offering.of(settings)([paragraph]):
        raise ValueError("; ".join(refused))
    own = settings_of(paragraph, settings)
    return Arm(paragraph.taken, _style(paragraph, own, news), withholding.rule(own, reads=paragraph.has_passages))


def settings_of(paragraph: ArmParagraph, settings: GeneratorSettings) -> GeneratorSettings:
    """The worker's settings with what the arm's paragraph says in their place."""
    options = asking(paragraph.options, has_passages=paragraph.has_passages)
    if STRENGTH in options and paragraph.speaker == BASE:
        raise ValueError(OF_AN_ADAPTER)
    chosen = ArmOptions.model_validate(options).model_dump(include=set(options) - {STRENGTH})
    if paragraph.context == CAG:
        chosen[RULE] = _rule_of_cag(chosen, settings)
    way = "rag" if paragraph.has_passages else CAG if paragraph.context == CAG else "closed_book"
    prompts = {
        f"{way}_{name}": known_prompt(str(paragraph.options[name])) for name in PROMPTS if name in paragraph.options
    }
    return settings.model_copy(update=chosen | prompts)


def _rule_of_cag(chosen: Mapping[str, Any], settings: GeneratorSettings) -> str:
    """The rule that the arm or else the worker names; `auto` names none, as no threshold was measured with news."""
    named = (str(rule) for rule in (chosen.get(RULE), settings.closed_book_abstention) if rule not in (None, "auto"))
    return next(named, "never")


def _style(paragraph: ArmParagraph, settings: GeneratorSettings, news: NewestNews | None) -> Style:
    """`none` is a file of its own, and so is any other way of giving context; what is no file is a recipe."""
    context, known = paragraph.context, plugins.names(CONTEXTS)
    name = "closed_book" if context == NO_CONTEXT else context if context in known else RECIPE_CONTEXT
    style: Style = plugins.load(CONTEXTS, name)(settings, news)
    return style


def _unasked(paragraph: ArmParagraph, settings: GeneratorSettings) -> Style:
    """By which an arm with a problem takes its records: it is asked nothing, and needs no news for that."""
    context = NO_CONTEXT if paragraph.context == CAG else paragraph.context
    return _style(paragraph.model_copy(update={"options": {}, "context": context}), settings, None)


def _asked_at(record: Record[Any]) -> datetime:
    """When the broker took the question, which evidence carries along."""
    asked_at: datetime = getattr(record.message, "asked_at", record.appended_at)
    return asked_at
