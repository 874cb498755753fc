"""The measurement of contestants: what is asked after each edition, going on after a kill, and what is counted."""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

from bench.contestants import contenders, drift_figures, drifting, records, report, wire_figures
from bench.contestants.contenders import SharedSetup
from bench.contestants.drifting import Asking
from bench.contestants.editions import KINDS, Stream, Wanted
from bench.contestants.identity import RecipeUsed
from bench.contestants.library import Library
from bench.contestants.ports import Cost, Edition
from bench.contestants.records import Asked, DriftUnit, WireUnit
from services.generator.backends import echo
from services.generator.settings import GeneratorSettings
from services.ingest.settings import IngestSettings
from shared.lab.wires import consistency
from shared.lab.wires.consistency import NowAndThen
from shared.lab.wires.drift import Drift
from shared.lab.wires.knobs import Knobs
from shared.lab.wires.wire import document
from shared.messages import Answer, Question
from shared.settings import EncoderSettings

KNOBS = Knobs(seed=3, documents=16, new=4, corrections=2, retractions=1, reprints=0, updates=3, editions=4)
STREAM = Stream(KNOBS)
ASKING = Asking(questions=3, general=2, shared="s")
HASHING = EncoderSettings(variant="hashing", dimensions=64)


@cache
def edition(number: int) -> Edition:
    return STREAM.edition(number)


@cache
def wanted(number: int) -> Sequence[Wanted]:
    return STREAM.questions(number, 3)


def said(question: Question, text: str, status: str = "answered", arm: str = "base") -> Answer:
    return Answer.model_validate(
        {
            "question_id": question.question_id, "arm": arm, "status": status, "text": text, "model": "m",
            "backend": "b", "prompt_version": "p", "asked_at": datetime(2025, 3, 1, tzinfo=UTC),
            "generation_ms": 500.0,
        }
    )  # fmt: skip


class Remembers:
    """Says what was true when it last learned something: the newest value of each fact, or after one edition no more.

    It shows the seam: anything with these methods can be measured.
    """

    changes_weights = True

    def __init__(self, name: str, until: int = 99, recipe: RecipeUsed | None = None) -> None:
        self.name, self.until, self.recipe = name, until, recipe
        self.updated, self.caught_up = list[int](), list[int]()

    def update(self, edition: Edition) -> Cost:
        self.updated.append(edition.number)
        return Cost(2.0, tokens=10, held_bytes=1024)

    def catch_up(self, edition: Edition) -> None:
        self.caught_up.append(edition.number)

    def answer(self, questions: Sequence[Question]) -> list[Answer]:
        newest = max([*self.updated, *self.caught_up])
        return [self._said(question, newest) for question in questions]

    def _said(self, question: Question, newest: int) -> Answer:
        if newest > self.until and question.outdated:
            return said(question, question.outdated, arm=self.name)
        right = (question.references or ("I don't know.",))[0]
        return said(question, right, "answered" if question.references else "abstained", self.name)


def measured(folder: Path, *contestants: Remembers, asking: Asking = ASKING) -> list[DriftUnit]:
    by_name = {contestant.name: contestant for contestant in contestants}
    drifting.run(STREAM, by_name, folder / "out.jsonl", asking)
    return [unit for unit in records.read(folder / "out.jsonl") if isinstance(unit, DriftUnit)]


def test_an_edition_is_what_had_happened_when_it_was_out() -> None:
    whole = Drift(KNOBS).timeline
    for number in (1, 2, 4):
        published = [event.document_id for event in whole.in_edition(number)]
        assert [of.document_id for of in edition(number).documents] == published
    short = Drift(KNOBS.model_copy(update={"editions": 2})).timeline
    assert [*map(document, Drift(KNOBS, 2).timeline.events)] == [*map(document, short.events)]
    retracted = {event.document_id for event in whole.of_change("retraction") if event.edition <= 3}
    assert {of.revision.document_id for of in edition(3).stored if of.revision.retracted} == retracted


def test_pairs_teach_each_fact_with_its_newest_value_from_the_document_that_states_it() -> None:
    for number in (1, 3, 4):
        stored = {of.revision.document_id: of for of in edition(number).stored}
        answers: dict[str, set[str]] = {}
        for pair in edition(number).pairs:
            of = stored[pair.document_id]
            assert not of.revision.retracted
            assert pair.answer in f"{of.revision.title}\n{of.text}", pair
            answers.setdefault(pair.question, set()).add(pair.answer)
        assert all(len(of) == 1 for of in answers.values())


def test_each_kind_is_asked_for_and_never_in_the_words_of_a_pair() -> None:
    assert {one.kind for one in wanted(1)} == {"new", "unanswerable"}
    assert {one.kind for one in wanted(4)} == set(KINDS)
    for number in (1, 4):
        assert not {pair.question for pair in edition(number).pairs} & {one.question.text for one in wanted(number)}
        ids = [(one.kind, one.question.question_id) for one in wanted(number)]
        assert len(ids) == len(set(ids))


def test_facts_that_stand_are_asked_for_again_and_past_values_beside_the_ones_of_now() -> None:
    old = [{one.question.question_id for one in wanted(number) if one.kind == "old"} for number in (3, 4)]
    assert old[0] & old[1]
    facts = {kind: {one.fact for one in wanted(4) if one.kind == kind} for kind in ("updated", "past")}
    assert facts["updated"] & facts["past"]


def test_a_kill_loses_one_unit_at_most(tmp_path: Path) -> None:
    whole = measured(tmp_path / "whole", Remembers("a"), Remembers("b"))
    file = tmp_path / "out.jsonl"
    text = (tmp_path / "whole" / "out.jsonl").read_bytes()
    third = text.index(b"\n", text.index(b"\n") + 1) + 1
    file.write_bytes(text[: third + 100])
    first, second = Remembers("a"), Remembers("b")

    again = measured(tmp_path, first, second)

    assert again == whole
    assert (first.caught_up, first.updated) == ([1], [2, 3, 4])
    assert (second.caught_up, second.updated) == ([1], [2, 3, 4])
    third_time = Remembers("a")
    assert measured(tmp_path, third_time) == whole
    assert third_time.updated == third_time.caught_up == []


def test_a_line_that_is_no_unit_is_named(tmp_path: Path) -> None:
    (tmp_path / "out.jsonl").write_text('{"part": "drift"}\n')

    with pytest.raises(ValueError, match=r"out\.jsonl:1"):
        records.read(tmp_path / "out.jsonl")
    assert records.read(tmp_path / "none.jsonl") == []


def test_a_unit_that_two_files_have_counts_once(tmp_path: Path) -> None:
    units = measured(tmp_path, Remembers("a"))
    file = tmp_path / "out.jsonl"
    file.write_bytes(2 * file.read_bytes())

    assert records.read(file) == units


def test_figures_tell_who_keeps_up_from_who_does_not(tmp_path: Path) -> None:
    units = measured(tmp_path, Remembers("keeps-up"), Remembers("stopped", until=2))
    of = {name: drift_figures.figures(name, some) for name, some in drift_figures.by_contestant(units).items()}

    keeps, stopped = of["keeps-up"], of["stopped"]
    assert {kind: share.mean for kind, share in keeps.right.items()} == dict.fromkeys((*KINDS, "general"), 1.0)
    assert keeps.correcting.n == 6
    assert keeps.correcting.right.mean == 1.0
    assert keeps.correcting.seconds == 2.5, "the update and the question"
    assert (keeps.says_old.mean, keeps.forgotten.mean) == (0.0, 0.0)
    assert keeps.consistency is not None
    assert (keeps.consistency.both_right, keeps.consistency.contradicting) == (1.0, 0.0)
    assert stopped.correcting.right.mean == pytest.approx(1 / 3)
    assert stopped.correcting.old.mean == pytest.approx(2 / 3)
    assert (stopped.says_old.mean or 0) > 0.5
    assert stopped.consistency is not None
    assert stopped.consistency.contradicting == stopped.consistency.past_for_now > 0
    assert (keeps.update_s, keeps.update_tokens, keeps.held_bytes) == (2.0, 10, 1024)


def test_what_was_right_once_and_is_wrong_now_is_forgotten(tmp_path: Path) -> None:
    units = measured(tmp_path, Remembers("a"))
    last = units[-1]
    wrong = [
        one.model_copy(update={"answer": said(one.question, "no idea at all", arm="a")}) if one.kind == "old" else one
        for one in last.asked
    ]
    units[-1] = last.model_copy(update={"asked": wrong})
    again = {one.question.question_id for unit in units[:-1] for one in unit.asked if one.kind in ("old", "new")}
    lost = {one.question.question_id for one in wrong if one.kind == "old"} & again

    share = drift_figures.figures("a", units).forgotten

    assert lost
    assert share.mean == pytest.approx(len(lost) / share.n)


def test_effects_are_paired_against_base_with_passages(tmp_path: Path) -> None:
    units = measured(tmp_path, Remembers("base+rag"), Remembers("stopped", until=1))

    effects = {pair.slice: pair for pair in drift_figures.effects(units) if pair.a == "stopped"}

    assert effects["new"].difference == 0.0
    assert (effects["corrected"].difference or 0) < 0
    assert effects["corrected"].clusters < effects["corrected"].n + 1


def test_who_changes_weights_is_compared_as_a_training_whatever_tokens_it_reads(tmp_path: Path) -> None:
    against, reads = Remembers("base+rag"), Remembers("reads")
    against.changes_weights = reads.changes_weights = False
    units = measured(tmp_path, against, Remembers("trained"), reads)

    of_one_training = {pair.a: pair.one_training for pair in drift_figures.effects(units) if pair.slice == "all"}

    assert all(unit.tokens for unit in units)
    assert of_one_training == {"trained": True, "reads": False}


def test_what_was_measured_otherwise_stands_beside_it(tmp_path: Path) -> None:
    recipes = [RecipeUsed(name="mine", version=version, digest=f"d{version}") for version in (1, 2)]
    for recipe in recipes:
        units = measured(tmp_path, Remembers("a", recipe=recipe))
    assert len(units) == 2 * KNOBS.editions
    shown = report.text(units)
    for recipe in recipes:
        assert f"a by {recipe}" in shown
    other = Asking(questions=2, general=2, shared="s")
    units = measured(tmp_path, Remembers("a", recipe=recipes[0]), asking=other)
    assert len(units) == 3 * KNOBS.editions
    assert {f"setup {setup}" in report.text(units) for setup in (ASKING.setup, other.setup)} == {True}


def test_the_report_shows_every_contestant_and_says_what_seconds_leave_out(tmp_path: Path) -> None:
    units = measured(tmp_path, Remembers("base+rag"), Remembers("stopped", until=1))

    plain, markdown = report.text(units), report.text(units, markdown=True)

    for shown in (plain, markdown):
        assert shown.count("stopped") >= 4
        assert "bench.freshness" in shown
    assert "| base+rag |" in markdown
    assert "Nothing is measured" in report.text([])


RECIPE = RecipeUsed(name="mine", version=3, digest="abc123")


def wire_unit(seed: int | None, right: int, **changes: object) -> WireUnit:
    """So many of ten answers of each kind right."""
    who = "base" if seed is None else "tuned"
    asked = []
    for arm in (who, f"{who}+rag"):
        for kind in ("learned", "general"):
            for number in range(10):
                question = Question(question_id=f"{kind}-{number}", text="Who came?", references=("Ann Reed",))
                answer = said(question, "Ann Reed" if number < right else "Bob Hill", arm=arm)
                asked.append(Asked(kind=kind, fact=f"d{number}", question=question, answer=answer))
    values: dict[str, object] = {
        "wire": "dev-2",
        "wordings": 2,
        "wire_digest": "w",
        "setup": "s",
        "training_tokens": 50_000,
        "recipe": None if seed is None else RECIPE,
    }
    return WireUnit.model_validate(values | {"seed": seed, "asked": asked, "nats": 40.0, "nats_tokens": 10.0} | changes)


def test_bars_say_what_a_recipe_reaches() -> None:
    units = [wire_unit(None, 5), *(wire_unit(seed, right) for seed, right in ((1, 7), (2, 6), (3, 8)))]
    (group,) = wire_figures.groups(units)

    bars = {bar.name: bar for bar in group.bars()}

    assert bars["learned facts from memory"].value == pytest.approx(0.7)
    assert bars["learned facts from memory"].holds
    low, high = bars["learned facts from memory"].low, bars["learned facts from memory"].high
    assert low is not None
    assert high is not None
    assert low < 0.7 < high
    assert bars["general questions, share of the base's"].value == pytest.approx(1.4)
    assert bars["perplexity of new stories, times the base's"].value == pytest.approx(1.0)
    assert bars["tuned+rag over base+rag, learned"].value == pytest.approx(0.2)
    general = bars["general questions, share of the base's"]
    assert (general.low or 0.0) < 1.4 < (general.high or 0.0)
    tokens = bars["training tokens, the most"]
    assert (tokens.low, tokens.high) == (None, None), "the most of what is known is no estimate"
    many = [*units[:2], wire_unit(2, 2, training_tokens=70_000, nats=43.0)]
    (worse,) = wire_figures.groups(many)
    fails = {bar.name for bar in worse.bars() if not bar.holds}
    assert fails >= {"learned facts from memory", "training tokens, the most"}
    assert "dev-2" in report.text(units)
    assert "mine version 3 (abc123)" in report.text(units)


def test_trainings_of_other_wires_setups_and_recipes_are_not_counted_together() -> None:
    base, training = wire_unit(None, 5), wire_unit(1, 7)
    for changes in ({"setup": "t"}, {"recipe": RECIPE.model_copy(update={"digest": "d"})}, {"wire_digest": "x"}):
        other = training.model_copy(update=changes)
        assert len({unit.key for unit in (base, training, other)}) == 3
        groups = list(wire_figures.groups([base, training, other]))
        assert all(len(group.trained) == 1 for group in groups)
        assert len(groups) == 1 + ("recipe" in changes), "a training without its base waits"


def test_nothing_measured_reaches_no_bar() -> None:
    units = [wire_unit(None, 0, nats=0.0, nats_tokens=0.0), wire_unit(1, 5, nats=0.0, nats_tokens=0.0)]
    (group,) = wire_figures.groups(units)

    holds = {bar.name: bar.holds for bar in group.bars()}

    assert not holds["general questions, share of the base's"]
    assert not holds["perplexity of new stories, times the base's"]


def now_and_then(now: str, then: str) -> NowAndThen:
    asked = [Question(question_id=name, text="Who leads it?", references=(who,))
             for name, who in (("now", "Ann Reed"), ("then", "Bob Hill"))]  # fmt: skip
    return NowAndThen(asked[0], said(asked[0], now), asked[1], said(asked[1], then))


def test_answers_about_now_and_then_are_held_against_the_timeline() -> None:
    cases = {
        ("Ann Reed", "Bob Hill"): (True, False, False),
        ("Bob Hill", "Bob Hill"): (False, True, False),
        ("Ann Reed", "Ann Reed"): (False, False, True),
        ("Bob Hill", "Ann Reed"): (False, True, True),
        ("Cy Dent", "Bob Hill"): (False, False, False),
    }
    for (now, then), expected in cases.items():
        fact = now_and_then(now, then)
        assert (fact.both_right, fact.past_for_now, fact.now_for_past) == expected, (now, then)
    together = consistency.measured(now_and_then(*case) for case in cases)
    assert together is not None
    assert (together.n, together.both_right, together.contradicting) == (5, 0.2, 0.6)
    assert consistency.measured([]) is None


def a_setup(folder: Path) -> SharedSetup:
    settings = GeneratorSettings(backend="echo", speakers="base,tuned,continual")
    words = IngestSettings(chunker="words", chunk_tokens=80, language="stated")
    library = Library(contenders.contest(), HASHING, datetime(2025, 1, 1, tzinfo=UTC), words)
    backend = echo.build(settings, folder)
    return SharedSetup.around(backend, settings, library, home=folder, folder=folder, stream="s", say=lambda _: None)


def test_arms_that_read_find_a_correction_as_soon_as_it_is_taken_up(tmp_path: Path) -> None:
    setup = a_setup(tmp_path)
    reader = setup.contestant("base+gold")
    for number in (1, 2):
        cost = reader.update(edition(number))
        assert set(cost.seconds_of) == {of.document_id for of in edition(number).documents}
        assert cost.held_bytes > 0
    assert setup.contestant("base+rag").update(edition(2)) == cost, "all who read share one store"

    for correction in STREAM.corrections(2):
        (answer,) = reader.answer([correction.question])
        (reference, *_) = correction.question.references or ()
        assert reference.lower() in " ".join(answer.evidence_texts).lower()
        assert (correction.question.outdated or "") not in " ".join(answer.evidence_texts)


def test_a_prompt_is_put_once_and_nobody_is_called_otherwise(tmp_path: Path) -> None:
    setup = a_setup(tmp_path)
    base = setup.contestant("base")
    base.update(edition(1))
    asked = [one.question for one in wanted(1)]

    first = base.answer(asked)
    put = len(setup.backend.known)

    assert [answer.text for answer in base.answer(asked)] == [answer.text for answer in first]
    assert len(setup.backend.known) == put <= len(asked)
    with pytest.raises(ValueError, match=r"nobody is called 'else'.*continual"):
        setup.contestant("else")
