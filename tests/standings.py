"""Standings of a few results, counted as the scorer counts them."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from services.scorer.standings_aggregator import StandingsAggregator
from shared.messages import Result, Standing
from tests.builders import a_raw_record
from tests.contests import within


def record_of(result: Result) -> bytes:
    return result.model_dump_json().encode()


def standings(results: Iterable[Result], arms: Sequence[str]) -> list[Standing]:
    """All standings, `all` first."""
    with TemporaryDirectory() as folder:
        aggregator = StandingsAggregator(Path(folder))
        for result in (within(result, *arms) for result in results):
            aggregator.take(a_raw_record(record_of(result), key=result.question.question_id.encode()))
        return aggregator.changed()
