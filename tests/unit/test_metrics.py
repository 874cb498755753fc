"""Metrics by example, and against the published numbers of RealTime QA."""

import gzip
import json
import os
from collections import defaultdict
from pathlib import Path
from statistics import fmean

import pytest

from shared import normalise
from shared.measures import (
    abstained,
    contains,
    correct,
    exact_match,
    exact_match_squad,
    f1,
    f1_squad,
    outdated,
    rouge_l,
    similarity,
)
from shared.scoring import vectors
from shared.settings import EncoderSettings
from tests.builders import a_question, an_answer

REAL_DATA = Path(os.environ.get("TILTYARD_REAL_DATA", Path(__file__).parents[3] / "shared" / "data"))
ORACLE = REAL_DATA / "rtqa_baselines_public.jsonl.gz"
PUBLISHED = {
    "closed_gpt3": (15.42, 22.48),
    "closed_t5": (9.96, 14.89),
    "open_gpt3_dpr": (13.25, 19.71),
    "open_gpt3_gcs": (33.82, 44.57),
    "open_rag_dpr": (2.17, 3.92),
    "open_rag_gcs": (16.55, 20.85),
}


@pytest.mark.skipif(not ORACLE.is_file(), reason=f"no {ORACLE}: set TILTYARD_REAL_DATA to the folder of the real data")
def test_realtime_qas_published_scores_come_out_to_the_last_digit() -> None:
    scores: dict[str, list[tuple[float, float]]] = defaultdict(list)
    with gzip.open(ORACLE, "rt", encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            if row.get("scored") and "prediction" in row:
                question = a_question(references=tuple(row["gold_answers"]))
                answer = an_answer(text=row["prediction"])
                scores[row["system"]].append((exact_match.score(question, answer), f1.score(question, answer)))  # type: ignore[arg-type]

    assert {name: len(rows) for name, rows in scores.items()} == dict.fromkeys(PUBLISHED, 1245)
    assert {
        name: tuple(round(100 * fmean(column), 2) for column in zip(*rows, strict=True))
        for name, rows in scores.items()
    } == PUBLISHED


@pytest.mark.parametrize(
    ("text", "reference", "exact", "by_words", "exact_squad", "by_words_squad"),
    [
        ("the old harbour", "The old harbour!", 1.0, 1.0, 1.0, 1.0),
        ("old harbour", "The old harbour", 0.0, 0.8, 1.0, 1.0),
        ("the the the", "the", 0.0, 0.5, 1.0, 0.0),
        ("harbour harbour", "harbour", 0.0, 2 / 3, 0.0, 2 / 3),
        ("", "harbour", 0.0, 0.0, 0.0, 0.0),
    ],
)
def test_exact_match_and_f1_with_and_without_articles(
    text: str, reference: str, exact: float, by_words: float, exact_squad: float, by_words_squad: float
) -> None:
    question, answer = a_question(references=(reference,)), an_answer(text=text)

    assert exact_match.score(question, answer) == exact
    assert f1.score(question, answer) == pytest.approx(by_words)
    assert exact_match_squad.score(question, answer) == exact_squad
    assert f1_squad.score(question, answer) == pytest.approx(by_words_squad)


@pytest.mark.parametrize(
    ("text", "reference", "expected"),
    [
        ("It is the Old Harbour, they say.", "the old harbour", 1.0),
        ("It is in Oldharbour.", "harbour", 0.0),
        ("It rose by 3.5 percent", "5", 0.0),
        ("It rose by 3.5 percent", "3.5%", 1.0),
        ("About 1,000 people came.", "1000", 1.0),
        ("The U.S. won", "US", 1.0),
        ("Zo\u00eb\u2019s caf\u00e9", "zoe\u0308", 1.0),
        ("old stone harbour", "old harbour", 0.0),
        ("anything", "?!", 0.0),
    ],
)
def test_a_reference_is_contained_as_whole_words_next_to_each_other(text: str, reference: str, expected: float) -> None:
    assert contains.score(a_question(references=(reference,)), an_answer(text=text)) == expected


def test_the_best_reference_counts() -> None:
    question = a_question(references=("nowhere", "the old harbour"))

    assert contains.score(question, an_answer(text="The old harbour it is")) == 1.0
    assert rouge_l.build(EncoderSettings()).score(question, an_answer(text="the old harbour")) == 1.0


@pytest.mark.parametrize("status", ["abstained", "failed"])
def test_an_answer_that_was_not_given_scores_zero_even_if_its_words_would_not(status: str) -> None:
    answer = an_answer(status=status, text="The old harbour")

    for metric in (exact_match, f1, exact_match_squad, f1_squad, contains, rouge_l.build(EncoderSettings()), correct):
        assert metric.score(a_question(), answer) == 0.0


def test_where_nothing_is_known_abstaining_is_correct_and_everything_else_is_not() -> None:
    question = a_question(references=())

    assert correct.score(question, an_answer(status="abstained")) == 1.0
    assert correct.score(question, an_answer(status="failed")) == 0.0
    assert correct.score(question, an_answer()) == 0.0
    assert contains.score(question, an_answer()) is None
    assert correct.score(a_question(references=None), an_answer()) is None


def test_abstaining_applies_to_every_question() -> None:
    assert abstained.score(a_question(references=None), an_answer(status="abstained")) == 1.0
    assert abstained.score(a_question(references=None), an_answer(text="I do not know")) == 0.0


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("At Tavrick Fields", 1.0),
        ("At the old harbour", 0.0),
        ("No longer at Tavrick Fields but at the old harbour", 0.0),
        ("Nowhere", 0.0),
    ],
)
def test_an_outdated_answer_is_one_that_later_news_made_wrong(text: str, expected: float) -> None:
    question = a_question(outdated="Tavrick Fields")

    assert outdated.score(question, an_answer(text=text)) == expected
    assert outdated.score(question, an_answer(text=text, status="failed")) == 0.0
    assert outdated.score(a_question(), an_answer(text=text)) is None


def test_similarity_says_which_encoder_judged() -> None:
    metric = similarity.build(EncoderSettings(variant="hashing", dimensions=64))
    question = a_question()

    assert metric.version == "2:first-4000-characters:hashing-64"
    assert metric.score(question, an_answer(text="the old harbour")) == pytest.approx(1.0, abs=1e-5)
    assert metric.score(question, an_answer(text="")) == 0.0
    assert metric.score(question, an_answer(status="abstained")) == 0.0


def test_measures_that_ask_for_the_same_encoder_share_it() -> None:
    settings = EncoderSettings(variant="hashing", dimensions=64)

    assert vectors.for_encoder(settings) is vectors.for_encoder(settings.model_copy())
    assert vectors.for_encoder(settings) is not vectors.for_encoder(EncoderSettings(variant="hashing", dimensions=8))


def test_similarity_forgets_the_oldest_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vectors, "REMEMBERED", 3)
    known = vectors.Vectors(EncoderSettings(variant="hashing", dimensions=8))

    first = known.of(["a", "b"])
    known.of(["c", "d", "e"])

    assert (known.of(["a", "b"]) == first).all()


def test_normalising_keeps_to_what_the_sources_say() -> None:
    assert normalise.realtimeqa(" The  U.S., again ") == "the us again"
    assert normalise.realtimeqa("“Squid Game”") == "“squid game”", (
        "only ASCII punctuation, as the published numbers need"
    )
    assert normalise.squad("The an theatre a-go-go") == "theatre agogo"
    assert normalise.words("Tom's 2:1 win, ﬁrst_half") == "tom s 2:1 win first half"
