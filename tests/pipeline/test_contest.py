"""A contest of any arms through the whole pipeline: announced while everything runs, and agreed on by all services."""

from datetime import timedelta

import pytest

from shared import topology
from shared.contests.calendar import CLOCKS_DIFFER
from shared.lab import summary
from shared.lab.accounting import audit
from shared.messages import EvidenceFound, Recipe, Result
from tests import adapters
from tests.builders import a_document, a_question
from tests.contests import ARMS, a_contest, an_arm
from tests.pipeline.conftest import Pipeline
from tests.pipeline.test_pipeline import MemoryAuditSource
from tests.standings import standings

SHORT = {"prompt": "rag_summary.v1"}
SEVEN = a_contest(
    "base",
    an_arm("base+hybrid", context="hybrid"),
    an_arm("base+words", speaker="base", context="words"),
    an_arm("base+hybrid-long", speaker="base", context="hybrid", options=SHORT),
    "tuned",
    an_arm("tuned+hybrid", context="hybrid"),
    "small",
    name="seven",
    recipes=(
        Recipe(name="hybrid"),
        Recipe(name="words", options={"search": "bm25", "rankers": "unchanged", "top_k": 1}),
    ),
)


def asked(pipeline: Pipeline, question_id: str) -> Result:
    pipeline.broker.publish(topology.QUESTIONS, a_question(question_id=question_id))
    pipeline.run()
    return pipeline.published()[question_id]


def evidence(pipeline: Pipeline, question_id: str) -> dict[str, EvidenceFound]:
    messages = [EvidenceFound.model_validate_json(record.value or b"") for record in
                pipeline.broker.records(topology.EVIDENCE.name)]  # fmt: skip
    return {message.recipe: message for message in messages if message.question.question_id == question_id}


@pytest.fixture
def knowing(pipeline: Pipeline) -> Pipeline:
    """With documents, an adapter in each of two tracks, and three workers of which one serves two speakers."""
    pipeline.adapters |= {
        "first": adapters.saved(pipeline.adapters_folder, "first"),
        "second": adapters.saved(pipeline.adapters_folder, "second", track="small"),
    }
    pipeline.workers = {"base": "", "both": "tuned,small"}
    pipeline.restart()
    pipeline.broker.publish(topology.DOCUMENTS, a_document(), a_document(document_id="d-2", text="Boats rest."))
    pipeline.run()
    return pipeline


def test_seven_arms_of_two_recipes_two_tracks_and_two_prompts_all_answer(knowing: Pipeline) -> None:
    knowing.announce(SEVEN)
    result = asked(knowing, "q-7")

    assert result.contest == SEVEN.taken
    assert result.missing == ()
    assert set(result.answers) == set(SEVEN.arm_names)
    said = {arm: scored.answer for arm, scored in result.answers.items()}
    assert all(answer.status == "answered" for answer in said.values()), {
        arm: answer.failure for arm, answer in said.items()
    }
    assert {arm: answer.adapter.name for arm, answer in said.items() if answer.adapter} == {
        "tuned": "first", "tuned+hybrid": "first", "small": "second",
    }  # fmt: skip
    assert said["base+hybrid-long"].prompt_version == "rag_summary.v1"


def test_arms_of_one_recipe_see_the_very_same_passages_and_of_another_their_own(knowing: Pipeline) -> None:
    knowing.announce(SEVEN)
    by_recipe = evidence(knowing, asked(knowing, "q-7").question.question_id)

    assert set(by_recipe) == {"hybrid", "words"}
    assert (by_recipe["hybrid"].search, by_recipe["words"].search, by_recipe["words"].ranker) == (
        "weighted",
        "bm25",
        "unchanged",
    )
    assert len(by_recipe["words"].items) == 1
    assert {message.contest for message in by_recipe.values()} == {SEVEN.label}
    said = knowing.published()["q-7"].answers
    assert said["base+hybrid"].answer.evidence == said["tuned+hybrid"].answer.evidence
    assert said["base+hybrid"].answer.evidence == said["base+hybrid-long"].answer.evidence


def test_a_question_belongs_to_the_contest_of_its_append_time_whenever_it_is_handled(knowing: Pipeline) -> None:
    """One asked before the announcement, but handled after it, and one in the moment in which clocks may differ."""
    knowing.broker.publish(topology.QUESTIONS, a_question(question_id="before"))
    knowing.announce(SEVEN)
    knowing.clock.time -= CLOCKS_DIFFER
    knowing.broker.publish(topology.QUESTIONS, a_question(question_id="meanwhile"))
    knowing.clock.time += CLOCKS_DIFFER
    knowing.broker.publish(topology.QUESTIONS, a_question(question_id="after"))
    knowing.run()
    contests = {name: result.contest for name, result in knowing.published().items()}

    assert {name: len(contest.arms) for name, contest in contests.items() if contest} == {
        "before": len(ARMS), "meanwhile": len(ARMS), "after": 7,
    }  # fmt: skip
    assert all(not result.missing for result in knowing.published().values())


def test_services_that_hear_of_a_contest_at_different_times_agree(knowing: Pipeline) -> None:
    """The retriever answers before the contest is announced; generator and scorer only afterwards."""
    knowing.broker.publish(topology.QUESTIONS, a_question(question_id="early"))
    retriever = next(runner for runner in knowing.runners if runner.service == "retriever")
    while retriever.run_once():
        pass
    knowing.announce(SEVEN)
    knowing.run()

    result = knowing.published()["early"]
    assert set(result.answers) == set(ARMS)
    assert result.missing == ()


def test_a_summary_has_the_arms_of_the_contest_in_their_order(knowing: Pipeline) -> None:
    knowing.announce(SEVEN)
    asked(knowing, "new")

    assert list(summary.of_results(list(knowing.published().values())).arms) == [arm.name for arm in SEVEN.arms]


def test_standings_never_mix_two_contests(knowing: Pipeline) -> None:
    asked(knowing, "old")
    knowing.announce(SEVEN)
    asked(knowing, "new")
    by_contest = {
        standing.key: standing
        for standing in standings(list(knowing.published().values()), ARMS)
        if standing.slice == "all"
    }

    assert [len(standing.arms) for standing in by_contest.values()] == [4, 7] or [
        len(standing.arms) for standing in by_contest.values()
    ] == [7, 4]
    assert all(standing.arms["base"]["failed"].n == 1 for standing in by_contest.values())


def test_an_arm_that_no_worker_serves_is_missing_at_the_deadline_and_nothing_waits_longer(knowing: Pipeline) -> None:
    knowing.announce(a_contest("base", "nobody"))
    knowing.broker.publish(topology.QUESTIONS, a_question(question_id="q", deadline_s=5.0))
    knowing.run()
    assert "q" not in knowing.published()
    knowing.clock.time += timedelta(seconds=6)
    knowing.run()

    assert knowing.published()["q"].missing == ("nobody",)


def test_a_contest_that_needs_another_word_index_is_taken_up_while_documents_are_there(knowing: Pipeline) -> None:
    recipe = Recipe(name="counts", options={"search": "tfidf", "rankers": "unchanged"})
    knowing.announce(a_contest(an_arm("base+counts", speaker="base", context="counts"), recipes=(recipe,)))
    result = asked(knowing, "q")

    assert evidence(knowing, "q")["counts"].search == "tfidf"
    assert result.answers["base+counts"].answer.evidence, "what was published before is in the new index"


def test_a_contest_without_passages_asks_the_retriever_for_nothing(knowing: Pipeline) -> None:
    knowing.announce(a_contest("base"))
    asked(knowing, "q")

    assert evidence(knowing, "q") == {}


def test_an_arm_of_gold_reads_the_document_that_the_question_names_whatever_search_finds(knowing: Pipeline) -> None:
    knowing.announce(a_contest("base+rag", an_arm("base+gold", context="gold"), an_arm("tuned+gold", context="gold"),
                               recipes=(Recipe(name="rag"),)))  # fmt: skip
    knowing.broker.publish(topology.QUESTIONS, a_question(question_id="named", gold_document_ids=("d-2",)))
    result = asked(knowing, "unnamed")
    named = knowing.published()["named"]

    assert evidence(knowing, "named")["gold"].items[0].document_id == "d-2"
    assert named.answers["base+gold"].answer.evidence == named.answers["tuned+gold"].answer.evidence == ("d-2:1:0",)
    assert named.answers["base+gold"].answer.status == "answered"
    assert {arm: scored.answer.status for arm, scored in result.answers.items()} == {
        "base+rag": "answered", "base+gold": "skipped", "tuned+gold": "skipped",
    }  # fmt: skip
    assert result.missing == ()
    assert result.answers["base+gold"].scores == {}


def test_the_audit_counts_evidence_for_each_recipe(knowing: Pipeline) -> None:
    knowing.announce(SEVEN)
    asked(knowing, "one")
    asked(knowing, "two")
    audited = audit(MemoryAuditSource(knowing))

    assert audited.evidence == {"hybrid": 2, "words": 2}
    assert audited.balanced
