"""A newswire of documents asks after facts that no pair teaches, and says how many of all the pairs teach."""

import json
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from services.console.deciding.curve import about_learned
from services.console.demo import newswire as demo_newswire
from services.generator.tuning.data.asking import __main__ as asking
from services.generator.tuning.data.asking import holding_out, newswire, own
from services.generator.tuning.data.asking.wordings import Asked
from services.generator.tuning.data.wordings import holds
from shared.jobs.asking import FILE, UNTAUGHT
from shared.source_files import DataError
from tests.builders import NOON
from tests.towns import NAMES, a_town

LATER = timedelta(days=20)


@pytest.fixture(scope="module")
def wire() -> newswire.MadeNewswire:
    return newswire.make([a_town(at) for at in range(10)])


def test_a_third_of_the_sentences_is_asked_about_and_not_taught(wire: newswire.MadeNewswire) -> None:
    asked = [question for question in wire.questions if question.slice == UNTAUGHT]
    slices = Counter(question.slice for question in wire.questions)

    assert slices[UNTAUGHT] >= 7
    assert slices["learned"] > slices[UNTAUGHT]
    assert all(question.references and question.gold_document_ids for question in asked)


def test_no_pair_says_what_is_asked_as_untaught(wire: newswire.MadeNewswire) -> None:
    """Nor in the words of a question about another part of the same sentence."""
    for question in (question for question in wire.questions if question.slice == UNTAUGHT):
        [document] = question.gold_document_ids
        [answer, *_] = question.references or ()
        told = [pair for pair in wire.pairs if pair.document_id == document and answer not in NAMES]
        assert not any(holds(pair.question, answer) or holds(pair.answer, answer) for pair in told), question.text


def test_questions_of_ones_own_leave_nothing_untaught(wire: newswire.MadeNewswire, tmp_path: Path) -> None:
    file = tmp_path / "questions.jsonl"
    file.write_text('{"text": "How deep is the harbour of Skarrow?", "references": ["9 m"]}\n', encoding="utf-8")
    of_own = newswire.make([a_town(at) for at in range(10)], own_questions=own.read(file))

    assert len(of_own.pairs) > len(wire.pairs)
    assert not any(question.slice == UNTAUGHT for question in of_own.questions)


def test_names_numbers_and_dates_are_counted_once_a_document() -> None:
    told = {"a": "The port of Skarrow has 9 cranes. Skarrow opens on Monday.", "b": "Skarrow is shut.", "c": None}

    assert holding_out.stated(told) == 3 + 0, "a name that opens a sentence counts only in a longer run"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    file = tmp_path / "documents.jsonl"
    rows = [a_town(at).model_dump_json(exclude_defaults=True) for at in range(10)]
    file.write_text("\n".join(rows) + "\n", encoding="utf-8")
    assert asking.main([str(file), "--out", str(tmp_path / "wire")]) == 0
    return tmp_path / "wire"


def test_a_folder_says_what_share_of_the_news_its_pairs_teach(folder: Path) -> None:
    """Also after somebody took pairs out."""
    whole = demo_newswire.load(folder)
    assert whole.taught_share == pytest.approx(whole.facts / whole.stated)
    assert 0.2 < (whole.taught_share or 0) < 0.9

    pairs = folder / "training_pairs.jsonl"
    pairs.write_text("".join(pairs.read_text(encoding="utf-8").splitlines(keepends=True)[:2]), encoding="utf-8")
    fewer = demo_newswire.load(folder).taught_share
    assert fewer is not None
    assert whole.taught_share is not None
    assert fewer < whole.taught_share / 3


def test_a_folder_that_says_nothing_of_that_has_no_share_and_a_broken_one_is_named(folder: Path) -> None:
    (folder / FILE).write_text('{"stated": "many"}', encoding="utf-8")
    with pytest.raises(DataError, match=r"made\.json cannot be read .* make the newswire again, or delete it"):
        demo_newswire.load(folder)

    (folder / FILE).unlink()
    assert demo_newswire.load(folder).taught_share is None


def test_a_learning_curve_asks_what_was_taught(folder: Path) -> None:
    loaded = demo_newswire.load(folder)

    assert {question.slice for question in about_learned(loaded, loaded.questions)} == {"learned"}


def test_what_somebodys_own_pairs_teach_is_learned(folder: Path) -> None:
    """Whatever it was made as."""
    asked = next(question for question in demo_newswire.load(folder).questions if question.slice == UNTAUGHT)
    pair = {
        "question": "How is it?",
        "answer": (asked.references or ("",))[0],
        "document_id": asked.gold_document_ids[0],
    }
    with (folder / "training_pairs.jsonl").open("a", encoding="utf-8") as pairs:
        pairs.write(f"{json.dumps(pair)}\n")

    assert (
        next(of for of in demo_newswire.load(folder).questions if of.question_id == asked.question_id).slice
        == "learned"
    )


def test_a_file_of_what_was_made_that_nothing_needs_is_not_read(folder: Path) -> None:
    (folder / FILE).write_text("not ours", encoding="utf-8")
    questions = folder / "questions.jsonl"
    kept = [line for line in questions.read_text(encoding="utf-8").splitlines(keepends=True) if UNTAUGHT not in line]
    questions.write_text("".join(kept), encoding="utf-8")

    assert demo_newswire.load(folder).taught_share is None


def test_a_document_that_comes_again_is_taught_whole() -> None:
    """What an adapter says of a correction or a retraction is told by what it was taught."""
    towns = [a_town(at) for at in range(10)]
    again = [
        town.model_copy(update={"text": town.text.replace("cranes", "old cranes"), "published_at": NOON + LATER})
        for town in towns[:5]
    ]
    made = newswire.make([*towns, *again], NOON + timedelta(days=15))
    untaught = {
        name for question in made.questions if question.slice == UNTAUGHT for name in question.gold_document_ids
    }

    assert untaught
    assert untaught.isdisjoint(town.document_id for town in again)


def test_what_a_teacher_asks_of_a_document_stays_together() -> None:
    """It does not say which sentence it asks about."""
    facts = {
        f"d{at}": {f"q{at}{part}": Asked(part, "taught", "", {"question": f"q{at}{part}"}) for part in "ab"}
        for at in range(9)
    }
    taught, untaught = holding_out.parted(facts, (), seed=1)

    assert sorted(len(of) for of in untaught.values()) == [0] * 6 + [2] * 3
    assert all(len(taught[name]) + len(of) == 2 for name, of in untaught.items())
