"""Which questions a made newswire has: balanced kinds, somebody's own, and those in the shares of a log."""

import json
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from services.console.demo import newswire as demo_newswire
from services.generator.tuning.data.asking import balance, log, newswire, own, wordings
from shared import normalise
from shared.messages import Question
from shared.source_files import DataError
from tests.command_line import Ended
from tests.unit.test_newswire_of_documents import CUTOFF, DOCUMENTS, FERRY, published

WEEK = "\n".join(
    f"The council of Fallowby opened a {place} on {day}."
    for place, day in (("pool", "Monday"), ("mill", "Tuesday"), ("pier", "Friday"), ("park", "Sunday"))
)
OTHERS = "The port of Skarrow has 9 cranes.\nThe museum at Ostrel was opened in 1987."


def file_of(folder: Path, rows: Iterable[object]) -> Path:
    path = folder / "rows.jsonl"
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    return path


def sliced(folder: Path, *rows: object) -> dict[str, str]:
    documents = [one.model_copy(update={"first_seen_at": None}) for one in DOCUMENTS]
    questions = own.sliced(own.read(file_of(folder, rows)), documents[:3], documents[3:])
    return {question.text: question.slice for question in questions}


def test_a_document_is_asked_for_one_day_of_the_week_and_for_each_kind_first() -> None:
    facts = wordings.of_text(f"{WEEK}\n{OTHERS}")
    assert sum(balance.kind_of(fact) == balance.WEEKDAY for fact in facts) == 4

    for most, kinds in ((2, {"number", "year"}), (6, {"number", "year", "weekday"})):
        drawn = balance.drawn("a", facts, most, seed=1)
        assert {balance.kind_of(fact) for fact in drawn} == kinds
        assert sum(balance.kind_of(fact) == balance.WEEKDAY for fact in drawn) <= 1


def test_the_facts_of_a_document_follow_from_the_seed() -> None:
    facts = wordings.of_text(WEEK)
    drawn = {tuple(fact.answer for fact in balance.drawn("a", facts, 1, seed)) for seed in range(20)}

    assert balance.drawn("a", facts, 1, 3) == balance.drawn("a", list(facts), 1, 3)
    assert len(drawn) > 1


def test_own_questions_are_sliced_by_what_became_of_their_documents(tmp_path: Path) -> None:
    of = sliced(
        tmp_path,
        {"text": "Ferry?", "references": ["48"], "gold_document_ids": ["ferry"]},
        {"text": "Port?", "references": ["9"], "gold_document_ids": ["port"]},
        {"text": "Mill?", "references": ["15"], "gold_document_ids": ["mill", "ferry"]},
        {"text": "Museum?", "references": [], "gold_document_ids": ["museum"]},
        {"text": "Nothing?", "references": []},
        {"text": "Anything?", "references": ["yes"]},
        {"text": "Mine?", "references": ["yes"], "slice": "mine", "gold_document_ids": ["port"]},
    )
    assert of == {
        "Ferry?": "learned", "Port?": "new", "Mill?": "corrected", "Museum?": "retracted",
        "Nothing?": "unanswerable", "Anything?": "asked", "Mine?": "mine",
    }  # fmt: skip


def test_own_questions_that_cannot_be_asked_are_refused_with_their_line(tmp_path: Path) -> None:
    good = {"text": "How long?", "references": ["48"]}
    for rows, said in (
        ([good, {"text": "Why?"}], "line 2: no `references`"),
        ([good, {"text": "how long", "references": []}], "line 2: the same question as in .*line 1"),
        ([good | {"id": "a"}, {"text": "Why?", "references": [], "id": "a"}], "line 2: the same id as in .*line 1"),
        ([good, good | {"text": "Why?", "gold_document_ids": ["gone"]}], "line 2: gold_document_ids names 'gone'"),
        ([{"references": []}], "line 1: text"),
        ([], "has no question"),
    ):
        with pytest.raises(DataError, match=said):
            sliced(tmp_path, *rows)


def test_no_pair_has_the_words_of_an_own_question(tmp_path: Path) -> None:
    taken = "Tell me how many minutes the ferry takes from Fallowby."
    asked = own.read(file_of(tmp_path, [{"text": taken.upper(), "references": ["48"], "id": "mine"}]))
    wire = newswire.make(DOCUMENTS, CUTOFF, own_questions=asked)

    assert [(question.question_id, question.slice) for question in wire.questions] == [("mine", "asked")]
    assert "The ferry takes how many minutes from Fallowby?" in {pair.question for pair in wire.pairs}
    assert normalise.words(taken) not in {normalise.words(pair.question) for pair in wire.pairs}


def test_own_questions_need_no_news_that_can_be_asked_about(tmp_path: Path) -> None:
    dull = [*DOCUMENTS[:3], published("a", "It rained.", 5), published("b", "It rained.", 6)]
    asked = own.read(file_of(tmp_path, [{"text": "Did it rain?", "references": ["yes"]}]))

    assert newswire.make(dull, CUTOFF, own_questions=asked).pairs
    with pytest.raises(DataError, match="nothing can be asked"):
        newswire.make(dull, CUTOFF)


def test_the_command_takes_own_questions(tiltyard: Callable[..., Ended], tmp_path: Path) -> None:
    documents = tmp_path / "documents.jsonl"
    documents.write_text("".join(f"{one.model_dump_json(exclude_defaults=True)}\n" for one in DOCUMENTS), "utf-8")
    asked = file_of(tmp_path, [{"text": "How long is the ferry?", "references": ["48"]}])
    into = ("wire", "of", str(documents), "--cutoff", CUTOFF.isoformat(), "--questions", str(asked), "--out")
    ended = tiltyard(*into, str(tmp_path / "wire"))

    assert "questions: 1 asked" in ended.stdout, ended.stderr
    assert [question.references for question in demo_newswire.load(tmp_path / "wire").questions] == [("48",)]
    assert "name another folder" in tiltyard(*into, str(tmp_path)).stderr
    assert "leave one of the two out" in tiltyard(*into, str(tmp_path / "wire"), "--log", str(asked)).stderr


def test_what_a_question_asks_for_is_told_by_its_first_word_that_asks() -> None:
    for text, kind in {
        "Who bought the mill?": "who",
        "For how many days is it shut, and who says so?": "how many",
        "In which place was it sold?": "where",
        "what time does it open": "when",
        "On which day was it sold?": "when",
        "Which architect built it?": "which or what",
        "mill ostrel opening": "other",
    }.items():
        assert log.kind_of(text) == kind, text


def test_a_log_is_read_as_lines_or_json_lines_whatever_its_bytes(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(
        b'\xef\xbb\xbfWho was it?\n{"text": "Where is it?", "at": 1}\n\n{"no": 1}\n{broken\n\xff\xfeWho?\n'
        + b"[" * 9 + b"\n" + b'{"text": ' + b"[" * 5_000 + b"\n" + b"who " * 9_000 + b"\n"
    )  # fmt: skip

    assert log.read(path) == {"who": 0.5, "where": 0.25, "other": 0.25}


def test_an_empty_log_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"\n \n")

    with pytest.raises(DataError, match="has no question: write what people asked, one question a line"):
        log.read(path)


def some(kind: str, count: int) -> list[Question]:
    return [Question(question_id=f"{kind} {at}", text=f"{kind} is it {at}?") for at in range(count)]


def test_made_questions_come_in_the_shares_of_a_log() -> None:
    stock = [*some("who", 300), *some("where", 900), *some("which", 50)]
    counts = Counter(log.kind_of(one.text) for one in log.drawn(stock, {"who": 0.5, "where": 0.5}, seed=1))
    assert counts == {"who": 300, "where": 300}

    short = Counter(log.kind_of(one.text) for one in log.drawn(stock[-60:], {"who": 0.5, "which or what": 0.5}, seed=1))
    assert short == {"which or what": 50}, "no kind that nobody asks for stands in for one that is not there"


def test_a_rare_kind_does_not_leave_a_handful_of_questions() -> None:
    stock = [*some("who", 2), *some("where", 500)]
    counts = Counter(log.kind_of(one.text) for one in log.drawn(stock, {"who": 0.5, "where": 0.5}, seed=1))

    assert counts == {"who": 2, "where": log.FEWEST - 2}


def test_the_command_says_what_the_log_asks_for_and_what_was_made(
    tiltyard: Callable[..., Ended], tmp_path: Path
) -> None:
    documents, asked = tmp_path / "documents.jsonl", tmp_path / "log.txt"
    documents.write_text("".join(f"{one.model_dump_json(exclude_defaults=True)}\n" for one in DOCUMENTS), "utf-8")
    asked.write_text("How many cranes?\nhow much is it\nhow many days\nWho is it?\n", encoding="utf-8")
    ended = tiltyard(
        "wire", "of", str(documents), "--cutoff", CUTOFF.isoformat(), "--log", str(asked), "--out", str(tmp_path / "w")
    )

    assert "Asked for, in the log and here: how many 75% and 100%, who 25% and 0%." in ended.stdout, ended.stderr
    assert FERRY in (tmp_path / "w" / "edition1.documents.jsonl").read_text(encoding="utf-8")
