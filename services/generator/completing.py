"""What comes of each turn: one backend call for each speaker and strength, one more where choices are weighed."""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Literal, TypeVar

from services.generator.answer_prompt import neutral
from services.generator.ports import (
    Backend,
    Chat,
    Completion,
    Failed,
    NotOfferedError,
    Outcome,
    PromptedQuestion,
    Scored,
)
from shared.messages import AdapterAnnounced
from shared.messages.contests import BASE
from shared.moments import later

NO_ADAPTER = Failed("no_adapter", "no adapter yet")
K = TypeVar("K", int, tuple[str, float])
Now = Callable[[], datetime]
Choices = Literal["text", "likelihood"]


@dataclass(frozen=True)
class Ask:
    """One prompt and who speaks: the base, the adapter of a track, or nobody where the track has none.

    `strength`: at which that adapter speaks, 1 as it was trained. `problem`: why it cannot be put at all.
    """

    asked: PromptedQuestion
    speaker: str
    adapter: AdapterAnnounced | None
    problem: str = ""
    strength: float = 1.0

    @property
    def unasked(self) -> Failed | None:
        """Why nobody is asked; None where somebody is."""
        if self.problem:
            return Failed("misconfigured", self.problem)
        if self.asked.failed:
            return self.asked.failed
        if self.asked.skipped:
            return Failed("skipped", self.asked.skipped)
        return NO_ADAPTER if self.speaker != BASE and self.adapter is None else None

    @property
    def options(self) -> list[str]:
        """The choices that can be weighed; none where JSON is asked for, which no choice is."""
        question = self.asked.question
        weighable = question.choices if question.asked_schema is None else ()
        return [choice for choice in dict.fromkeys(weighable) if choice.strip()]


@dataclass(frozen=True)
class Completer:
    """Puts prompts to a backend, each with the time that its question has left right before the call."""

    backend: Backend
    now: Now
    longest: int
    choices: Choices = "text"

    def __call__(self, asks: Sequence[Ask]) -> list[Outcome]:
        """One outcome per prompt, in order."""
        done: dict[int, Outcome] = {place: why for place, ask in enumerate(asks) if (why := ask.unasked)}
        for _, all_places in _alike(asks, lambda ask: (ask.speaker, ask.strength)):
            places = [place for place in all_places if place not in done]
            weighed = [place for place in places if self.choices == "likelihood" and asks[place].options]
            spoken = [place for place in places if place not in weighed]
            for work, of_work in ((self._complete, spoken), (self._weigh, weighed)):
                done |= zip(of_work, _offered(work, [asks[place] for place in of_work]), strict=True)
        return [done[place] for place in range(len(asks))]

    def _complete(self, asks: Sequence[Ask]) -> list[Outcome]:
        """One call for all answers that may be equally long; a prompt that two arms share is put once.

        Decoding is greedy, so that it has one answer: where search found the gold passage, so does the arm that is
        given it. It may take as long as whoever waits longest.
        """
        done: dict[int, Outcome] = {}
        for longest, places in _alike(asks, lambda ask: ask.asked.longest or self.longest):
            alike = [asks[place] for place in places]
            left: dict[Chat, float] = {}
            for ask, seconds in zip(alike, self._left(alike), strict=True):
                left[ask.asked.chat] = max(seconds, left.get(ask.asked.chat, seconds))
            outcomes = self.backend.complete(
                list(left),
                max_new_tokens=longest,
                adapter=alike[0].adapter,
                strength=alike[0].strength,
                within_s=list(left.values()),
            )
            said = dict(zip(left, map(likely, outcomes), strict=True))
            done |= {place: said[ask.asked.chat] for place, ask in zip(places, alike, strict=True)}
        return [done[place] for place in range(len(asks))]

    def _weigh(self, asks: Sequence[Ask]) -> Iterator[Outcome]:
        """Every choice after its prompt, all in one call. Choices are data: template tokens in them are broken."""
        if not asks:
            return
        left = self._left(asks)
        pairs = [(ask, seconds, option) for ask, seconds in zip(asks, left, strict=True) for option in ask.options]
        scored = iter(
            self.backend.score(
                [ask.asked.chat for ask, _, _ in pairs],
                [neutral(option.strip()) for _, _, option in pairs],
                adapter=asks[0].adapter,
                strength=asks[0].strength,
                within_s=[seconds for _, seconds, _ in pairs],
            )
        )
        for ask in asks:
            yield picked(ask.options, list(islice(scored, len(ask.options))))

    def _left(self, asks: Sequence[Ask]) -> list[float]:
        moment = self.now()
        deadlines = (later(ask.asked.asked_at, seconds=ask.asked.question.deadline_s) for ask in asks)
        return [(deadline - moment).total_seconds() for deadline in deadlines]


def _offered(work: Callable[[Sequence[Ask]], Iterable[Outcome]], asks: Sequence[Ask]) -> list[Outcome]:
    """What comes of the asks of one speaker; each failed, with the reason, where the backend cannot do it at all."""
    try:
        return list(work(asks))
    except NotOfferedError as error:
        return [Failed("misconfigured", str(error)) for _ in asks]


def _alike(asks: Sequence[Ask], key: Callable[[Ask], K]) -> list[tuple[K, list[int]]]:
    """The places of the prompts that share a key, keys in rising order."""
    keys: list[K] = sorted({key(ask) for ask in asks})
    return [(shared_key, [place for place, ask in enumerate(asks) if key(ask) == shared_key]) for shared_key in keys]


def likely(outcome: Outcome) -> Outcome:
    """The outcome; failed where its probability is no finite number, as of a model whose numbers overflow."""
    if isinstance(outcome, Completion) and not math.isfinite(outcome.log_probability or 0.0):
        return Failed("garbled", "what the model said has no finite probability")
    return outcome


def picked(options: Sequence[str], scored: Sequence[Scored | Failed]) -> Outcome:
    """The choice that is likeliest per token, the first of equals; failed where one of them could not be weighed.

    Mean log probability, the length normalisation of Brown et al. 2020, "Language models are few-shot learners", 2.4.
    """
    weighed = [score for score in scored if isinstance(score, Scored)]
    if len(weighed) < len(scored):
        return next(outcome for outcome in scored if isinstance(outcome, Failed))
    if not all(score.tokens and math.isfinite(score.log_probability) for score in weighed):
        return Failed("garbled", "a choice has no tokens or no finite probability")
    best, option = max(zip(weighed, options, strict=True), key=lambda pair: pair[0].mean)
    return Completion(
        option,
        prompt_tokens=sum(score.prompt_tokens for score in weighed),
        completion_tokens=0,
        seconds=max(score.seconds for score in weighed),
        log_probability=best.log_probability,
        answer_tokens=best.tokens,
        choices={name: score.mean for name, score in zip(options, weighed, strict=True)},
    )
