"""Results in memory: the twin of `shared/cassandra/results.py`."""

from collections.abc import Iterable

from shared.messages import Result


class MemoryResults:
    """The ResultShelf in memory."""

    def __init__(self) -> None:
        self._results: dict[str, Result] = {}

    def put(self, results: Iterable[Result]) -> None:
        for result in results:
            known = self._results.get(result.question.question_id)
            if known is None or known.result_version <= result.result_version:
                self._results[result.question.question_id] = result

    def get(self, question_id: str) -> Result | None:
        return self._results.get(question_id)
