"""What is held out stays out: no held-out document and no held-out wording is trained on, in whatever form."""

from collections import Counter
from collections.abc import Callable
from functools import partial

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from services.generator.tuning.data.dataset import Dataset
from services.generator.tuning.data.learned import LearnedRevision
from services.generator.tuning.data.material import Previous, as_example
from services.generator.tuning.data.split import side_of
from services.generator.tuning.data.wordings import normal
from shared.messages import TrainingPair
from tests.datasets import a_pair, a_plan, a_stored, assembly, newswire

EVERYTHING = (
    "pairs",
    {"raft": {"without_gold": 0.3}},
    {"abstention": {"rag": 0.5, "closed_book": 0.5}},
    "cloze",
    "raw_text",
    "stories",
    {"replay": {"of_previous": 1.0}},
)
WORDINGS = ("Who is the {role} of bridge {n}?", "Bridge {n} has which {role}?", "Name the {role}: bridge {n}!")
ROLES = ("Opener", "Closer")
PLACES = ("Ostrel", "Corvane", "Pellmere", "Dunmarrow", "Wexcombe")


@st.composite
def worlds(draw: st.DrawFn) -> Callable[[], Dataset]:
    """Documents, some of them reprints, with facts of several wordings, some of which an earlier adapter learned."""
    count = draw(st.integers(2, 10))
    reprints = draw(st.sets(st.integers(1, count - 1), max_size=2))
    documents = [
        a_stored(
            f"d{n}",
            f"The bridge of {PLACES[n % 5]} was opened on Monday by Opener Number{n} and closed by Closer Number{n}.",
            title=f"Bridge {n} of {PLACES[n % 5]}",
            duplicate_of="d0" if n in reprints else None,
        )
        for n in range(count)
    ]
    numbers, roles = st.sets(st.sampled_from(range(len(WORDINGS)))), draw(st.sampled_from([("Opener",), ROLES]))
    pairs = [
        a_pair(f"d{n}", WORDINGS[wording].format(n=n, role=role), f"{role} Number{n}")
        for n in range(count)
        for role in roles
        for wording in sorted(draw(numbers))
    ]
    earlier = [as_example(pair) for pair in draw(st.lists(st.sampled_from(pairs)))] if pairs else []
    learned = {of.revision.document_id: LearnedRevision.of(of.revision) for of in documents}
    seed, shares = draw(st.integers(0, 99)), {"validation": draw(st.floats(0, 0.5)), "probe": draw(st.floats(0, 0.5))}
    plan = a_plan(*EVERYTHING, without_pairs=EVERYTHING, seed=seed, **shares)
    made = assembly(plan, previous=Previous("before", learned, earlier))
    assume(any(side_of(of.revision, plan) != "validation" for of in documents))
    return partial(made.dataset, documents, pairs)


@settings(max_examples=60, deadline=None)
@given(worlds())
def test_nothing_held_out_is_trained_on(make: Callable[[], Dataset]) -> None:
    made = make()
    held_out = {document.revision.document_id for document in made.held_out}
    probes = {normal(probe.question) for probe in made.probes}
    for example in made.examples:
        assert not held_out & set(example.document_ids)
        assert normal(example.question) not in probes
        shown = f"{example.answer} {' '.join(example.passages)}"
        assert not any(document.text in shown for document in made.held_out)
    assert not held_out & {revision.document_id for revision in made.revisions}


@settings(max_examples=60, deadline=None)
@given(worlds())
def test_every_probe_asks_for_a_fact_that_is_trained_in_other_words(make: Callable[[], Dataset]) -> None:
    made = make()
    trained = {(example.group, example.answer) for example in made.examples if example.form == "closed_book"}
    assert all((probe.group, probe.answer) in trained for probe in made.probes)


def test_the_sample_newswire_is_split_in_three() -> None:
    documents, pairs = newswire()

    made = assembly(a_plan(*EVERYTHING, validation=0.1, probe=0.2)).dataset(documents, pairs)

    assert 2 <= len(made.held_out) <= 14
    assert {example.form for example in made.validation} == {"closed_book", "rag", "text"}
    assert len(made.probes) >= 10
    facts = Counter(probe.group for probe in made.probes)
    assert set(facts.values()) == {1}


def test_a_document_stays_on_its_side_whatever_else_is_published() -> None:
    plan = a_plan(validation=0.3, probe=0.3)
    few, many = ([a_stored(f"d{n}").revision for n in range(count)] for count in (10, 500))

    assert [side_of(revision, plan) for revision in few] == [side_of(revision, plan) for revision in many][:10]
    shares = Counter(side_of(revision, plan) for revision in many)
    assert shares["validation"] / 500 == pytest.approx(0.3, abs=0.07)
    assert shares["probe"] / 500 == pytest.approx(0.3, abs=0.07)


def test_a_reprint_goes_where_its_original_goes() -> None:
    plan = a_plan(validation=0.5)
    for n in range(20):
        first, reprint = a_stored(f"d{n}").revision, a_stored(f"r{n}", duplicate_of=f"d{n}").revision
        assert side_of(first, plan) == side_of(reprint, plan)


def test_another_seed_splits_otherwise() -> None:
    revisions = [a_stored(f"d{n}").revision for n in range(50)]
    plan, other = (a_plan(validation=0.3, seed=seed) for seed in (1, 2))

    assert [side_of(of, plan) for of in revisions] != [side_of(of, other) for of in revisions]


def test_a_fact_with_one_wording_is_no_probe_and_is_trained() -> None:
    made = assembly(a_plan(probe=1.0)).dataset([a_stored()], [a_pair()])

    assert made.probes == ()
    assert len(made.examples) == 1


def test_of_two_facts_with_one_answer_the_pair_says_which_wordings_belong_together() -> None:
    def asked(question: str, fact: str) -> TrainingPair:
        return a_pair(question=question, answer="Ann").model_copy(update={"fact": fact})

    pairs = [
        asked("Who opened it?", "opener"),
        asked("By whom was it opened?", "opener"),
        asked("Who closed it?", "closer"),
    ]
    made = assembly(a_plan(probe=1.0)).dataset([a_stored()], pairs)

    assert [probe.group for probe in made.probes] == ["story-1: opener"]
    assert "Who closed it?" in {example.question for example in made.examples}


def test_a_wording_held_out_for_one_fact_is_not_the_last_one_of_another_probe() -> None:
    first, second = ("Who opened it?", "Name the opener.", "Ann"), ("Name the opener.", "Who cut the ribbon?", "Bob")
    pairs = [a_pair(question=asked, answer=said[2]) for said in (first, second) for asked in said[:2]]

    for seed in range(20):
        made = assembly(a_plan(probe=1.0, seed=seed)).dataset([a_stored()], pairs)
        learned = {example.answer for example in made.examples}
        assert {probe.answer for probe in made.probes} <= learned
