"""Scored results in Cassandra."""

from collections.abc import Iterable

from shared.cassandra.client import Store
from shared.messages import Result

_PUT = "INSERT INTO results (question_id, result_version, body) VALUES (?, ?, ?) USING TIMESTAMP ?"
_GET = "SELECT body FROM results WHERE question_id = ?"


class CassandraResults:
    """The ResultShelf on Cassandra."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def put(self, results: Iterable[Result]) -> None:
        """Store results; the version orders them, so that an older one never overwrites a newer."""
        self._store.write(
            [
                (
                    _PUT,
                    (
                        result.question.question_id,
                        result.result_version,
                        result.model_dump_json(),
                        result.result_version,
                    ),
                )
                for result in results
            ]
        )

    def get(self, question_id: str) -> Result | None:
        rows = list(self._store.rows(_GET, (question_id,)))
        return Result.model_validate_json(rows[0].body) if rows else None
