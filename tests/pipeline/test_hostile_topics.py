"""A short attack on every topic, the same each time; `python -m bench.hostile` makes long ones."""

import pytest

from shared.topology import TOPICS, AnyTopic
from tests.hostile.goods import GOODS
from tests.hostile.oracle import BATCH, Attack
from tests.hostile.valid import VALID


def test_every_topic_is_attacked() -> None:
    assert set(VALID) == set(GOODS) == set(TOPICS)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_hostile_records_have_one_fate_each_and_harm_no_good_one(topic: AnyTopic) -> None:
    figures = Attack(topic, seed=1, batches=2)(2 * BATCH)

    assert dict(figures.wrong) == {}
    assert figures.good == 2
