"""What an hour of staying current costs, as the report shows it."""

from datetime import timedelta

from shared.costs import StayingCurrent
from shared.lab.report.blocks import Table
from shared.lab.report.staying import section
from shared.messages import Cost
from shared.statistics.wording import NONE
from tests.builders import NOON


def test_both_sides_stand_beside_one_another_and_unknown_prices_are_dashes() -> None:
    tuning = StayingCurrent("tuning", 2.0, 64, 1, Cost(seconds=120.0, kwh=0.01, money=0.003, currency="EUR"))
    retrieval = StayingCurrent("retrieval", 2.0, 112, 115, Cost(seconds=9.5))
    idle = StayingCurrent("tuning", 2.0, 0, 0, None)
    table = section([tuning, retrieval, idle], NOON, NOON + timedelta(hours=2)).blocks[0]

    assert isinstance(table, Table)
    assert list(table.rows) == [
        ["tuning", "64", "1", "120.0", "0.0100", "0.0030 EUR"],
        ["retrieval", "112", "115", "9.5", NONE, NONE],
        ["tuning", "0", "0", NONE, NONE, NONE],
    ]
