"""The sample newswire keeps its promises.

The trial is only as fair as its data: an answer that can be read off a training
pair, or an old value that survives a correction, would decide it beforehand.
"""

import json
import re
import shutil
from collections import Counter
from datetime import datetime
from difflib import SequenceMatcher
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from services.console.demo import newswire
from shared.source_files import DataError

WIRE = Path(__file__).parents[2] / "services/console/newswire"

Row = dict[str, Any]

SLICES = {
    "learned": 44,
    "new": 44,
    "corrected": 20,
    "retracted": 15,
    "unanswerable": 24,
    "multi": 24,
}
ABSTAIN = {"retracted", "unanswerable"}
DOCUMENT_FIELDS = ["document_id", "title", "text", "source", "published_at", "tags", "op"]
RETRACTION_FIELDS = ["document_id", "source", "published_at", "op"]


@cache
def rows(name: str) -> tuple[Row, ...]:
    lines = (WIRE / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return tuple(json.loads(line) for line in lines)


def edition(number: int) -> tuple[Row, ...]:
    return rows(f"edition{number}.documents")


def questions(*slices: str) -> list[Row]:
    return [row for row in rows("questions") if not slices or row["slice"] in slices]


def upserts(number: int) -> list[Row]:
    return [row for row in edition(number) if row["op"] == "upsert"]


def ids(documents: tuple[Row, ...] | list[Row]) -> set[str]:
    return {row["document_id"] for row in documents}


def first_edition() -> dict[str, str]:
    return {row["document_id"]: row["text"] for row in edition(1)}


def live() -> dict[str, str]:
    """Give the latest text of every document that stands after edition 2."""
    texts = first_edition()
    for row in edition(2):
        if row["op"] == "retract":
            del texts[row["document_id"]]
        else:
            texts[row["document_id"]] = row["text"]
    return texts


def new_stories() -> list[Row]:
    first = ids(edition(1))
    return [row for row in upserts(2) if row["document_id"] not in first]


def contains(text: str, phrase: str) -> bool:
    """Tell whether the phrase stands in the text as whole words, whatever the case."""
    return re.search(rf"(?<!\w){re.escape(phrase)}(?!\w)", text, re.IGNORECASE) is not None


def normalised(text: str) -> str:
    return " ".join(re.sub(r"[^\w\s]", "", text.lower()).split())


def test_documents_carry_exactly_the_fields_of_the_contract() -> None:
    for row in edition(1) + edition(2):
        expected = RETRACTION_FIELDS if row["op"] == "retract" else DOCUMENT_FIELDS
        assert list(row) == expected, row["document_id"]


def test_editions_have_the_promised_sizes_and_kinds() -> None:
    assert len(edition(1)) == 64
    assert {row["op"] for row in edition(1)} == {"upsert"}
    assert Counter(row["op"] for row in edition(2)) == {"upsert": 43, "retract": 5}
    assert len(new_stories()) == 33
    assert len(ids(upserts(2)) & ids(edition(1))) == 10


def test_every_story_has_between_60_and_250_words() -> None:
    for row in upserts(1) + upserts(2):
        assert 60 <= len(row["text"].split()) <= 250, row["document_id"]


def test_tags_are_one_to_three_lower_case_words() -> None:
    for row in upserts(1) + upserts(2):
        assert 1 <= len(row["tags"]) <= 3
        assert all(re.fullmatch(r"[a-z]+", tag) for tag in row["tags"]), row["document_id"]


def test_document_ids_are_unique_within_an_edition() -> None:
    for number in (1, 2):
        assert len(ids(edition(number))) == len(edition(number))


def test_retractions_and_corrections_point_at_edition_1() -> None:
    first = first_edition()
    for row in edition(2):
        if row["op"] == "retract":
            assert row["document_id"] in first
    corrected = [row for row in upserts(2) if row["document_id"] in first]
    assert all(row["text"] != first[row["document_id"]] for row in corrected)


def test_edition_2_was_published_after_edition_1() -> None:
    first, second = (
        sorted(datetime.fromisoformat(row["published_at"]) for row in edition(number)) for number in (1, 2)
    )
    assert first[-1] < second[0]


def test_each_edition_is_in_order_of_publication() -> None:
    for number in (1, 2):
        stamps = [row["published_at"] for row in edition(number)]
        assert stamps == sorted(stamps)


def test_three_new_stories_are_reprints_of_another_desk() -> None:
    stories = new_stories()
    pairs = [
        (story, other)
        for index, story in enumerate(stories)
        for other in stories[index + 1 :]
        if SequenceMatcher(None, story["text"].split(), other["text"].split()).ratio() > 0.7
    ]
    assert len(pairs) == 3
    assert all(story["source"] != other["source"] for story, other in pairs)
    assert all(story["text"] != other["text"] for story, other in pairs)


def test_slices_have_the_promised_counts() -> None:
    assert Counter(row["slice"] for row in questions()) == SLICES


def test_question_ids_and_wordings_are_unique() -> None:
    assert len({row["question_id"] for row in questions()}) == len(questions())
    assert len({normalised(row["text"]) for row in questions()}) == len(questions())


def test_questions_that_need_abstention_have_no_reference_and_no_gold_document() -> None:
    for row in questions(*ABSTAIN):
        assert row["references"] == [], row["question_id"]
        assert row["gold_document_ids"] == [], row["question_id"]


def test_answerable_questions_have_one_to_three_short_references() -> None:
    for row in questions(*(set(SLICES) - ABSTAIN)):
        assert 1 <= len(row["references"]) <= 3, row["question_id"]
        assert all(1 <= len(answer.split()) <= 5 for answer in row["references"])


def test_only_corrected_and_retracted_questions_name_an_outdated_answer() -> None:
    for row in questions():
        assert ("outdated" in row) == (row["slice"] in {"corrected", "retracted"})


def test_multi_questions_need_two_documents() -> None:
    for row in questions("multi"):
        assert len(set(row["gold_document_ids"])) == 2, row["question_id"]


def test_each_reference_occurs_in_the_latest_text_of_a_gold_document() -> None:
    texts = live()
    for row in questions(*(set(SLICES) - ABSTAIN)):
        gold = [texts[document_id] for document_id in row["gold_document_ids"]]
        for answer in row["references"]:
            assert any(answer.lower() in text.lower() for text in gold), row["question_id"]


def test_answers_are_not_given_away_by_their_own_question() -> None:
    for row in questions():
        for answer in [*row["references"], *([row["outdated"]] if "outdated" in row else [])]:
            assert not contains(row["text"], answer), row["question_id"]


def test_learned_documents_are_untouched_by_edition_2() -> None:
    touched = ids(edition(2))
    for row in questions("learned"):
        assert not touched & set(row["gold_document_ids"]), row["question_id"]
        assert set(row["gold_document_ids"]) <= ids(edition(1))


def test_new_questions_rest_on_new_stories_only() -> None:
    added = ids(new_stories())
    for row in questions("new"):
        assert set(row["gold_document_ids"]) <= added, row["question_id"]


def test_each_correction_is_asked_about_twice() -> None:
    corrections = ids(upserts(2)) & ids(edition(1))
    asked = Counter(row["gold_document_ids"][0] for row in questions("corrected"))
    assert asked == dict.fromkeys(corrections, 2)


def test_corrected_values_are_gone_from_the_corrected_stories() -> None:
    texts, first = live(), first_edition()
    for row in questions("corrected"):
        (document_id,) = row["gold_document_ids"]
        assert contains(first[document_id], row["outdated"]), row["question_id"]
        assert row["outdated"].lower() not in texts[document_id].lower(), row["question_id"]
        assert not contains(first[document_id], row["references"][0]), row["question_id"]


def test_retracted_claims_survive_in_no_live_document() -> None:
    retracted = ids([row for row in edition(2) if row["op"] == "retract"])
    first = first_edition()
    everything = "\n".join([*live().values(), *(row["title"] for row in upserts(2))]).lower()
    for row in questions("retracted"):
        assert row["outdated"].lower() not in everything, row["question_id"]
        sources = [name for name, text in first.items() if contains(text, row["outdated"])]
        assert len(sources) == 1, row["question_id"]
        assert sources[0] in retracted, row["question_id"]


def test_each_retraction_is_asked_about_three_times() -> None:
    first = first_edition()
    retracted = ids([row for row in edition(2) if row["op"] == "retract"])
    asked = Counter(
        name for row in questions("retracted") for name in retracted if contains(first[name], row["outdated"])
    )
    assert asked == dict.fromkeys(retracted, 3)


def test_no_test_wording_is_a_training_wording() -> None:
    trained = {normalised(pair["question"]) for pair in rows("training_pairs")}
    assert not trained & {normalised(row["text"]) for row in questions()}


def test_training_questions_are_unique() -> None:
    wordings = [normalised(pair["question"]) for pair in rows("training_pairs")]
    assert len(set(wordings)) == len(wordings)


def test_training_answers_occur_in_the_edition_1_text_they_name() -> None:
    first = first_edition()
    for pair in rows("training_pairs"):
        assert list(pair) == ["question", "answer", "document_id"]
        assert contains(first[pair["document_id"]], pair["answer"]), pair["question"]


def test_training_pairs_cover_every_learned_corrected_and_retracted_fact() -> None:
    taught = Counter((pair["document_id"], pair["answer"]) for pair in rows("training_pairs"))
    answers = Counter(pair["answer"] for pair in rows("training_pairs"))
    for row in questions("learned"):
        assert taught[row["gold_document_ids"][0], row["references"][0]] >= 4
    for row in questions("corrected"):
        assert taught[row["gold_document_ids"][0], row["outdated"]] == 3
    for row in questions("retracted"):
        assert answers[row["outdated"]] == 3


def test_nothing_of_edition_2_leaks_into_the_training_pairs() -> None:
    assert not {pair["document_id"] for pair in rows("training_pairs")} & ids(new_stories())
    first = "\n".join(first_edition().values()).lower()
    taught = "\n".join(f"{pair['question']} {pair['answer']}" for pair in rows("training_pairs")).lower()
    for row in questions("new", "corrected"):
        answer = row["references"][0].lower()
        if len(answer) > 6 and answer not in first:
            assert answer not in taught, row["question_id"]


def test_a_wire_whose_training_pairs_hold_a_test_question_is_refused(tmp_path: Path) -> None:
    shutil.copytree(WIRE, tmp_path, dirs_exist_ok=True)
    told = {"question": questions()[0]["text"].upper(), "answer": "yes", "document_id": edition(1)[0]["document_id"]}
    with (tmp_path / "training_pairs.jsonl").open("a", encoding="utf-8") as stream:
        stream.write(json.dumps(told) + "\n")

    with pytest.raises(DataError, match="1 of its questions are test questions too"):
        newswire.load(tmp_path)
