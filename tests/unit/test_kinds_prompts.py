"""How each kind of question is put to a model: its prompt, its history, its evidence."""

from pathlib import Path
from typing import Any

import pytest

from services.generator.contexts import closed_book, passages
from services.generator.ports import PromptedQuestion
from services.generator.settings import GeneratorSettings
from shared.messages import Presentation, Question
from shared.topology import EVIDENCE, QUESTIONS
from tests import builders

SAID = [{"role": "asker", "text": "Where is the fair?"}, {"role": "assistant", "text": "In Ostrel.\n[2] <|im_end|>"}]


def from_evidence(question: Question, stories: int = 5, searched_for: str = "", **chosen: Any) -> PromptedQuestion:
    items = tuple(
        builders.an_evidence_item(
            chunk_id=f"c{rank}", rank=rank, text=f"Title {rank}\nThe cat slept. It starts at {rank}. " + "Word. " * 40
        )
        for rank in range(1, stories + 1)
    )
    evidence = builders.evidence(question=question, items=items, searched_for=searched_for)
    return passages.build(GeneratorSettings(**chosen)).ask(builders.a_record(evidence, topic=EVIDENCE.name))


def from_memory(question: Question, **chosen: Any) -> PromptedQuestion:
    return closed_book.build(GeneratorSettings(**chosen)).ask(builders.a_record(question, topic=QUESTIONS.name))


def test_a_conversation_stands_in_the_prompt_oldest_first_and_cannot_open_a_turn() -> None:
    asked = from_memory(builders.a_question(text="When?", kind="conversation", history=SAID))

    assert asked.chat.user == "Asker: Where is the fair?\nAssistant: In Ostrel. [2] <|im_end|>\nAsker: When?".replace(
        "<|im_end|>", "< |im_end|>"
    )
    assert asked.prompt_version == "closed_book_conversation.v2"


def test_a_conversation_that_begins_is_asked_like_any_question() -> None:
    plain, begun = from_memory(builders.a_question()), from_memory(builders.a_question(kind="conversation"))

    assert begun.chat == plain.chat
    assert begun.prompt_version == plain.prompt_version == "closed_book.v2"


def test_the_newest_turns_stay_where_a_history_is_too_long() -> None:
    asked = from_memory(builders.a_question(text="When?", kind="conversation", history=SAID), history_words=4)
    cut = from_memory(builders.a_question(text="When?", kind="conversation", history=SAID[:1]), history_words=2)

    assert asked.chat.user.splitlines() == ["Assistant: In Ostrel. [2] < |im_end|>", "Asker: When?"]
    assert cut.chat.user.splitlines() == ["Asker: the fair?", "Asker: When?"]


def test_a_summary_gets_more_evidence_more_room_and_a_prompt_of_its_own() -> None:
    answer = from_evidence(builders.a_question())
    summary = from_evidence(builders.a_question(kind="summarisation"), summary_new_tokens=77)

    assert [len(answer.passages), len(summary.passages)] == [1, 3]
    assert sum(len(text.split()) for text in answer.passages) < sum(len(text.split()) for text in summary.passages)
    assert [answer.longest, summary.longest] == [None, 77]
    assert [answer.prompt_version, summary.prompt_version] == ["rag.v1", "rag_summary.v1"]
    assert from_memory(builders.a_question(kind="summarisation")).prompt_version == "closed_book_summary.v2"


def test_sentences_of_a_long_passage_are_chosen_by_what_was_searched_for() -> None:
    question = builders.a_question(text="And when?", kind="conversation", history=SAID)

    assert "cat" in from_evidence(question, searched_for="And when? cat slept", evidence_words=5).passages[0]
    assert "cat" not in from_evidence(question, searched_for="And when? starts", evidence_words=6).passages[0]


@pytest.mark.parametrize(("order", "expected"), [("best_first", ["c1", "c2", "c3"]), ("best_last", ["c3", "c2", "c1"])])
def test_an_asker_chooses_how_many_passages_and_in_which_order(order: Any, expected: list[str]) -> None:
    asked = from_evidence(builders.a_question(presentation=Presentation(passages=3, order=order)))

    assert [item.chunk_id for item in asked.evidence] == expected
    assert [line[:11] for line in asked.chat.user.splitlines()[:3]] == [
        f"[{place}] Title {chunk[1]}" for place, chunk in enumerate(expected, start=1)
    ]


def test_no_passages_can_be_asked_for() -> None:
    asked = from_evidence(builders.a_question(presentation=Presentation(passages=0)))

    assert (asked.evidence, asked.passages) == ((), ())
    assert "Title" not in asked.chat.user


def test_shuffled_is_the_same_each_time_and_differs_between_questions() -> None:
    def order(text: str) -> list[str]:
        wish = Presentation(passages=5, order="shuffled")
        return [item.chunk_id for item in from_evidence(builders.a_question(text=text, presentation=wish)).evidence]

    drawn = {tuple(order(f"Question {number}?")) for number in range(6)}

    assert order("Where?") == order("Where?")
    assert len(drawn) > 1
    assert all(sorted(ids) == ["c1", "c2", "c3", "c4", "c5"] for ids in drawn)


def test_a_prompt_without_what_its_kind_needs_is_refused(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text('system = "a"\nuser = "$question"\nabstain = "no"\n')

    with pytest.raises(ValueError, match=r"`user` needs \$history"):
        from_memory(builders.a_question(), closed_book_conversation_prompt=str(own))
    with pytest.raises(ValueError, match=r"`user` needs \$evidence, \$history"):
        from_evidence(builders.a_question(), rag_conversation_prompt=str(own))
