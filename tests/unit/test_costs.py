"""What time costs, and what an hour of staying current costs on either side."""

from datetime import timedelta

import pytest

from shared.costs import CostSettings, hour_of_retrieval, hour_of_tuning, priced
from shared.messages import Cost, DocumentIndexed
from tests import adapters
from tests.builders import NOON, a_chunked_document

DAY = {"since": NOON, "until": NOON + timedelta(hours=24)}


def announced(name: str, start_s: float, end_s: float, revision: int = 1) -> DocumentIndexed:
    at = {"ingested_at": NOON + timedelta(seconds=start_s), "stored_at": NOON + timedelta(seconds=end_s)}
    told = a_chunked_document(document_id=name, revision=revision).model_dump(exclude={"chunks"}) | at
    return DocumentIndexed(**told, chunk_count=1, encoder="e")


def test_energy_is_power_times_time_and_money_both_prices_together() -> None:
    cost = priced(1_800, 1_000, CostSettings(watts=200, price_per_kwh=0.3, price_per_hour=2.0, currency="EUR"))

    assert cost.kwh == pytest.approx(0.1)
    assert cost.money == pytest.approx(0.1 * 0.3 + 1.0)
    assert (cost.seconds, cost.tokens, cost.currency) == (1_800, 1_000, "EUR")


@pytest.mark.parametrize("settings", [CostSettings(), CostSettings(price_per_kwh=0.3)])
def test_what_is_not_configured_is_not_estimated(settings: CostSettings) -> None:
    cost = priced(60, 0, settings)

    assert (cost.kwh, cost.money, cost.currency) == (None, None, "")


def test_an_hour_of_tuning_counts_every_run_of_the_window_those_that_no_gate_let_pass_too() -> None:
    runs = [
        adapters.announced("a", hours=1, cost=Cost(seconds=600, tokens=50, money=1.0, currency="EUR"), documents=5),
        adapters.announced("b", hours=9, cost=Cost(seconds=1_800, tokens=70, money=3.0, currency="EUR"),
                           state="candidate", documents=8),
        adapters.announced("c", hours=30, cost=Cost(seconds=9_000)),
    ]  # fmt: skip

    costs = hour_of_tuning(runs, **DAY)

    assert (costs.runs, costs.documents, costs.hours) == (2, 8, 24)
    assert costs.hourly is not None
    assert (costs.hourly.seconds, costs.hourly.tokens) == (100, 5)
    assert costs.hourly.money == pytest.approx(4 / 24)


def test_money_is_said_only_where_every_run_knows_its_own() -> None:
    runs = [adapters.announced("a", cost=Cost(seconds=60, money=1.0, currency="EUR")), adapters.announced("b", hours=1)]

    costs = hour_of_tuning(runs, **DAY)

    assert costs.hourly is not None
    assert costs.hourly.money is None


def test_time_in_which_several_revisions_were_under_way_counts_once() -> None:
    told = [announced("a", 0, 10), announced("b", 5, 12), announced("c", 100, 104), announced("c", 100, 199)]

    costs = hour_of_retrieval(told, CostSettings(), since=NOON, until=NOON + timedelta(hours=2))

    assert (costs.documents, costs.runs) == (3, 3)
    assert costs.hourly is not None
    assert costs.hourly.seconds == pytest.approx((12 + 4) / 2), "a repeated announcement counts when it came first"


def test_what_was_not_recorded_costs_nothing_known() -> None:
    assert hour_of_tuning([], **DAY).hourly is None
    assert hour_of_retrieval([], CostSettings(), **DAY).hourly is None


def test_an_empty_window_is_refused() -> None:
    with pytest.raises(ValueError, match="is empty"):
        hour_of_tuning([], since=NOON, until=NOON)
