"""Scored results in Cassandra."""

from collections.abc import Iterable

from shared.cassandra.client import Store
from shared.messages import Result
from shared.retention import seconds

_PUT = "INSERT INTO results (question_id, result_version, body) VALUES (?, ?, ?) USING TIMESTAMP ? AND TTL ?"
_GET = "SELECT body FROM results WHERE question_id = ?"


class CassandraResults:
    """The ResultShelf on Cassandra. `keep_days`: a result leaves so long after its last version; 0: never."""

    def __init__(self, store: Store, keep_days: float = 0.0) -> None:
        self._store, self._ttl = store, seconds(keep_days)

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
                        self._ttl,
                    ),
                )
                for result in results
            ]
        )

    def get(self, question_id: str) -> Result | None:
        rows = list(self._store.rows(_GET, (question_id,)))
        return Result.model_validate_json(rows[0].body) if rows else None
