"""Kinds of question: what goes together in one, and what a retriever searches for in a conversation."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from typer.testing import CliRunner

from services.console import turns
from services.console.app import build
from services.console.views import explanation as explanation_view
from services.retriever.condensers import last_turns, plain
from services.retriever.settings import RetrieverSettings
from shared.jobs.explain import EvidenceExplained
from shared.messages import Question, Turn
from tests.builders import a_question

SETTINGS = RetrieverSettings()


def a_conversation(text: str, *said: str) -> Question:
    """The asker begins, and turns alternate."""
    roles = ("asker", "assistant")
    history = [{"role": roles[place % 2], "text": turn} for place, turn in enumerate(said)]
    return a_question(text=text, kind="conversation", history=history)


def searched(text: str, *said: str, **chosen: Any) -> str:
    return last_turns.build(RetrieverSettings(**chosen))(a_conversation(text, *said))


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"history": [Turn(role="asker", text="Hello")]}, "history: a question of kind question_answering has none"),
        ({"kind": "summarisation", "choices": ("a", "b")}, "choices: a summary chooses between nothing"),
        ({"kind": "conversation", "history": [Turn(role="asker", text=" ")]}, "history: a turn needs words"),
        ({"kind": "conversation", "history": [Turn(role="asker", text="x" * 4_000)] * 5}, "20,000 characters"),
        ({"kind": "conversation", "history": [Turn(role="asker", text="x")] * 21}, "at most 20 items"),
        ({"kind": "summary"}, "'question_answering', 'summarisation' or 'conversation'"),
    ],
)
def test_what_does_not_go_together_is_refused_with_its_reason(changes: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        a_question(**changes)


def test_a_conversation_may_begin_and_a_question_without_kind_is_question_answering() -> None:
    assert a_question(kind="conversation").history == ()
    assert a_question().kind == "question_answering"
    assert Question.model_validate_json(a_conversation("And then?", "Who?", "Ann.").model_dump_json()).history[1] == (
        Turn(role="assistant", text="Ann.")
    )


def test_a_question_that_points_back_takes_along_what_it_points_at() -> None:
    query = searched("How heavy is it?", "Where was the stolen bell found?", "In a barn at Little Garrand.")

    assert query == "How heavy is it? Little Garrand stolen bell found"


def test_a_fragment_takes_the_subject_along_and_nothing_twice() -> None:
    query = searched(
        "And the bell of Ostrel?", "Is the bell of Wexcombe heavy?", "Yes, 410 kilograms.", condense_words=5
    )

    assert query == "And the bell of Ostrel? 410 Wexcombe heavy"


def test_a_question_that_stands_by_itself_is_searched_as_it_is() -> None:
    text = "Who painted The Herring Moon for Quillhaven?"

    assert searched(text, "Where is the lantern fair?", "In Ostrel.") == text


def test_carrying_over_stops_where_the_subject_was_opened() -> None:
    said = ["Who is mayor of Pellmere?", "Askrey.", "Which goat climbed the Lanthorn lighthouse?", "Parsnip."]

    assert "Pellmere" not in searched("Who owns her?", *said)
    assert searched("Who owns her?", *said) == "Who owns her? Parsnip goat climbed Lanthorn lighthouse"


def test_only_so_many_turns_and_words_are_carried_over() -> None:
    said = ["Tell me about trams", "Which?", "saffron ones", "Line 3", "and buses", "N7"]

    assert searched("When?", *said, condense_turns=2) == "When? N7 buses"
    assert searched("When?", *said, condense_words=1) == "When? N7"


def test_without_history_or_with_the_plain_condenser_nothing_changes() -> None:
    assert searched("How heavy is it?") == "How heavy is it?"
    assert plain.build(SETTINGS)(a_conversation("How heavy is it?", "The bell?")) == "How heavy is it?"


def test_a_history_in_a_script_without_capitals_is_carried_over_by_the_askers_words() -> None:
    assert searched("何时?", "拱桥在哪里", "在河边") == "何时? 拱桥在哪里"


def test_turns_of_the_command_line_alternate_behind_those_of_a_file(tmp_path: Path) -> None:
    file = tmp_path / "said.jsonl"
    file.write_text('{"role": "assistant", "text": "Welcome."}\n')

    fields = turns.of_kind("", ["Which bell?", "St Orrin's."], file)

    assert [(turn.role, turn.text) for turn in fields["history"]] == [
        ("assistant", "Welcome."),
        ("asker", "Which bell?"),
        ("assistant", "St Orrin's."),
    ]
    assert fields["kind"] == "conversation"
    assert turns.of_kind("summarisation", None, None) == {"kind": "summarisation", "history": ()}
    assert turns.of_kind("", None, None)["kind"] == "question_answering"


def test_a_line_that_is_no_turn_is_named(tmp_path: Path) -> None:
    file = tmp_path / "said.jsonl"
    file.write_text('{"role": "assistant", "text": "Welcome."}\n{"role": "judge", "text": "x"}\n')

    with pytest.raises(ValueError, match=r"said.jsonl, line 2: role: .*'asker' or 'assistant'"):
        turns.of_kind("", None, file)


def test_an_unknown_kind_is_answered_with_the_known_ones() -> None:
    said = CliRunner().invoke(build(), ["ask", "x", "--kind", "summary"])

    assert said.exit_code != 0
    assert "summarisation" in said.output + str(said.exception)


def test_an_explanation_says_what_was_searched_for(capsys: pytest.CaptureFixture[str]) -> None:
    explanation = EvidenceExplained(
        question=a_question(text="How heavy is it?"), queries=["How heavy is it? bell", "bell weight"], search="bm25",
        rankers=[], encoder="e", candidates=0, at="now", note="", evidence=[], others=[], lists=[],
    )  # fmt: skip
    explanation_view.show(explanation)

    printed = capsys.readouterr().out
    assert "searched for: How heavy is it? bell\nalso asked: bell weight" in printed
