"""Measures of an answer against its references: the reference libraries' numbers, and examples by hand."""

import math
from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared import normalise
from shared.measures import token_similarity
from shared.measures.meteor import NoWordNet
from shared.scoring import catalogue
from shared.scoring.bounds import LONGEST, opening
from shared.settings import EncoderSettings
from tests.builders import a_question, an_answer

HASHING = EncoderSettings(variant="hashing", dimensions=256)
NAMES = ["bleu", "choice", "chrf", "date", "meteor", "numeric", "rouge_1", "rouge_2", "rouge_l", "token_similarity"]
METRICS = catalogue.load(NAMES, HASHING)
WORDS = [
    "the",
    "harbour",
    "harbours",
    "moved",
    "moving",
    "3.5",
    "Zoë",
    "اخبار",
    "🎪",
    "?!",
    "U.S.",
    "&quot;",
    "-",
    "東京",
]
TEXTS = st.one_of(st.text(max_size=60), st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join))


def scored(name: str, text: str, *references: str, **asked: Any) -> float | None:
    return METRICS[name].score(a_question(references=references, **asked), an_answer(text=text))


@given(text=TEXTS, reference=TEXTS)
def test_rouge_is_what_the_rouge_score_package_counts(text: str, reference: str) -> None:
    from rouge_score.rouge_scorer import RougeScorer

    expected = RougeScorer(["rouge1", "rouge2", "rougeL"], use_stemmer=True).score(reference, text)

    for name, kind in (("rouge_1", "rouge1"), ("rouge_2", "rouge2"), ("rouge_l", "rougeL")):
        assert scored(name, text, reference) == pytest.approx(expected[kind].fmeasure)


@given(text=TEXTS, references=st.lists(TEXTS, min_size=1, max_size=3))
def test_bleu_and_chrf_are_what_sacrebleu_counts(text: str, references: list[str]) -> None:
    import sacrebleu

    bleu = min(1.0, sacrebleu.sentence_bleu(text, references).score / 100)
    chrf = min(1.0, sacrebleu.sentence_chrf(text, references).score / 100)

    assert scored("bleu", text, *references) == pytest.approx(bleu)
    assert scored("chrf", text, *references) == pytest.approx(chrf)


@given(text=TEXTS, references=st.lists(TEXTS, min_size=1, max_size=3))
def test_meteor_is_what_nltk_counts_with_an_empty_wordnet(text: str, references: list[str]) -> None:
    from nltk.translate.meteor_score import meteor_score

    ours, theirs = normalise.words(text).split(), [normalise.words(reference).split() for reference in references]

    assert scored("meteor", text, *references) == pytest.approx(meteor_score(theirs, ours, wordnet=NoWordNet()))


def test_rouge_by_hand() -> None:
    """Two of three words and one of two pairs in common; the longest common subsequence has two words."""
    assert scored("rouge_1", "the old harbour", "the new harbour") == pytest.approx(2 / 3)
    assert scored("rouge_2", "the old harbour", "at the old") == pytest.approx(1 / 2)
    assert scored("rouge_l", "the old harbour", "harbour the old") == pytest.approx(2 / 3)
    assert scored("rouge_2", "harbour", "harbour") == 0.0


def test_bleu_by_hand() -> None:
    """Four words, a reference of five: precisions 1, 1, 1, 1 and a penalty for brevity of exp(1 - 5/4)."""
    assert scored("bleu", "the old harbour wall", "the old harbour wall fell") == pytest.approx(math.exp(-1 / 4))
    assert scored("bleu", "nothing alike", "the old harbour") == 0.0


def test_several_references_are_taken_together_by_bleu_and_the_best_one_counts_for_chrf_and_meteor() -> None:
    assert scored("bleu", "a b c d", "a b", "c d") > max(scored("bleu", "a b c d", text) for text in ("a b", "c d"))  # type: ignore[operator,type-var]
    for name in ("chrf", "meteor", "rouge_1", "token_similarity"):
        alone = [scored(name, "the old harbour", reference) for reference in ("the old harbour", "nowhere")]
        assert scored(name, "the old harbour", "nowhere", "the old harbour") == max(score or 0.0 for score in alone)


def test_meteor_by_hand() -> None:
    """Three words found in one chunk, precision and recall 1: 1 - 0.5 (1/3)^3. Stems count: harbours is harbour."""
    assert scored("meteor", "the old harbour", "the old harbour") == pytest.approx(1 - 0.5 / 27)
    assert scored("meteor", "old harbours", "old harbour") == pytest.approx(1 - 0.5 / 8)
    assert scored("meteor", "harbour", "harbour") == pytest.approx(0.5)
    assert scored("meteor", "big", "large") == 0.0, "synonyms need WordNet"


@pytest.mark.parametrize("name", ["chrf", "meteor", "rouge_1", "rouge_2", "rouge_l", "bleu"])
def test_equal_texts_score_highest_and_texts_without_anything_in_common_0(name: str) -> None:
    text = "the lantern fair moves to the old harbour"

    assert scored(name, text, text) == pytest.approx(1.0, abs=0.01)
    assert scored(name, "qqq www xxx zzz", text) == 0.0


@given(text=TEXTS, other=TEXTS)
def test_f_measures_do_not_ask_which_text_is_the_reference(text: str, other: str) -> None:
    for name in ("rouge_1", "rouge_2", "token_similarity"):
        assert scored(name, text, other) == pytest.approx(scored(name, other, text), abs=1e-6)


def test_versions_say_what_was_counted_and_how_much_was_read() -> None:
    assert "first-4000-characters" in METRICS["bleu"].version
    assert "nrefs:var|case:mixed|eff:yes|tok:13a|smooth:exp|version:" in METRICS["bleu"].version
    assert "nrefs:var|case:mixed|eff:yes|nc:6|nw:0|space:no|version:" in METRICS["chrf"].version
    assert "exact-and-stem" in METRICS["meteor"].version
    assert "hashing-256" in METRICS["token_similarity"].version
    assert "first-400-words" in METRICS["rouge_l"].version


def test_bleu_does_not_remember_every_text_it_has_seen() -> None:
    from sacrebleu.tokenizers.tokenizer_13a import Tokenizer13a

    for number in range(2_500):
        scored("bleu", f"text {number}", "the old harbour")

    assert Tokenizer13a.__call__.cache_info().currsize <= 1_002


@given(st.lists(st.text(max_size=3_000), max_size=6), st.text(max_size=50))
@settings(max_examples=30)
def test_the_opening_is_the_first_characters_of_the_references_together(references: list[str], text: str) -> None:
    question, answer = opening(a_question(references=tuple(references)), an_answer(text=text))

    assert question.references is not None
    assert "".join(question.references) == "".join(references)[:LONGEST]
    assert answer.text == text


@pytest.mark.parametrize(
    ("text", "reference", "expected"),
    [
        ("It cost 3.7 million crowns", "3,700,000 crowns", 1.0),
        ("about 3,712,000", "3.7 million", 1.0),
        ("about 3.9 million", "3.7 million", 0.0),
        ("nineteen days", "19 days", 1.0),
        ("Twenty-one", "21", 1.0),
        ("two hundred and five", "205", 1.0),
        ("12 tonnes", "12.4 tonnes", 0.0),
        ("in 2024", "2025", 0.0),
        ("13-9", "9 to 13", 1.0),
        ("13", "13-9", 0.5),
        ("-3 degrees", "3 degrees", 0.0),
        ("\u0663", "3", 1.0),
        ("the N7", "7", 0.0),
        ("2bn", "2,000 million", 1.0),
        ("none", "3", 0.0),
    ],
)
def test_numbers_are_found_in_digits_and_words_within_the_tolerance(text: str, reference: str, expected: float) -> None:
    assert scored("numeric", text, reference) == expected


@given(st.integers(min_value=0, max_value=10**12), st.sampled_from(["{}", "{:,}", "about {:,}.", "({})"]))
def test_a_whole_number_is_found_however_it_is_grouped(number: int, form: str) -> None:
    assert scored("numeric", form.format(number), str(number)) == 1.0


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3 March 2025", 1.0), ("March 3, 2025", 1.0), ("2025-03-03", 1.0), ("on the 3rd of March, 2025", 1.0),
        ("3/3/2025", 1.0), ("03.03.2025", 1.0), ("Mar. 3 2025", 1.0), ("3. März 2025", 1.0), ("le 3 mars 2025", 1.0),
        ("2025\u5e743\u67083\u65e5", 1.0), ("Monday, 3 March 2025 at noon", 1.0), ("3 March", 0.0), ("March 2025", 0.0),
        ("4 March 2025", 0.0), ("3 March 2024", 0.0), ("33 March 2025", 0.0), ("2025", 0.0), ("yesterday", 0.0),
    ],
)  # fmt: skip
def test_a_date_is_the_same_in_every_form_and_must_say_all_that_the_reference_says(text: str, expected: float) -> None:
    for reference in ("3 March 2025", "March 3rd, 2025", "2025-03-03"):
        assert scored("date", text, reference) == expected


def test_a_date_may_say_more_than_the_reference_and_day_and_month_may_be_read_either_way() -> None:
    assert scored("date", "12 April 2025", "12 April") == 1.0
    assert scored("date", "5 May 2025", "May 2025") == 1.0
    assert scored("date", "3/4/2025", "4 March 2025") == scored("date", "3/4/2025", "3 April 2025") == 1.0
    assert scored("date", "from 3 to 5 May", "3 May, 5 May") == 0.5
    assert scored("date", "listopad 2024", "November 2024") == scored("date", "listopad 2024", "October 2024") == 1.0


@given(
    st.dates(min_value=date(1000, 1, 1)), st.sampled_from(["%d %B %Y", "%B %d, %Y", "%Y-%m-%d", "%d.%m.%Y", "%m/%d/%Y"])
)
def test_every_day_is_found_in_the_usual_forms(day: date, form: str) -> None:
    assert scored("date", f"It was on {day.strftime(form)}.", day.isoformat()) == 1.0


def test_what_has_no_number_or_date_is_not_measured_by_it() -> None:
    assert scored("numeric", "3", "the old harbour") is None
    assert scored("date", "3 March", "the old harbour", "31 June 2025") is None
    assert scored("numeric", "3", "the old harbour", "three") == 1.0


PLACES = ("Tavrick Fields", "the old harbour", "harbour", "2")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("B", 1.0), ("b)", 1.0), ("(B)", 1.0), ("The answer is B.", 1.0), ("Option b", 1.0), ("The old harbour", 1.0),
        ("It moved to the old harbour.", 1.0), ("B) the old harbour", 1.0), ("A", 0.0), ("B or C", 0.0),
        ("the old harbour or Tavrick Fields", 0.0), ("A. the old harbour", 0.0), ("harbour", 0.0), ("2", 0.0),
        ("2.", 0.0), ("E", 0.0), ("", 0.0), ("nowhere", 0.0), ("the old harbour, not the harbour", 1.0),
    ],
)  # fmt: skip
def test_exactly_the_right_choice_must_be_named(text: str, expected: float) -> None:
    assert scored("choice", text, "the old harbour", choices=PLACES) == expected


def test_a_choice_is_named_by_number_too_and_a_reference_may_be_a_letter() -> None:
    assert scored("choice", "2", "Oxterby", choices=("Corvane", "Oxterby")) == 1.0
    assert scored("choice", "(2)", "B", choices=("Corvane", "Oxterby")) == 1.0
    assert scored("choice", "Oxterby", "Corvane", "Oxterby", choices=("Corvane", "Oxterby")) == 1.0


def test_without_choices_or_a_right_one_among_them_there_is_nothing_to_choose() -> None:
    assert scored("choice", "B", "the old harbour") is None
    assert scored("choice", "B", "nowhere at all", choices=PLACES) is None


@given(st.integers(0, 9))
def test_each_choice_can_be_named_by_letter_number_and_text(place: int) -> None:
    choices = tuple(f"place {chr(ord('k') + number)}" for number in range(10))

    for text in (chr(ord("A") + place), str(place + 1), choices[place], f"It is {choices[place]}."):
        assert scored("choice", text, choices[place], choices=choices) == 1.0
        assert scored("choice", text, choices[place - 1], choices=choices) == 0.0


def _greedy(ours: Any, theirs: Any) -> float:
    """Zhang et al. 2020, equation by equation."""
    precision = sum(max(max(0.0, float(x @ y)) for y in theirs) for x in ours) / len(ours)
    recall = sum(max(max(0.0, float(x @ y)) for x in ours) for y in theirs) / len(theirs)
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


@given(seed=st.integers(0, 10**6), sizes=st.tuples(st.integers(1, 8), st.integers(1, 8)))
def test_token_similarity_is_greedy_matching(seed: int, sizes: Sequence[int]) -> None:
    random = np.random.default_rng(seed)
    ours, theirs = (random.standard_normal((size, 5)).astype(np.float32) for size in sizes)
    ours, theirs = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True) for vectors in (ours, theirs))

    assert token_similarity.matched(ours, theirs) == pytest.approx(_greedy(ours, theirs), abs=1e-5)


def test_token_similarity_by_hand() -> None:
    """Words that hash apart are orthogonal: two of three tokens are found, and all of the reference's two."""
    value = scored("token_similarity", "old harbour wall", "old harbour")

    assert value == pytest.approx(2 * (2 / 3) * 1 / (2 / 3 + 1), abs=0.01)
    assert scored("token_similarity", "?!", "old harbour") == 0.0


def test_token_similarity_is_refused_where_the_encoder_has_no_vectors_of_tokens(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from shared.encoders.hashing import HashingEncoder

    monkeypatch.delattr(HashingEncoder, "encode_tokens")
    with pytest.raises(ValueError, match=r"no vectors of tokens.*TILTYARD_ENCODER_VARIANT=sentence_transformers"):
        token_similarity.build(EncoderSettings(variant="hashing", dimensions=8))


@pytest.mark.long
def test_the_real_encoder_gives_a_vector_for_each_token_of_the_text_and_for_nothing_else() -> None:
    from shared import encoding

    settings = EncoderSettings()
    encoder, built = encoding.build(settings), token_similarity.build(settings)
    assert isinstance(encoder, encoding.TokenEncoder)

    vectors = encoder.encode_tokens("The old harbour")
    assert vectors.shape == (3, encoder.dimensions)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)
    assert len(encoder.encode_tokens("")) == 0
    near, far = (
        built.score(a_question(references=("The fair moved to the port",)), an_answer(text=text)) or 0.0
        for text in ("The fair was moved to the harbour", "Biscuits are baked at night")
    )
    assert far + 0.2 < near < 1.0
