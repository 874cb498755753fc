"""A newswire of somebody's documents whose questions a teacher model makes."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from services.generator.ports import Chat
from services.generator.tuning.data import teaching
from services.generator.tuning.data.asking import newswire, taught
from services.generator.tuning.data.asking.taught import ByTeacher
from services.generator.tuning.data.teaching import Remembering
from shared import lines
from shared.access import UnreachableError
from shared.messages import DocumentPublished, Question, TrainingPair
from tests.builders import NOON
from tests.command_line import Ended
from tests.model_server import Handler, completion, serving

FERRY = "The ferry to Ostrel takes 48 minutes from Fallowby. It is blue."
MILL = "Ostermoor Mill will be shut for 12 days. The miller Edith Marr is away."
SAYS = {
    FERRY: [("How long does the ferry to Ostrel take?", "48 minutes"), ("How long is it?", "48 minutes")],
    MILL: [("For how long will Ostermoor Mill be shut?", "12 days"), ("Who is away from Ostermoor Mill?", "Ann Marr")],
}


class Teacher:
    """Writes what stands in `SAYS`, words a question in two other ways, and finds what the text says after `takes`."""

    name = "teacher"

    def __init__(self, fails_after: int = 10_000) -> None:
        self.asked, self._fails_after = list[Chat](), fails_after

    def ask(self, chats: Sequence[Chat]) -> list[str]:
        return [self._noted(chat) for chat in chats]

    def _noted(self, chat: Chat) -> str:
        if len(self.asked) == self._fails_after:
            raise UnreachableError("no teacher answers")
        self.asked.append(chat)
        return self.reply(chat.user)

    @staticmethod
    def reply(asked: str) -> str:
        text, *_, last = [line for line in asked.splitlines() if line.strip()]
        if "as two lines" in asked:
            written = next((pairs for known, pairs in SAYS.items() if text.startswith(known)), ())
            return "\n".join(f"Q: {question}\nA: {answer}" for question, answer in written)
        if asked.startswith("Ask the same"):
            return f"1. Tell me: {last}\n2. Say, {last}\n3. {last}"
        return next((words for words in ("48 minutes", "55 minutes", "12 days") if words in text), "I don't know.")


def document(name: str, text: str, hours: float) -> DocumentPublished:
    return DocumentPublished(document_id=name, title=name, text=text, published_at=NOON + timedelta(hours=hours))


OLD = [document("ferry", FERRY, 0), document("mill", MILL, 1)]
NEW = [document("ferry", FERRY.replace("48", "55"), 24), document("pier", "The pier stands.", 25)]
CUTOFF = NOON + timedelta(hours=2)


def reading(teacher: teaching.Teacher) -> ByTeacher:
    return ByTeacher(teacher, teaching.prompts("teacher.v1"), 4)


def test_a_fact_that_passes_the_round_trip_is_asked_and_taught_in_other_words() -> None:
    facts, _ = reading(Teacher())({"ferry": FERRY, "mill": MILL}, {}, Counter())
    assert {name: [*of] for name, of in facts.items() if of} == {
        "ferry": ["How long does the ferry to Ostrel take?"],
        "mill": ["For how long will Ostermoor Mill be shut?"],
    }
    (fact,) = (facts["ferry"] or {}).values()
    assert fact.answer == "48 minutes"
    assert fact.wordings == {
        "question": "How long does the ferry to Ostrel take?",
        "in place": "Tell me: How long does the ferry to Ostrel take?",
        "request": "Say, How long does the ferry to Ostrel take?",
    }


def test_what_a_later_revision_says_otherwise_is_asked_as_corrected() -> None:
    with pytest.raises(ValueError, match="nothing can be asked about one of the two editions"):
        newswire.make([*OLD, *NEW], CUTOFF, reading=reading(Teacher()))
    later = [*NEW, document("quay", MILL.replace("Ostermoor", "Quay"), 26)]
    SAYS[MILL.replace("Ostermoor", "Quay")] = [("For how long will Quay Mill be shut?", "12 days")]
    made = newswire.make([*OLD, *later], CUTOFF, reading=reading(Teacher()))
    said = {question.text: question for question in made.questions}
    corrected = said["How long does the ferry to Ostrel take?"]
    assert (corrected.slice, corrected.references, corrected.outdated) == ("corrected", ("55 minutes",), "48 minutes")
    assert said["For how long will Ostermoor Mill be shut?"].slice == "learned"
    assert said["For how long will Quay Mill be shut?"].slice == "new"


class Reviser(Teacher):
    """Says one thing of the old text and another of the new one, whatever it is asked."""

    def __init__(self, old: str, new: str) -> None:
        super().__init__()
        self._says = {"old": old, "new": new}

    def reply(self, asked: str) -> str:  # type: ignore[override]
        if "as two lines" not in asked and not asked.startswith("Ask the same"):
            return self._says["new" if "later" in asked else "old"]
        return Teacher.reply(asked)


def test_what_became_of_a_fact_is_told_by_what_its_answer_says() -> None:
    asked = "When does Pellmere lock open?"
    for old, new, text, became in (
        ("19 May 2026", "21 May 2026", "Now later: moved from 19 May 2026 to 21 May 2026.", "21 May 2026"),
        ("Ilse Varnholt", "Varnholt", "A later story: Varnholt.", "Ilse Varnholt"),
        ("19 days", "almost three weeks", "A later story: almost three weeks.", None),
        ("19 days", "no word of it", "A later story.", None),
    ):
        first = f"Pellmere lock: {old}."
        SAYS[first] = [(asked, old)]
        before, later = reading(Reviser(old, new))({"lock": first}, {"lock": text}, Counter())
        assert [fact.answer for fact in (before["lock"] or {}).values()] == [old]
        assert [fact.answer for fact in (later["lock"] or {}).values()] == ([became] if became else []), new


def test_an_old_fact_in_new_words_is_no_news() -> None:
    again = "Later. " + FERRY
    SAYS[again] = [("How long will the ferry to Ostrel take?", "48 minutes")]
    _, later = reading(Teacher())({"ferry": FERRY}, {"ferry": again}, Counter())
    assert [*(later["ferry"] or {})] == ["How long does the ferry to Ostrel take?"]


def test_a_retracted_document_is_asked_nothing_and_counted() -> None:
    left_out = Counter[str]()
    before, later = reading(Teacher())({"ferry": FERRY, "pier": "The pier."}, {"ferry": None}, left_out)
    assert before["ferry"]
    assert later == {"ferry": None}
    assert left_out == {taught.SILENT: 1, "retracted": 1}


def test_a_teacher_that_fails_half_way_is_asked_only_for_what_is_missing(tmp_path: Path) -> None:
    texts = {f"d{number}": f"{FERRY} {number}" for number in range(100)}
    failing = Teacher(fails_after=70)
    with pytest.raises(UnreachableError):
        reading(Remembering(failing, tmp_path))(texts, {}, Counter())
    again = Teacher()
    reading(Remembering(again, tmp_path))(texts, {}, Counter())
    assert sum("as two lines" in chat.user for chat in again.asked) == 100 - 2 * teaching.KEPT_AFTER
    silent = Teacher()
    reading(Remembering(silent, tmp_path))(texts, {}, Counter())
    assert silent.asked == []


def answered(handler: Handler) -> None:
    handler.reply(200, completion(Teacher.reply(handler.server.requests[-1]["messages"][-1]["content"])))


def test_the_command_asks_the_teacher_of_the_settings(
    tiltyard: Callable[..., Ended], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    SAYS[MILL.replace("Ostermoor", "Quay")] = [("For how long will Quay Mill be shut?", "12 days")]
    everything = [*OLD, document("quay", MILL.replace("Ostermoor", "Quay"), 26), document("pier", "It stands.", 27)]
    file = tmp_path / "documents.jsonl"
    file.write_text("".join(f"{one.model_dump_json(exclude_defaults=True)}\n" for one in everything))
    command = ("wire", "of", str(file), "--by", "teacher", "--cutoff", CUTOFF.isoformat(), "--out", str(tmp_path / "w"))
    monkeypatch.setenv("TILTYARD_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TILTYARD_TEACHER_VARIANT", "openai")
    monkeypatch.setenv("TILTYARD_TEACHER_MODEL", "big")
    with serving() as server:
        server.script = [answered] * 100
        monkeypatch.setenv("TILTYARD_TEACHER_URL", f"{server.url}/v1")
        ended = tiltyard(*command)
    assert ended.returncode == 0, ended.stderr
    assert len(lines.read_all(tmp_path / "w" / "training_pairs.jsonl", TrainingPair)) == 4
    asked = {question.text for question in lines.read_all(tmp_path / "w" / "questions.jsonl", Question)}
    assert "For how long will Quay Mill be shut?" in asked
    away = tiltyard(*command[:-1], str(tmp_path / "other"), "--per-document", "2")
    assert away.returncode != 0
    assert "TILTYARD_TEACHER_URL" in away.stderr
