"""A short attack on every kind of feed, the same each time; `python -m bench.hostile` makes long ones."""

import pytest

from tests.hostile.feeds import KINDS, FeedAttack


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("kind", KINDS)
def test_hostile_documents_end_no_feed_and_harm_no_good_one(kind: str) -> None:
    figures = FeedAttack(kind, seed=1)(200)

    assert dict(figures.wrong) == {}
    assert figures.fates["published"] >= figures.good > 0
