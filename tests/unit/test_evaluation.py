"""Evaluation of retrieval: collections from files, measures by hand, intervals that keep their word."""

import gzip
import json
import math
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import ir_measures
import numpy as np
import pytest

from services.retriever.evaluation import measures, statistics
from services.retriever.ports import Ranked
from shared.collections import collection
from shared.collections.collection import Collection
from shared.stored import Candidate
from tests.builders import NOON, a_document, a_question

Row = dict[str, Any]


def written(file: Path, *rows: Row) -> Path:
    text = "".join(json.dumps(row) + "\n" for row in rows)
    if file.suffix == ".gz":
        file.write_bytes(gzip.compress(text.encode()))
    else:
        file.write_text(text)
    return file


def a_seen_row(number: int, **changes: Any) -> Row:
    return {
        "doc_id": f"d{number}", "title": "", "text": f"Story {number}.", "source": "wire", "url": "",
        "publish_date": f"2022-06-{number:02}", "first_seen": f"2022-06-{number + 1:02}T00:00:00Z", **changes,
    }  # fmt: skip


def a_quiz_row(name: str, gold: list[str], bearing: list[str]) -> Row:
    return {
        "question_id": name, "question": "Which?", "asked_at": "2022-06-05T12:00:00Z", "answers": ["a"],
        "gold_doc_ids": gold, "answer_bearing_doc_ids": bearing,
    }  # fmt: skip


def a_ranked(document_id: str, position: int = 0, score: float = 1.0) -> Ranked:
    return Ranked(Candidate(document_id, position, 1, NOON, score), score)


def test_a_dated_stream_keeps_its_levels_apart_and_its_order(tmp_path: Path) -> None:
    documents = written(tmp_path / "a.documents.jsonl.gz", a_seen_row(3), a_seen_row(1))
    questions = written(
        tmp_path / "a.questions.jsonl.gz",
        a_quiz_row("q1", ["d1"], ["d1", "d3"]), a_quiz_row("q2", [], ["d3"]), a_quiz_row("q3", [], []),
    )  # fmt: skip
    loaded = collection.load([documents, questions])

    assert loaded.name == "realtime_qa"
    assert [document.document_id for document in loaded.documents] == ["d1", "d3"]
    assert loaded.qrels == {"gold": {"q1": ("d1",)}, "answer-bearing": {"q1": ("d1", "d3"), "q2": ("d3",)}}
    assert {question.as_of for question in loaded.questions} == {datetime(2022, 6, 5, 12, tzinfo=UTC)}
    assert loaded.without_gold == 1
    assert loaded.unfindable("gold") == 0


def test_questions_that_the_corpus_cannot_answer_are_counted_and_left_out(tmp_path: Path) -> None:
    row = {"doc_id": "m1", "title": "T", "text": "Words.", "publish_date": "2023-09-26T05:26:05+00:00"}
    documents = written(tmp_path / "d.jsonl", row)
    asked = {"question_id": "q1", "question": "Who?", "question_type": "comparison_query", "asked_at": None}
    questions = written(
        tmp_path / "q.jsonl",
        {**asked, "gold_doc_ids": ["m1"]}, {**asked, "question_id": "q2", "gold_doc_ids": []},
    )  # fmt: skip
    loaded = collection.load([documents, questions])

    assert (loaded.name, loaded.qrels, loaded.without_gold) == ("multihop", {"gold": {"q1": ("m1",)}}, 1)


def test_every_paragraph_is_a_document_and_answers_its_own_questions(tmp_path: Path) -> None:
    paragraphs = [
        {"context": f"Passage {n}.", "qas": [{"id": f"q{n}", "question": "What?", "answers": []}]} for n in (0, 1)
    ]
    file = tmp_path / "squad.json"
    file.write_text(json.dumps({"version": "1.1", "data": [{"title": "A_town", "paragraphs": paragraphs}]}, indent=1))
    loaded = collection.load([file])

    assert loaded.name == "squad"
    assert [(document.document_id, document.title) for document in loaded.documents] == [
        ("0-0", "A town"),
        ("0-1", "A town"),
    ]
    assert loaded.qrels["gold"] == {"q0": ("0-0",), "q1": ("0-1",)}


def test_editions_of_a_newswire_come_in_order_with_corrections_and_retractions(tmp_path: Path) -> None:
    story = a_document().model_dump(mode="json", exclude_defaults=True)
    written(tmp_path / "edition1.documents.jsonl", story, {**story, "document_id": "story-2"})
    written(tmp_path / "edition2.documents.jsonl", {"document_id": "story-1", "text": "", "op": "retract"})
    written(
        tmp_path / "questions.jsonl",
        *({"question_id": f"q-{n}", "text": "Where?", "gold_document_ids": [f"story-{n}"]} for n in (1, 2)),
    )
    loaded = collection.load([tmp_path])

    assert [(document.document_id, document.op) for document in loaded.documents] == [
        ("story-1", "upsert"), ("story-2", "upsert"), ("story-1", "retract"),
    ]  # fmt: skip
    assert loaded.unfindable("gold") == 1, "a retracted document can be found no more"


def test_the_sample_newswire_is_recognised() -> None:
    loaded = collection.load([Path("services/console/newswire")])

    assert (loaded.name, len(loaded.qrels["gold"]), loaded.unfindable("gold")) == ("newswire", 132, 0)


def test_what_was_first_seen_after_the_question_counts_as_unfindable() -> None:
    late = a_document(document_id="late", first_seen_at=NOON.replace(hour=13))
    asked = a_question(as_of=NOON)
    dated = Collection("any", [late, a_document()], [asked], {"gold": {"q-1": ("late", "story-1", "absent")}})

    assert dated.unfindable("gold") == 2


def test_an_unknown_file_is_answered_with_the_formats_and_their_needs(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"multihop \(.*newswire \(.*realtime_qa \(.*squad \("):
        collection.load([written(tmp_path / "d.jsonl", {"id": 1})])


@pytest.mark.parametrize(("line", "why"), [('{"document_id": 1}', "line 2: text"), ("not json", "line 2: no JSON")])
def test_a_bad_line_is_named(tmp_path: Path, line: str, why: str) -> None:
    file = written(tmp_path / "d.jsonl", {"document_id": "a", "text": "Words."})
    file.write_text(file.read_text() + line)
    questions = written(tmp_path / "q.jsonl", {"question_id": "q", "text": "?", "gold_document_ids": ["a"]})

    with pytest.raises(ValueError, match=why.replace("text", "document_id")):
        collection.load([file, questions])


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"none\.jsonl"):
        collection.load([tmp_path / "none.jsonl"])


def test_measures_are_those_computed_by_hand() -> None:
    run = {
        "two": [("x", 9.0), ("a", 8.0), ("y", 7.0), ("b", 6.0)],  # relevant at ranks 2 and 4 of 2
        "first": [("c", 1.0)],
        "eleventh": [(f"n{n}", 20.0 - n) for n in range(10)] + [("d", 1.0)],
    }
    qrels = {"two": ["a", "b"], "first": ["c"], "eleventh": ["d"], "nothing": ["e"]}
    gain = (1 / math.log2(3) + 1 / math.log2(5)) / (1 / math.log2(2) + 1 / math.log2(3))

    measured = measures.values(run, qrels)

    assert measured == {
        "Hits@1": [0, 1, 0, 0],
        "Hits@5": [1, 1, 0, 0],
        "Hits@10": [1, 1, 0, 0],
        "MRR@10": [0.5, 1, 0, 0],
        "Recall@10": [1, 1, 0, 0],
        "nDCG@10": pytest.approx([gain, 1, 0, 0]),
        "MAP": pytest.approx([(1 / 2 + 2 / 4) / 2, 1, 1 / 11, 0]),
    }


def test_a_document_counts_once_where_its_best_chunk_stands() -> None:
    ranked = [a_ranked("a", 2, 0.9), a_ranked("b", 0, 0.8), a_ranked("a", 0, 0.7)]

    assert [document for document, _ in measures.by_document(ranked)] == ["a", "b"]


def test_every_tool_sees_the_order_of_the_search_whatever_the_scores() -> None:
    ranked = [a_ranked("a", score=0.5), a_ranked("z", score=0.5), a_ranked("m", score=0.7), a_ranked("b", score=-1.0)]
    run = {"q": measures.by_document(ranked)}

    assert [document for document, _ in run["q"]] == ["a", "z", "m", "b"]
    assert all(first > second for (_, first), (_, second) in zip(run["q"], run["q"][1:], strict=False))
    assert run["q"][0][1] == 0.5
    assert run["q"][2][1] == pytest.approx(0.5)
    assert [measures.values(run, {"q": [document]})["MAP"] for document in "azmb"] == [[1], [1 / 2], [1 / 3], [1 / 4]]


def test_trec_files_give_other_tools_the_same_measures(tmp_path: Path) -> None:
    run = {"q1": [("x", 0.25), ("a", 0.125)], "q2": [("c", 1 / 3)]}
    qrels = {"q1": ["a"], "q2": ["c"]}
    measures.write_run(tmp_path / "bm25.run", "bm25", run)
    measures.write_qrels(tmp_path / "qrels.txt", qrels)

    read = list(ir_measures.read_trec_run(str(tmp_path / "bm25.run")))  # type: ignore[no-untyped-call]
    judged = list(ir_measures.read_trec_qrels(str(tmp_path / "qrels.txt")))  # type: ignore[no-untyped-call]
    again = ir_measures.calc_aggregate(list(measures.MEASURES.values()), judged, read)

    assert (tmp_path / "bm25.run").read_text().splitlines()[1] == "q1 Q0 a 2 0.125 bm25"
    assert [(scored.query_id, scored.doc_id, scored.score) for scored in read] == [
        (question, *hit) for question, documents in run.items() for hit in documents
    ]
    for name, values in measures.values(run, qrels).items():
        assert again[measures.MEASURES[name]] == pytest.approx(sum(values) / 2)


def test_an_id_that_a_trec_file_cannot_hold_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no blanks"):
        measures.write_qrels(tmp_path / "qrels.txt", {"a question": ["d"]})


def test_pairing_makes_a_difference_surer_than_its_two_means_are() -> None:
    rng = np.random.default_rng(5)
    hard = rng.random(80)
    values = {"MAP": list(np.minimum(1.0, hard + 0.05))}
    mean = statistics.means(values)["MAP"]
    difference = statistics.differences(values, {"MAP": list(hard)})["MAP"]

    assert difference.n == 80
    assert difference.ci95[1] - difference.ci95[0] < (mean.ci95[1] - mean.ci95[0]) / 5
    assert statistics.differences(values, {"MAP": list(hard)})["MAP"] == difference, "equal runs give equal numbers"
