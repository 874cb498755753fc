"""From when on the audit counts: from where all is kept that it counts by."""

from datetime import timedelta

import pytest

from services.console.live.accounting import counted_since
from shared.keeping_settings import NewsSettings, ResultsSettings
from shared.retention import MOST_S, outliving, seconds
from shared.settings import KafkaSettings
from tests.builders import NOON

WEEK = KafkaSettings(retention_days=7)


@pytest.mark.parametrize(
    ("dispositions", "results", "days"),
    [(30, 0, 29), (30, 20, 19), (0, 20, 19), (1, 0, 14), (30, 1, 14)],
)
def test_it_counts_as_long_as_the_shortest_of_them_is_kept_but_for_a_day(
    dispositions: float, results: float, days: float
) -> None:
    news = NewsSettings(keep_dispositions_days=dispositions)

    assert counted_since(NOON, WEEK, news, ResultsSettings(keep_days=results)) == NOON - timedelta(days=days)


def test_where_all_is_kept_for_ever_it_counts_all_that_topics_hold() -> None:
    news = NewsSettings(keep_dispositions_days=0)

    assert counted_since(NOON, WEEK, news, ResultsSettings()) is None


def test_what_a_record_leads_to_outlives_it_however_short_a_time_is_set() -> None:
    assert [outliving(days, 7) for days in (0, 1, 15, 30)] == [0, 15, 15, 30]


def test_a_time_to_live_is_whole_seconds_and_none_that_the_store_refuses() -> None:
    assert [seconds(days) for days in (0, 1, 0.00001, 100_000)] == [0, 86_400, 1, MOST_S]
