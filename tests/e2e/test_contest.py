"""A contest announced by the command while all services run: five arms over two recipes, on the real servers."""

import time
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

import pytest

from shared import topology
from shared.contests import files
from shared.kafka import topics
from shared.messages import EvidenceFound
from tests.builders import a_document, a_question
from tests.e2e.conftest import WITHIN_S, House
from tests.e2e.test_services import command

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]
FIVE = """
name = "five"

[[recipes]]
name = "hybrid"

[[recipes]]
name = "words"
search = "bm25"
rankers = "unchanged"
top_k = 1

[[arms]]
name = "base"

[[arms]]
name = "base+hybrid"
context = "hybrid"

[[arms]]
name = "base+words"
context = "words"
decline = "never"

[[arms]]
name = "tuned"
speaker = "tuned"

[[arms]]
name = "tuned+words"
speaker = "tuned"
context = "words"
"""


def announce(house: House, file: Path) -> str:
    """Announce the contest of a file and wait until questions belong to it; returns its label."""
    label = files.read(file).label
    announced = command(house, "contest", "announce", str(file))
    assert announced.returncode == 0, announced.stderr
    deadline = time.monotonic() + WITHIN_S
    while label not in command(house, "contest", "show").stdout:
        assert time.monotonic() < deadline, "the contest does not hold"
    return label


@pytest.fixture
def five(house: House, tmp_path: Path) -> Iterator[str]:
    """The label of the contest of five, which holds during the test; afterwards the shipped one does."""
    file = tmp_path / "five.toml"
    file.write_text(FIVE)
    yield announce(house, file)
    with resources.as_file(resources.files(files.FOLDER) / f"{files.SHIPPED}.toml") as shipped:
        announce(house, shipped)


def test_running_services_take_a_contest_of_five_arms_up(
    house: House, five: str, unaccounted_before: frozenset[str]
) -> None:
    house.publish(a_document(document_id="weir", text="The weir at Toll is opened by hand."))
    result = house.ask(a_question(question_id="five", text="How is the weir at Toll opened?"))["five"]
    records = topics.read_all(house.kafka, topology.EVIDENCE.name)
    evidence = [EvidenceFound.model_validate_json(record.value or b"") for record in records]
    of_question = {message.recipe: message for message in evidence if message.question.question_id == "five"}

    assert result.contest is not None
    assert result.contest.label == five
    assert result.missing == ()
    assert list(result.answers) == ["base", "base+hybrid", "base+words", "tuned", "tuned+words"]
    assert set(of_question) == {"hybrid", "words"}
    assert len(of_question["words"].items) == 1
    assert result.answers["base+words"].answer.evidence == result.answers["tuned+words"].answer.evidence
    assert house.unaccounted() <= unaccounted_before


def test_a_contest_with_an_unknown_name_is_refused_with_those_that_are_known(house: House, tmp_path: Path) -> None:
    file = tmp_path / "wrong.toml"
    file.write_text(FIVE.replace('speaker = "tuned"\ncontext', 'speaker = "tund"\ncontext').replace("bm25", "bm52"))
    refused = command(house, "contest", "announce", str(file))

    assert refused.returncode == 65
    assert "no track 'tund': choose one of base, tuned" in refused.stderr
    assert "no 'bm52' among searches: choose one of bm25, dense" in refused.stderr
