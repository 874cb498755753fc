"""What this process has announced lately: until the scorer has joined it, no result shows it."""

from shared.messages import Verdicts
from shared.records import Effect

REMEMBERED = 10_000


class Announced:
    """A sink behind the one that announces: by question id the newest verdicts, forgetting the oldest.

    What it remembers saves asking twice when a result changes meanwhile; nothing is wrong without it. Another process
    may have judged since where partitions move, so `forget` then.
    """

    def __init__(self) -> None:
        self._waiting: list[Verdicts] = []
        self._known: dict[str, Verdicts] = {}

    def __call__(self, question_id: str) -> Verdicts | None:
        return self._known.get(question_id)

    def write(self, effect: Effect[Verdicts]) -> None:
        self._waiting.append(effect.outcome)

    def flush(self) -> None:
        for verdicts in self._waiting:
            self._known.pop(verdicts.question_id, None)
            self._known[verdicts.question_id] = verdicts
        self._waiting.clear()
        while len(self._known) > REMEMBERED:
            del self._known[next(iter(self._known))]

    def forget(self) -> None:
        self._known.clear()
