"""An arm that answers over the newest documents, through the whole pipeline: what is published is in its prompt."""

import pytest

from shared import topology
from shared.messages import Answer
from tests.builders import a_document, a_question
from tests.contests import a_contest, an_arm
from tests.pipeline.conftest import Pipeline

MOVED, CORRECTED = "The fair moves to the harbour.", "The fair moves to the quay."


@pytest.fixture
def house(pipeline: Pipeline) -> Pipeline:
    pipeline.workers = {"base": ""}
    pipeline.restart()
    pipeline.announce(a_contest("base", an_arm("base+cag", context="cag")))
    return pipeline


def answered(house: Pipeline, question_id: str) -> Answer:
    house.broker.publish(topology.QUESTIONS, a_question(question_id=question_id))
    house.run()
    return house.published()[question_id].answers["base+cag"].answer


def publish(house: Pipeline, **changes: object) -> None:
    house.broker.publish(topology.DOCUMENTS, a_document(document_id="fair", title="Fair", **changes))
    house.run()


def test_a_document_is_answered_from_once_it_is_announced_as_it_stands_and_until_it_is_retracted(
    house: Pipeline,
) -> None:
    before = answered(house, "before")
    publish(house, text=MOVED)
    first = answered(house, "first")
    publish(house, text=CORRECTED)
    second = answered(house, "second")
    publish(house, op="retract")
    after = answered(house, "after")

    assert [answer.status for answer in (before, first, second, after)] == [
        "skipped",
        "answered",
        "answered",
        "skipped",
    ]
    assert (MOVED in first.text, CORRECTED in first.text) == (True, False)
    assert (MOVED in second.text, CORRECTED in second.text) == (False, True)
    assert (first.evidence, second.evidence) == (("fair:1:0",), ("fair:2:0",))
    assert first.citations == first.evidence
    assert first.evidence_texts == ()


def test_a_question_waits_for_what_was_announced_before_it(house: Pipeline) -> None:
    answered(house, "before")
    house.broker.publish(topology.DOCUMENTS, a_document(document_id="fair", text=MOVED))
    for runner in house.runners[:2]:  # ingest and embedder; no generator has heard of it
        runner.run_once()

    assert MOVED in answered(house, "first").text


def test_a_document_with_labels_is_in_no_prompt_that_others_share(house: Pipeline) -> None:
    publish(house, text=MOVED, labels=("board",))
    house.broker.publish(topology.DOCUMENTS, a_document(document_id="ferry", text="A ferry sails."))
    house.run()

    answer = answered(house, "open")

    assert answer.evidence == ("ferry:1:0",)
    assert MOVED not in answer.text


def test_a_worker_that_starts_later_asks_over_the_same_documents(house: Pipeline) -> None:
    publish(house, text=MOVED)
    before = answered(house, "before")
    house.restart()
    after = answered(house, "after")

    assert (after.evidence, after.text) == (before.evidence, before.text)
