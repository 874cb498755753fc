"""The judge as a process beside the real services: started on demand, killed, and joined into results once."""

import time
from collections.abc import Callable

import pytest

from shared import topology
from shared.kafka import topics
from shared.messages import Result
from shared.messages.verdicts import digest
from shared.standings import newest
from tests.builders import a_document, a_question, references
from tests.e2e.conftest import WITHIN_S, House

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]


def result(house: House, question_id: str, until: Callable[[Result], bool]) -> Result:
    """The newest version of a question's result, once it is as wanted."""
    deadline = time.monotonic() + WITHIN_S
    while time.monotonic() < deadline:
        records = topics.read_all(house.kafka, topology.RESULTS.name)
        results = newest(Result.model_validate_json(record.value) for record in records if record.value is not None)
        if question_id in results and until(results[question_id]):
            return results[question_id]
        time.sleep(0.2)
    raise AssertionError(f"{question_id} did not become what was expected")


def graded_by_what_stands(version: Result) -> bool:
    stands = digest(version.question.references)
    return any(taken.verdicts.references_sha256 == stands for taken in version.verdicts)


def test_a_judge_started_late_judges_what_stands_and_new_references_once_each(
    house: House, unaccounted_before: frozenset[str]
) -> None:
    house.publish(a_document(document_id="judged", text="The lighthouse of Marn is painted amber."))
    house.ask(a_question(question_id="judged", text="What colour is the lighthouse of Marn?", references=("amber",)))
    house.services.start(("judge",))
    try:
        first = result(house, "judged", graded_by_what_stands)
        house.kill("judge")
        house.services.start(("judge",))
        house.publisher().publish(topology.REFERENCES, [references(question_id="judged", references=("no such word",))])
        second = result(
            house,
            "judged",
            lambda version: version.question.references != ("amber",) and graded_by_what_stands(version),
        )
        time.sleep(2.0)
        last = result(house, "judged", lambda _: True)
    finally:
        house.services.stop(("judge",))

    assert first.verdicts[0].verdicts.backend == "oracle"
    given = {grade.arm: grade.grade for grade in first.verdicts[0].verdicts.grades}
    assert given
    assert {arm: grade == 5 for arm, grade in given.items()} == {
        arm: first.answers[arm].scores["correct"] == 1.0 for arm in given
    }
    assert {grade.grade for grade in second.verdicts[0].verdicts.grades} == {1}
    assert last.result_version == second.result_version, "a version that a verdict made is not judged again"
    assert house.unaccounted() <= unaccounted_before
