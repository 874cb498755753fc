"""Supplied pairs are looked through before a training: what news has contradicted is not taught again."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

import pytest

from services.console.views import pairs as pairs_view
from services.generator.tuning.data import supplied
from services.generator.tuning.data.assembling import SUPPLIED
from services.generator.tuning.data.checking import Supplied
from services.generator.tuning.data.dataset import Dataset
from services.generator.tuning.data.stated import states
from shared.jobs.dataset import CONTRADICTED, ELSEWHERE, RETRACTED, TWO_ANSWERS, UNKNOWN, PairsReport
from shared.messages import TrainingPair
from shared.stored import StoredDocument
from tests.datasets import a_pair, a_plan, a_stored, assembly

WAS = a_stored("race", "Ackerby won the race in 47 minutes 12 seconds.", title="Race")
NOW = a_stored("race", "Ackerby won the race in 46 minutes 58 seconds.", title="Race", revision=2)
WINNER = a_pair("race", "Who won?", "Ackerby")


def made(
    pairs: Sequence[TrainingPair], *documents: StoredDocument,
    earlier: Mapping[str, list[StoredDocument]] = MappingProxyType({}), given: Supplied = SUPPLIED,
) -> Dataset:  # fmt: skip
    reads = replace(assembly(a_plan()), earlier=lambda names: {name: earlier.get(name, []) for name in names})
    return reads.dataset(documents, pairs, supplied=given)


def report_of(dataset: Dataset) -> PairsReport:
    assert dataset.pairs is not None
    return dataset.pairs


def test_a_pair_that_its_corrected_document_no_longer_says_is_left_out_and_named() -> None:
    old = a_pair("race", "How long did it take?", "47 minutes 12 seconds")
    dataset = made([old, WINNER], NOW, earlier={"race": [WAS]})

    assert [example.answer for example in dataset.examples] == ["Ackerby"]
    assert dataset.left_out == {CONTRADICTED: 1}
    [named] = report_of(dataset).named
    assert (named.why, named.document_id, named.answer) == (CONTRADICTED, "race", "47 minutes 12 seconds")


def test_an_answer_that_stood_in_no_revision_is_kept_and_counted() -> None:
    formed = a_pair("race", "Did Ackerby win?", "yes")
    kept, unsure = made([formed], WAS), made([formed], NOW, earlier={"race": [WAS]})

    assert (len(kept.examples), report_of(kept).not_in_document, report_of(kept).doubts) == (1, 1, {})
    assert (len(unsure.examples), report_of(unsure).doubts) == (1, {ELSEWHERE: 1}), "its document changed since"


def test_where_no_earlier_revision_is_kept_a_pair_is_taught_and_named() -> None:
    dataset = made([a_pair("race", "How long did it take?", "47 minutes 12 seconds")], NOW)

    assert (len(dataset.examples), report_of(dataset).doubts) == (1, {ELSEWHERE: 1})


def test_a_document_states_an_answer_in_another_form_and_not_where_it_denies_it() -> None:
    says = a_stored("d", "Some 1,200 people came on 3 May. It was not Ann but Bob who won.", title="Fair in Ostrel")

    for answer, stands in [
        ("1200", True),
        ("May 3", True),
        ("Ostrel", True),
        ("Bob", True),
        ("Ann", False),
        ("9", False),
    ]:
        assert states(says, "", answer) is stands, answer


def test_pairs_of_retracted_and_unknown_documents_are_left_out_and_named() -> None:
    gone = a_stored("gone", "", retracted=True)
    dataset = made([WINNER, a_pair("gone"), a_pair("nowhere")], WAS, gone)

    assert dataset.left_out == {RETRACTED: 1, UNKNOWN: 1}
    assert (report_of(dataset).documents, report_of(dataset).unknown) == (2, 1)
    assert {named.why for named in report_of(dataset).named} == {RETRACTED, UNKNOWN}


def test_a_file_of_unknown_documents_is_an_error_and_nothing_else_is_learned_instead() -> None:
    pairs = [a_pair("a"), a_pair("b")]

    with pytest.raises(
        ValueError, match=r"none of the 2 pairs can be learned: 2 with document unknown .*a, b.*publish"
    ):
        made(pairs, WAS, given=Supplied(of_file=2))
    assert made(pairs, WAS).examples, "of the topic alone they are counted"


def test_one_question_with_two_answers_is_named_and_another_wording_of_one_answer_is_not() -> None:
    first, second = a_pair("race", "Who won?", "Ackerby"), a_pair("other", "who won", "Freya Tindall")
    same = a_pair("other", "who won", "Nils Ackerby")
    other = a_stored("other", "Freya Tindall won.")

    assert report_of(made([first, second], WAS, other)).doubts[TWO_ANSWERS] == 2
    assert TWO_ANSWERS not in report_of(made([first, same], WAS, other)).doubts


def test_of_a_file_that_answers_one_question_twice_the_first_line_counts_and_both_are_named() -> None:
    again = a_pair("race", "Who  WON?", "Tindall")
    kept, replaced = supplied.first_of_each([WINNER, again, WINNER])
    dataset = made(kept, WAS, given=Supplied(of_file=1, replaced=replaced))

    assert (kept, replaced) == ([WINNER], [again])
    assert report_of(dataset).doubts == {TWO_ANSWERS: 2}


def test_facts_wordings_and_what_to_do_are_said_in_sentences() -> None:
    reworded = a_pair("race", "Name the winner.", "Ackerby")
    said = list(pairs_view.said(report_of(made([WINNER, reworded, a_pair("nowhere")], WAS))))

    assert said == [
        "2 of 3 pairs are taught, 1 fact (1 in 2 wordings)",
        "documents that the pairs name: 1 known, 1 unknown",
        "1 x document unknown: left out: publish the document, or correct `document_id`",
        "  nowhere: Where is the fair? -> the harbour",
    ]
