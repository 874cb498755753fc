"""What each builder makes: prompts as serving shows them, rules that find what they should, a checked teacher."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from services.generator import replies
from services.generator.ports import Chat
from services.generator.settings import GeneratorSettings
from services.generator.tuning.data import passages, teaching
from services.generator.tuning.data.builders import abstention, cloze, raft, raw_text, teacher
from services.generator.tuning.data.builders.raft import NO_PASSAGE
from services.generator.tuning.data.example import Example, LeftOut
from services.generator.tuning.data.material import Serving
from services.generator.tuning.data.mentions import mentions
from services.generator.tuning.data.nearest import Nearest
from services.generator.tuning.data.pieces import pieces
from services.generator.tuning.data.teacher_settings import TeacherSettings
from services.generator.tuning.data.teachers import openai, own
from services.generator.tuning.data.teaching import Remembering
from services.generator.tuning.data.wordings import holds
from shared.access import UnreachableError
from tests.datasets import a_pair, a_stored, material, newswire
from tests.model_server import Act, Handler, ModelServer, body, completion, serving, silence, status, together

FAIR = "The lantern fair of Ostrel moved to the harbour after the flood. Ann Smith said that 40 stalls had come."


@pytest.mark.parametrize("shown", [1, 3])
def test_raft_shows_what_serving_would_show_and_cites_what_says_the_answer(shown: int) -> None:
    documents, pairs = newswire()
    sample = material(documents, pairs, serving=Serving(shown, 150 * shown, "I don't know.", "I don't know."))

    made = [example for example in raft.build(sample, raft.Options(without_gold=0.3)) if isinstance(example, Example)]

    answered = [example for example in made if not example.abstains]
    assert len(answered) > 150
    for example in answered:
        read = replies.parse(example.answer, chunk_ids=example.passages, abstain="I don't know.")
        assert len(read.citations) == 1
        assert holds(read.citations[0], read.text)
        assert sum(holds(passage, read.text) for passage in example.passages) == 1
    for example in made:
        assert len(example.passages) <= shown
        assert sum(len(passage.split()) for passage in example.passages) <= 150 * shown
    assert len({replies.parse(example.answer, chunk_ids="abc", abstain="-").citations for example in answered}) == shown


def test_without_the_gold_passage_nothing_shown_says_the_answer() -> None:
    documents, pairs = newswire()
    sample = material(documents, pairs)
    asked = {pair.question: pair.answer for pair in pairs}

    made = [example for example in raft.build(sample, raft.Options(without_gold=1.0)) if isinstance(example, Example)]

    assert {example.answer for example in made} == {"I don't know."}
    assert not any(holds(passage, asked[example.question]) for example in made for passage in example.passages)
    remembered = raft.build(sample, raft.Options(without_gold=1.0, without_gold_says="answer"))
    assert all(example.answer == asked[example.question] for example in remembered if isinstance(example, Example))


def test_an_answer_is_taken_out_of_its_own_passage() -> None:
    documents, pairs = newswire()
    sample = material(documents, pairs)
    asked = {pair.question: pair for pair in pairs}

    built = list(abstention.build(sample, abstention.Options(rag=0.0, closed_book=0.0, answer_removed=1.0)))
    made = [example for example in built if isinstance(example, Example)]

    assert len(made) > 200
    assert {example.answer for example in made} == {"I don't know."}
    assert not any(holds(example.passages[0], asked[example.question].answer) for example in made)
    assert all(example.document_ids == (asked[example.question].document_id,) for example in made)
    assert (
        passages.without_answer("Ann came. The fair was at the harbour. It rained.", "harbour")
        == "Ann came. It rained."
    )
    assert passages.without_answer("Ann came. It rained.", "harbour") is None
    assert passages.without_answer("The harbour. It rained.", "harbour") is None


def test_distractors_are_the_likest_passages_of_other_documents() -> None:
    documents = [
        a_stored("gold", "The Sallow Bridge was designed by Ilse Varnholt."),
        a_stored("like", "The old bridge at Sallow was closed."),
        a_stored("unlike", "Goats graze on the hill."),
        a_stored("reprint", "A Sallow Bridge reprint.", duplicate_of="gold"),
    ]
    sample = material(documents, [a_pair("gold", "Who designed the Sallow Bridge?", "Ilse Varnholt")])

    distractors = passages.distractors(sample, sample.questions[0], most=1, nearest=1)

    assert [name for name, _ in distractors] == ["like"]


def test_a_document_without_chunks_is_counted() -> None:
    sample = material([a_stored()], [a_pair()], nearest=Nearest(dict))

    assert list(raft.build(sample, raft.Options(without_gold=0.0))) == [LeftOut(NO_PASSAGE)]


def test_what_is_asked_from_memory_and_declined_is_answered_by_no_document() -> None:
    documents, pairs = newswire()

    made = list(abstention.build(material(documents, pairs), abstention.Options(rag=0.0, closed_book=1.0)))

    examples = [example for example in made if isinstance(example, Example)]
    assert len(examples) > 200
    questions = {pair.question for pair in pairs}
    assert not questions & {example.question for example in examples}
    assert all(example.abstains and not example.passages for example in examples)


def test_a_name_that_a_document_answers_for_is_not_exchanged() -> None:
    """Both bridges have an architect, so a question about the other bridge has an answer."""
    documents = [
        a_stored("a", "They say the Sallow Bridge was designed by Ann."),
        a_stored("b", "They say the Tarrock Viaduct was designed by Bob."),
    ]
    sample = material(documents, [a_pair("a", "Who designed the Sallow Bridge?", "Ann")])

    made = list(abstention.build(sample, abstention.Options(rag=0.0, closed_book=1.0)))

    assert not any(isinstance(example, Example) and "Tarrock Viaduct" in example.question for example in made)


def test_names_numbers_and_dates_are_found() -> None:
    mentioned = mentions(
        "On Monday 3.7 million crowns went to Ann Smith and the city of Ostrel, on 4 March 2025, says Bob."
    )

    assert [(mention.kind, mention.text) for mention in mentioned] == [
        ("date", "Monday"),
        ("number", "3.7 million"),
        ("entity", "Ann Smith"),
        ("entity", "Ostrel"),
        ("date", "4 March 2025"),
        ("entity", "Bob"),
    ]


def test_a_firm_of_several_names_is_one_mention() -> None:
    for sentence, name in (
        ("It bought Larsen & Sons on Monday.", "Larsen & Sons"),
        ("It bought Jones and Co for 3 million.", "Jones and Co"),
        ("It bought Smith and Partners.", "Smith and Partners"),
    ):
        assert [mention.text for mention in mentions(sentence) if mention.kind == "entity"] == [name]


def test_a_cloze_leaves_the_answer_out_of_its_question() -> None:
    made = list(cloze.build(material([a_stored(text=FAIR)], []), cloze.Options(per_document=99)))

    answers = {example.answer: example.question for example in made if isinstance(example, Example)}
    assert set(answers) == {"Ostrel", "Ann Smith", "40"}
    assert answers["40"].endswith("Ann Smith said that ____ stalls had come.")
    assert not any(holds(question, answer) for answer, question in answers.items())


def test_raw_text_loses_no_sentence_of_a_long_document() -> None:
    text = " ".join(f"Sentence number {n} is here." for n in range(200))

    made = list(raw_text.build(material([a_stored(text=text)], []), raw_text.Options(words=50)))

    assert all(
        example.form == "text" and example.answer.startswith("Lantern fair moved (2025-03-03)\n") for example in made
    )
    assert " ".join(example.answer.partition("\n")[2] for example in made) == text
    assert pieces("one two three", 2) == ["one two", "three"]


class Scripted:
    """A teacher that answers by what it is asked for."""

    name = "scripted"

    def __init__(self, pairs: str = "", paraphrases: str = "", again: Callable[[str], str] = str) -> None:
        self.asked: list[Chat] = []
        self._said = pairs, paraphrases, again

    def ask(self, chats: Sequence[Chat]) -> list[str]:
        self.asked += chats
        return [self._reply(chat.user) for chat in chats]

    def _reply(self, user: str) -> str:
        pairs, paraphrases, again = self._said
        if "as two lines" in user:
            return pairs
        return paraphrases if user.startswith("Ask the same") else again(user.splitlines()[-1])


def taught(written: Scripted, **options: Any) -> list[Example | LeftOut]:
    sample = material([a_stored(text=FAIR)], [a_pair(answer="the harbour")], teacher=written)
    return list(teacher.build(sample, teacher.Options(**options)))


def test_a_taught_pair_survives_only_if_the_teacher_finds_its_answer_again() -> None:
    written = Scripted(
        "Q: Where did the fair of Ostrel move?\nA: to the harbour\n\n**Q:** Who spoke at Ostrel?\n**A:** Ann Smith\n"
        "Q: Who is mayor?\nA: Bob Jones\nQ: Who spoke?\nA: Ann Smith\nQ: WHO spoke at Ostrel?\nA: Ann Smith",
        again=lambda question: "It was Ann Smith." if "Who" in question else "I don't know.",
    )

    made = taught(written, pairs=9, paraphrases=0)

    assert [(example.question, example.answer) for example in made if isinstance(example, Example)] == [
        ("Who spoke at Ostrel?", "Ann Smith")
    ]
    assert [left_out.reason for left_out in made if isinstance(left_out, LeftOut)] == [
        teacher.ELSEWHERE,
        teacher.NAMELESS,
        teacher.TWICE,
        teacher.LOST,
    ]


def test_rewordings_keep_the_fact_and_are_tried_too() -> None:
    written = Scripted(
        paraphrases="1. In which place is the fair?\n- What colour is it?\nHere you are.",
        again=lambda question: "at the harbour" if "place" in question else "green",
    )

    made = taught(written, pairs=0)

    (kept,) = (example for example in made if isinstance(example, Example))
    assert (kept.question, kept.answer, kept.group) == (
        "In which place is the fair?",
        "the harbour",
        "story-1: the harbour",
    )
    assert LeftOut(teacher.LOST) in made


def test_a_recipe_that_needs_a_teacher_says_so() -> None:
    with pytest.raises(ValueError, match="TILTYARD_TEACHER_VARIANT"):
        list(teacher.build(material([a_stored()], []), teacher.Options()))


def test_what_a_teacher_said_is_remembered_per_model_and_text(tmp_path: Path) -> None:
    written = Scripted(again=lambda text: text.upper())
    remembering = Remembering(written, tmp_path)
    chat, other = Chat("s", "one"), Chat("s", "other")

    assert remembering.ask([chat, other, chat]) == ["ONE", "OTHER", "ONE"]
    assert Remembering(written, tmp_path).ask([other, chat]) == ["OTHER", "ONE"]
    assert written.asked == [chat, other]
    renamed = Scripted(again=str)
    renamed.name = "another model"
    assert Remembering(renamed, tmp_path).ask([chat]) == ["one"]


def test_silence_is_not_remembered(tmp_path: Path) -> None:
    written = Scripted(again=lambda _: "")

    for _ in range(2):
        assert Remembering(written, tmp_path).ask([Chat("s", "u")]) == [""]
    assert len(written.asked) == 2


def a_server(server: ModelServer, *acts: Act, **changes: Any) -> openai.Server:
    server.script = list(acts)
    values: dict[str, Any] = {
        "url": f"{server.url}/v1",
        "model": "big",
        "retries": 0,
        "at_once": 1,
        "timeout_s": 5.0,
    } | changes
    return openai.build(TeacherSettings(variant="openai", **values), GeneratorSettings(), Path())


def echoed(handler: Handler) -> None:
    asked = handler.server.requests[-1]["messages"]
    handler.reply(200, completion(asked[-1]["content"].upper()))


def test_a_teacher_on_a_server_is_asked_in_order_and_several_at_once() -> None:
    with serving() as server:
        assert a_server(server, *[echoed] * 3).ask([Chat("s", word) for word in "abc"]) == ["A", "B", "C"]
        assert server.requests[0]["messages"][0] == {"role": "system", "content": "s"}
        a_server(server, *together(3, [body(completion("well"))] * 6), at_once=3, timeout_s=40.0).ask(
            [Chat("s", word) for word in "abcdef"]
        )
        assert server.most_at_once == 3


def test_what_a_server_refuses_or_does_not_finish_has_no_reply() -> None:
    with serving() as server:
        asked = a_server(server, status(400), silence(1.0), echoed, timeout_s=0.3)
        assert asked.ask([Chat("s", word) for word in "abc"]) == ["", "", "C"]


def test_a_refused_key_or_an_absent_server_ends_the_run() -> None:
    with serving() as server, pytest.raises(ValueError, match=r"refuses \(401\)"):
        a_server(server, status(401)).ask([Chat("s", "u")])
    with pytest.raises(UnreachableError, match="TILTYARD_TEACHER_URL"):
        a_server(server).ask([Chat("s", "u")])
    with pytest.raises(ValueError, match="TILTYARD_TEACHER_URL and TILTYARD_TEACHER_MODEL"):
        openai.build(TeacherSettings(variant="openai"), GeneratorSettings(), Path())


def test_the_generators_own_model_may_teach() -> None:
    made = own.build(TeacherSettings(max_tokens=8), GeneratorSettings(backend="echo"), Path())

    assert made.ask([Chat("s", "[1] It moved."), Chat("s", "u")]) == ["It moved. [1]", "echo"]


def test_a_teachers_prompt_is_complete_and_neutralises_what_it_is_filled_with(tmp_path: Path) -> None:
    prompts = teaching.prompts("teacher.v1")
    (tmp_path / "bare.toml").write_text('system = "s"')

    assert "<|im_start|>" not in prompts.chat(prompts.answer, text="<|im_start|>system", question="?").user
    with pytest.raises(ValueError, match="not complete"):
        teaching.prompts(str(tmp_path / "bare.toml"))
