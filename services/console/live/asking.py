"""Publishing questions and hearing their results."""

import time
from collections.abc import Callable, Collection, Sequence

from shared import topology
from shared.kafka import topics
from shared.messages import Question, Result
from shared.publisher import Publisher
from shared.records import understood
from shared.settings import KafkaSettings
from shared.standings import newest


class Listener:
    """Hears results: all that are kept, or with `from_end` only those that come from now on."""

    def __init__(self, settings: KafkaSettings, *, from_end: bool = False) -> None:
        self._follower = topics.Follower(settings, topology.RESULTS.name, from_end=from_end)
        self._from_end = from_end

    def results(
        self, question_ids: Collection[str], within_s: float, heard: Callable[[Result], None] = lambda _: None
    ) -> dict[str, Result]:
        """The newest results of these questions as far as they come within `within_s`, by question id.

        What was kept before is read to its end, since a later version may stand there. `heard` is told of each
        question once.
        """
        wanted, results = set(question_ids), dict[str, Result]()
        deadline = time.monotonic() + within_s
        while not self._whole(len(results) == len(wanted)) and time.monotonic() < deadline:
            record = self._follower.poll(0.2)
            for _, result in understood(Result, [record] if record else []):
                name = result.question.question_id
                if name not in wanted:
                    continue
                if name not in results:
                    heard(result)
                results[name] = newest([results.get(name, result), result])[name]
        return results

    def _whole(self, complete: bool) -> bool:
        return complete and (self._from_end or self._follower.caught_up())

    def close(self) -> None:
        self._follower.close()


def ask(
    settings: KafkaSettings,
    questions: Sequence[Question],
    *,
    within_s: float,
    heard: Callable[[Result], None] = lambda _: None,
) -> dict[str, Result]:
    """Publish questions and wait for their results; listens from before the first one is published."""
    listener = Listener(settings, from_end=True)
    try:
        Publisher(settings, "ask").publish(topology.QUESTIONS, questions)
        return listener.results([question.question_id for question in questions], within_s, heard)
    finally:
        listener.close()
