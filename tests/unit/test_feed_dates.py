"""Dates as feeds write them: the right moment, or none."""

from datetime import UTC, datetime

import pytest

from services.ingest.feed_dates import PlausibleTimes, moment_of

READ = {
    "Wed, 06 Mar 2024 09:05:00 GMT": "2024-03-06T09:05:00",
    "Wed, 06 Mar 2024 09:05:00 +0530": "2024-03-06T03:35:00",
    "Wed, 06 Mar 2024 09:05:00 -0000": "2024-03-06T09:05:00",
    "Wed, 06 Mar 24 09:05:00 GMT": "2024-03-06T09:05:00",
    "06 Mar 2024 09:05 EST": "2024-03-06T14:05:00",
    "Wed, 06 Mar 2024 09:05:00 aest": "2024-03-05T23:05:00",
    "Wed, 06 Mar 2024 09:05:00 BST": "2024-03-06T08:05:00",
    "Wed, 06 Mar 2024 09:05:00 CEST": "2024-03-06T07:05:00",
    "Wed, 06 Mar 2024 09:05:00 JST": "2024-03-06T00:05:00",
    "Wed, 6 Mar 2024 9:05:00 PM CET": "2024-03-06T20:05:00",
    "March 6, 2024 9:05 pm": "2024-03-06T21:05:00",
    "2024-03-06T09:05:00Z": "2024-03-06T09:05:00",
    "2024-03-06T09:05:00.123+01:00": "2024-03-06T08:05:00.123",
    "2024-03-06 09:05": "2024-03-06T09:05:00",
    "2024/3/6 09:05:00": "2024-03-06T09:05:00",
    "20240306T090500Z": "2024-03-06T09:05:00",
    "20240306": "2024-03-06T00:00:00",
    "1709715900": "2024-03-06T09:05:00",
    "1709715900123": "2024-03-06T09:05:00",
    "25/12/2024": "2024-12-25T00:00:00",
    "5 March 2024": "2024-03-05T00:00:00",
    "Wed Mar  6 09:05:00 JST 2024": "2024-03-06T00:05:00",
    "Wed Mar 06 2024 09:05:00 GMT+0530 (India Standard Time)": "2024-03-06T03:35:00",
    "2024-03-06 09:05 UTC-3": "2024-03-06T12:05:00",
    "Wed, 06 Mar 2024 09:05:00 GMT +0100": "2024-03-06T08:05:00",
    "Wed, 06 Mar 2024 09:05:00 EST-0500": "2024-03-06T14:05:00",
    "6 March 2024 9:05 p.m. (PST)": "2024-03-07T05:05:00",
    "2024-03-06+01:00": "2024-03-05T23:00:00",
    "  Wed,\n 06 Mar 2024\t09:05:00 GMT ": "2024-03-06T09:05:00",
}
UNREAD = [
    "", "Mon, 01 Jan 0001 00:00:00 +0000",
    "soon", "yesterday", "10", "March", "March 2024", "2024", "05/06/2024", "9:05", "Wednesday 09:05",
    "0000-00-00 00:00:00", "0000-00-00T00:00:00Z", "0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-05:00",
    "Wed, 06 Mar 2024 09:05:00 IST", "Wed, 06 Mar 2024 09:05:00 XYZ", "Wed, 32 Mar 2024 09:05:00 GMT",
    "99999999999999999999", "1" * 10_000, "2024-03-06T25:00:00Z", "\x00", "²", "06 Mar 2024 09:05 +9999",
    "Wed Mar 06 09:05:00 IST 2024", "Wed Mar 06 09:05:00 XYZ 2024", "Wed, 06 Mar 2024 09:05:00 EST+3",
    "2024-03-06 - 2024-03-07", "06 Mar 2024 0905 +0530",
]  # fmt: skip


def test_every_common_form_is_the_moment_that_it_means() -> None:
    assert {text: moment_of(text) for text in READ} == {
        text: datetime.fromisoformat(moment).replace(tzinfo=UTC) for text, moment in READ.items()
    }


def test_what_means_no_moment_or_several_is_none() -> None:
    assert {text: moment_of(text) for text in UNREAD} == dict.fromkeys(UNREAD)


@pytest.mark.parametrize(("year", "plausible"), [(1, False), (1989, False), (1990, True), (2024, True), (2999, False)])
def test_a_moment_long_ago_or_ahead_is_not_plausible(year: int, plausible: bool) -> None:
    assert (datetime(year, 6, 1, tzinfo=UTC) in PlausibleTimes()) is plausible
