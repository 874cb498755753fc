"""The sentences that results support, without a whole report: see `services/console/report/verdict.py`."""

from collections.abc import Sequence

from services.console.demo.summary import ARMS
from services.console.report import verdict
from services.console.report.material import gather
from services.console.report.numbers import count
from shared.messages import Result


def sentences(results: Sequence[Result], arms: Sequence[str] = ARMS) -> list[str]:
    """One sentence for each slice and pair of these arms that was decided, then one that lists what was not."""
    return verdict.sentences(count(gather(results, read_from="results")), arms)
