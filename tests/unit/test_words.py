"""Words as people write them: what counts as the same word in search and measures, and what does not."""

import time
from pathlib import Path

import pytest

from services.generator.replies import parse
from services.ingest.cleaners import plain
from services.ingest.line_ends import mended
from services.retriever import words as index_words
from services.retriever.folders import snapshot_folder
from services.retriever.indexes import bm25, tfidf
from services.retriever.ports import SparseIndex
from services.retriever.settings import RetrieverSettings
from shared import normalise
from shared.kafka import topics
from shared.scope import Scope
from shared.scoring import catalogue
from shared.scoring.choices import Choices
from shared.settings import CassandraSettings, EncoderSettings, KafkaSettings
from shared.stored import Passage
from tests.builders import NOON
from tests.cases import every_case

ALIKE = (
    ("The U.S.A. team", "USA"), ("in the U.S.A", "usa"), ("J. K. Rowling", "JK Rowling"),
    ("J.K.Rowling", "JK Rowling"),
    ("at 10 a.m. sharp", "10 am"), ("1,000 boats", "1000"), ("1'000 boats", "1000"), ("1\u2019000 boats", "1,000"),
    ("1\u202f000 boats", "1000"), ("1 000 boats", "1000"), ("1.000.000 boats", "1000000"),
    ("10,00,000 boats", "1000000"),
    ("\u0661\u066c\u0660\u0660\u0660", "1000"), ("१२ नाव", "12"), ("Hafen\u00adfest heute", "Hafenfest"),
    ("Hafen\u00ad\nfest", "Hafenfest"),
    ("Harbour\u200bFair", "HarbourFair"), ("\u202efair\u202c", "fair"), ("lant-\nern light", "lantern"),
    ("old-\nstyle", "oldstyle"),
    ("old-\nstyle", "old style"), ("an e-mail", "email"), ("an email", "e-mail"),
    ("a non\u2011stop train", "non-stop"),
    ("an F-16", "F16"), ("AT&T moved", "at&t"), ("مُحَمَّد", "محمد"), ("محمـــد", "محمد"),
    ("שָׁלוֹם", "שלום"), ("דו״ח", "דוח"),
    ("за́мок", "замок"), ("İzmir", "izmir"), ("Straße", "STRASSE"), ("ﬂag", "flag"),
    ("\uff26\uff21\uff29\uff32\u3000\uff12\uff10", "fair 20"), ("don\u2019t", "don't"),
    ("Lantern™ fair", "lantern fair"), ("CO₂", "CO2"), ("cafe\u0301", "CAFÉ"), ("C++ and C#", "C#"), (".NET", "net"),
)  # fmt: skip
OTHER = (
    ("3.5 boats", "35"), ("3.5 boats", "5"), ("10² boats", "102"), ("10½ boats", "101"), ("1,5", "15"),
    ("3-5 boats", "35"),
    ("0,125", "125"), ("हिन्दी दिन", "दान"), ("ปู", "ปี"), ("দান", "দিন"), ("C++", "C"), ("C#", "C"),
    ("N. 5", "N5"), ("1.2. list", "12"),
)  # fmt: skip
CHOICES = ("10", "12", "120", "2")
NAMED: tuple[tuple[tuple[str, ...], str, set[int]], ...] = (
    (CHOICES, "The answer is 2", {3}), (CHOICES, "Answer: 10.", {0}), (CHOICES, "B", {1}),
    (CHOICES, "The answer is **B**", {1}),
    (CHOICES, "2) 12", {1}), (CHOICES, "B) 12", {1}), (CHOICES, "1", set()), (CHOICES, "Option 2", {1}),
    (CHOICES, "The answer is option B", {1}), (CHOICES, "A) 10 B) 12 C) 120 D) 2", {0, 1, 2, 3}),
    (CHOICES, "10, 12, 120, 2", {0, 1, 2, 3}),
    (("-2", "2"), "The answer is \u22122", {0}), (("-2", "2"), "The answer: 2", {1}), (("C", "A", "B"), "B", {2}),
    (("C", "A", "B"), "D", set()), (("3 hours", "2 hours", "1 hour"), "1", {2}),
    (("1.5", "2.5"), "The answer is 2.5", {1}),
    (("C", "C++"), "The answer is C", {0}), (("New", "New York"), "It is New York", {1}),
    (("दान", "दिन", "रात", "मास"), "दिन", {1}),
    (("दान", "दिन", "रात", "मास"), "उत्तर: दिन।", {1}), (("دَين", "دِين"), "دِين", {1}),
    (("e-mail", "letter"), "by email", {0}),
    (("<", ">"), ">", {1}), (("Paris", "Rome"), "The answer is 2", {1}),
)  # fmt: skip


def an_index_of(text: str, build: str) -> SparseIndex:
    index: SparseIndex = {"bm25": bm25, "tfidf": tfidf}[build].build(RetrieverSettings(index_memory_mib=16), None)
    for name, passage in (("wanted", text), ("other", "something else")):
        index.replace(name, [Passage(name, 0, 1, "", "wire", (), "en", (), 1.0, NOON, NOON, passage)])
    index.commit({})
    return index


@pytest.mark.parametrize("build", ["bm25", "tfidf"])
def test_a_passage_is_found_by_its_words_however_they_are_written(build: str) -> None:
    with every_case() as case:
        for text, asked in ALIKE:
            with case(text, asked):
                hits = an_index_of(text, build).search(asked, limit=5, scope=Scope())
                assert [hit.document_id for hit in hits] == ["wanted"]


@pytest.mark.parametrize("build", ["bm25", "tfidf"])
def test_a_passage_is_not_found_by_other_words(build: str) -> None:
    with every_case() as case:
        for text, asked in OTHER:
            with case(text, asked):
                assert an_index_of(text, build).search(asked, limit=5, scope=Scope()) == []


def test_a_phrase_occurs_however_it_is_written_and_no_other_does() -> None:
    with every_case() as case:
        for text, phrase in ALIKE:
            with case(text, phrase):
                assert normalise.occurs(phrase, text)
        for text, phrase in OTHER:
            with case(text, phrase):
                assert not normalise.occurs(phrase, text)


def test_points_count_where_both_texts_have_them_on_a_letter_before_the_last() -> None:
    assert not normalise.occurs("دِين", "دَين")
    assert normalise.occurs("دِين", "دين")
    assert normalise.occurs("الرّياضُ", "في الرِّيَاضِ")


def test_words_keep_the_marks_that_are_vowels() -> None:
    assert normalise.words("हिन्दी दिन") == "हिन्दी दिन"
    assert normalise.words("မြန်မာ") == "မြန်မာ"


def test_accents_make_no_difference_to_a_search_and_one_to_a_measure() -> None:
    assert an_index_of("the café", "bm25").search("cafe", limit=1, scope=Scope())
    assert not normalise.occurs("cafe", "the café")


def test_the_parts_of_a_date_are_found_and_those_of_a_decimal_are_not() -> None:
    assert sorted(normalise.spellings("on 12.05.2024, 3.5 m")) == ["05", "12", "2024"]


def test_a_text_that_is_long_takes_time_in_proportion() -> None:
    """Ten times the text, at most thirty times the time; a pattern that looks back from every place takes a hundred."""
    for part in ("a-", "1,", "1 ", "a.", "a. ", "1.1:", "\u00ad\n", "ـ", "क्", "-\n", "e-mail U.S. 1,000 "):
        seconds = []
        for length in (10_000, 100_000):
            text = (part * length)[:length]
            started = time.process_time()
            normalise.words(text)
            normalise.spellings(text)
            seconds.append(time.process_time() - started)
        assert seconds[1] < 0.05 + 30 * seconds[0], ascii(part)


def test_named_choices_are_read_as_texts_before_they_are_read_as_labels() -> None:
    with every_case() as case:
        for choices, text, places in NAMED:
            with case(choices, text):
                assert Choices(choices).named(text) == places


def test_an_index_of_other_words_is_not_gone_on_with(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(topics, "identity", lambda *_: "topic")

    def folder() -> Path:
        return snapshot_folder(KafkaSettings(), CassandraSettings(), "encoder", RetrieverSettings(), home=tmp_path)

    before = folder()
    assert index_words.VERSION.endswith(f":{normalise.VERSION}")
    monkeypatch.setattr(index_words, "VERSION", "next")

    assert folder() != before


def test_measures_of_words_say_the_version_of_their_words() -> None:
    names = ["choice", "choice_likelihood", "contains", "correct", "grounded_words", "meteor"]
    metrics = catalogue.load(names, EncoderSettings(variant="hashing"))

    assert all(f"words-{normalise.VERSION}" in metric.version for metric in metrics.values())


def test_abstaining_is_recognised_by_whole_words_of_any_script() -> None:
    assert parse("मुझे नहीं पता।", chunk_ids=(), abstain="मुझे नहीं पता").status == "abstained"
    assert parse("मुझे नहीं पीता।", chunk_ids=(), abstain="मुझे नहीं पता").status == "answered"


def test_plain_text_stays_as_it_was_published() -> None:
    assert plain.clean("Hafen\u00adfest, Harbour\u200bFair") == "Hafen\u00adfest, Harbour\u200bFair"


@pytest.mark.parametrize(
    ("lines", "whole"),
    [
        ("its capabili-\nties grew", "its capabilities grew"), ("Capabili- \nties", "Capabilities"),
        ("a well-\nknown quay", "a well-known quay"), ("a state-of-the-\nart quay", "a state-of-the-art quay"),
        ("a follow-up; the follow-\nup", "a follow-up; the follow-up"),
        ("decision, making, decision-\nmaking", "decision, making, decision-making"),
        ("Hafen\u00ad\nfest", "Hafenfest"), ("reelected, re-\nelected", "reelected, reelected"),
        ("the Harrow-\nVale line", "the Harrow-\nVale line"), ("3-\n4 boats -\nred", "3-\n4 boats -\nred"),
    ],
)  # fmt: skip
def test_words_that_a_pdf_broke_are_whole_and_compounds_stay(lines: str, whole: str) -> None:
    assert mended(lines) == whole


def test_a_digit_that_only_one_of_the_tables_of_unicode_knows_stays_as_it_is() -> None:
    assert normalise.words("berth \U00011bf0") == "berth \U00011bf0"  # new in Unicode 16


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("أحمد", "احمد"), ("إلى", "الى"), ("القاهره", "القاهرة"), ("السيسى", "السيسي"), ("کتاب", "كتاب"),
        ("ایران", "ايران"), ("Ёлка", "Елка"), ("हिन्दी", "हिंदी"), ("मुम्बई", "मुंबई"), ("चण्डीगढ़", "चंडीगढ"), ("हाँ", "हां"),
    ],
)  # fmt: skip
def test_a_word_is_found_in_each_spelling_that_writers_of_its_language_use(written: str, asked: str) -> None:
    count = index_words.counter("English")

    assert count(written) == count(asked)
    assert count(asked) != []


@pytest.mark.parametrize("end", ["\r\n", "\r", "\x0c", "\x0b", "\x85", "\u2028"])
def test_words_on_two_pages_or_lines_do_not_join(end: str) -> None:
    assert plain.clean(f"lock{end}shut") == "lock\nshut"


@pytest.mark.parametrize(
    "said",
    ["\uff22", "\uff08\uff22\uff09", "\u2461", "\uff12", "Antwort: B", "R\u00e9ponse : B", "\u7b54\u6848\uff1aB",
     "\u0909\u0924\u094d\u0924\u0930: B", "Antwort: **B**"],
)  # fmt: skip
def test_a_label_is_read_as_people_of_other_scripts_and_languages_write_it(said: str) -> None:
    assert Choices(("Paris", "London")).named(said) == {1}


@pytest.mark.parametrize("said", ["Paris: B", "10:30", "Bus: C"])
def test_a_word_before_a_colon_is_no_answer_where_it_is_a_choice_or_no_label_follows(said: str) -> None:
    assert Choices(("Paris", "London")).named(said) in (set(), {0})
