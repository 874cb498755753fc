"""Scorers killed with -9 again and again while questions and answers flow: every answer in time is counted, once."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.kills.run import kill_and_look, servers

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, str]]:
    """Of services on servers that are these tests' own; what one leaves on the topics must hold after the next too."""
    with servers(tmp_path_factory.mktemp("servers")) as running:
        yield running


@pytest.mark.parametrize(("seed", "scorers"), [(1, 1), (2, 2)])
def test_no_answer_is_lost_when_scorers_are_killed(
    environment: Mapping[str, str], seed: int, scorers: int, tmp_path: Path
) -> None:
    victims = [f"scorer#{number}" for number in range(scorers)]
    outcome = kill_and_look(tmp_path, environment, seed=seed, kills=8, victims=victims)

    assert not outcome.faults, "\n".join(outcome.faults)
    assert outcome.asked > 10 * outcome.kills, "there were too few questions for a kill to hit one"


def test_no_answer_is_lost_when_the_group_drops_records_and_repeats_others(
    environment: Mapping[str, str], tmp_path: Path
) -> None:
    outcome = kill_and_look(tmp_path, environment, seed=3, kills=4, victims=["leaky#0"])

    assert not outcome.faults, "\n".join(outcome.faults)
    assert outcome.undelivered > outcome.kills
