"""Valid questions with all fields filled in, and all that follows from them."""

from shared.contests.files import shipped
from shared.messages import (
    AdapterRef,
    Filters,
    Form,
    Found,
    Message,
    PairVotes,
    Presentation,
    ReferencesSource,
    Result,
    Turn,
    VerdictsTaken,
)
from shared.messages.feedback import Ballot, counted
from tests import builders
from tests.builders import NOON
from tests.hostile.valid_news import STORY
from tests.results import ARMS, a_result, a_scored

SCHEMA = {"type": "object", "properties": {"place": {"type": "string", "maxLength": 9}}, "required": ["place"]}


def questions(name: str) -> list[Message]:
    filters = Filters(
        sources=("Harrow Vale Wire",), tags=("culture",), languages=("en",), published_from=NOON, published_to=NOON
    )
    full = builders.a_question(
        question_id=name,
        kind="conversation",
        choices=("the old harbour", "the pier"),
        outdated="the fields",
        history=(Turn(role="asker", text="What moves?"), Turn(role="assistant", text="The fair [1].")),
        gold_document_ids=("story-1",),
        filters=filters,
        labels=("desk",),
        as_of=NOON,
        deadline_s=300.0,
        form=Form(max_words=9, language="en", json_schema=SCHEMA),
        presentation=Presentation(passages=2, order="shuffled"),
    )
    usual = builders.a_question(question_id=name, references=("the old harbour", "12 March 2025", "3.5 million"))
    return [usual, full, builders.a_question(question_id=name, kind="summarisation", form=Form(max_words=40))]


def evidence(name: str) -> list[Message]:
    item = builders.an_evidence_item(found_by={"dense": Found(rank=1, score=0.9)}, language="en")
    shown = {"contest": shipped().label, "ranker": "recency", "note": "", "searched_for": "lantern fair"}
    return [builders.evidence(question=question, items=(item, item), **shown) for question in questions(name)]


def answers(name: str) -> list[Message]:
    full = builders.an_answer(
        question_id=name,
        arm="tuned+rag",
        text="The old harbour [1], on 12 March 2025.",
        citations=("story-1:1:0",),
        evidence=("story-1:1:0",),
        evidence_titles=("Lantern fair moved",),
        evidence_texts=(STORY,),
        support=0.7,
        abstention="support.v2@0.6",
        adapter=AdapterRef(name="news", cutoff=NOON, weights_sha256="0" * 64),
        retrieval_ms=20.0,
        generation_ms=9.0,
        prompt_tokens=9,
        completion_tokens=9,
        log_probability=-1.5,
        answer_tokens=3,
        choice_log_probabilities={"the pier": -2.0},
        cut=False,
        stale=False,
    )
    failed = builders.an_answer(
        question_id=name, arm="tuned", status="failed", failure="no adapter yet", failure_kind="no_adapter"
    )
    return [full, failed, builders.an_answer(question_id=name, arm="base", withheld="The pier", status="abstained")]


def references(name: str) -> list[Message]:
    full = builders.references(question_id=name, outdated="the fields", gold_document_ids=("story-1", "story-2"))
    return [full, builders.references(question_id=name, references=())]


def votes(name: str) -> list[Message]:
    return [
        builders.a_vote(question_id=name),
        builders.a_vote(question_id=name, voter="bob", choice="both_bad", arm_a="base"),
    ]


def verdicts(name: str) -> list[Message]:
    said = builders.verdicts(
        question_id=name,
        references_sha256="a",
        compared_sha256="b",
        graded_sha256="c",
        warnings=("kin",),
        judged_ms=9.0,
    )
    return [said, builders.verdicts("inconsistent", ("base", "tuned"), None, question_id=name, judge="second")]


def results(name: str) -> list[Message]:
    answers = [a_scored(arm, scores={"f1": 0.5}) for arm in ARMS]
    ballot = Ballot(voter="ann", choice="a", shown_first="base", appended_at=NOON, offset=0)
    cast: PairVotes = counted(("base", "tuned"), [ballot])
    full: Result = a_result(*answers[:3], missing=("tuned+rag",), question_id=name).model_copy(
        update={
            "contest": shipped().taken,
            "result_version": 2,
            "votes": (cast,),
            "references_from": ReferencesSource(given_by="desk", appended_at=NOON, offset=1),
            "verdicts": (VerdictsTaken(verdicts=builders.verdicts(question_id=name), appended_at=NOON, offset=3),),
        }
    )
    return [full, a_result(*answers, question_id=name)]
