"""Whether made questions decide as written ones: what is put together, asked, and held against the truth."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bench.decisions import __main__ as command
from bench.decisions import agreement, both, kinds
from bench.decisions.agreement import Held
from bench.decisions.measuring import Measured
from services.console.demo import newswire
from services.console.demo.newswire import SAMPLE, Newswire
from services.console.demo.telling import name_of
from shared import lines
from shared.contests import files
from shared.jobs.asking import UNTAUGHT
from shared.lab.deciding.leads import Lead
from shared.lab.deciding.rule import Decision
from shared.lab.deciding.values import Rates
from shared.messages import AdapterAnnounced, AdapterRef, Answer, Arm, Question, Result, TrainingPair
from shared.scoring.catalogue import HEADLINE
from tests.adapters import announced
from tests.builders import an_answer
from tests.results import a_trial

LEARNED_UNTIL, ASKED_AT = datetime(2025, 3, 23, 13, tzinfo=UTC), datetime(2025, 12, 1, tzinfo=UTC)
RATES = Rates(questions_per_day=1_000, updates_per_day=50)


def as_made(result: Result) -> Result:
    """The same result of a question that rules made."""
    question = result.question.model_copy(update={"question_id": f"made-{result.question.question_id}"})
    return result.model_copy(update={"question": question})


def exchanged(result: Result) -> Result:
    """As if `base` had said what `base+rag` said, and the other way round."""
    base, rag = (result.answers[arm] for arm in ("base", "base+rag"))
    turned = {
        "base": rag.model_copy(update={"answer": base.answer}),
        "base+rag": base.model_copy(update={"answer": rag.answer}),
    }
    return result.model_copy(update={"answers": {**result.answers, **turned}})


def test_the_same_answers_to_both_kinds_are_not_apart() -> None:
    results, times = a_trial()
    runs = {"seed-1": [*results, *map(as_made, results)]}
    written, made = (agreement.material(runs, times, made=kind) for kind in (False, True))
    pairs = [*agreement.side_by_side(written, made)]
    assert {pair.written.slice for pair in pairs} == {"learned", "new", "corrected", "retracted", "unanswerable"}
    assert all(abs(pair.gap) < 1e-9 and not pair.contradicts and not pair.has_other_sign for pair in pairs)


def test_made_questions_that_turn_an_effect_are_seen() -> None:
    results, times = a_trial()
    whole = [result for result in results if {"base", "base+rag"} <= result.answers.keys()]
    runs = {"seed-1": [*whole, *(as_made(exchanged(result)) for result in whole)]}
    written, made = (agreement.material(runs, times, made=kind) for kind in (False, True))
    (pair,) = (
        pair
        for pair in agreement.side_by_side(written, made)
        if (pair.written.slice, pair.written.a, pair.written.b) == ("new", "base", "base+rag")
    )
    assert pair.contradicts
    assert pair.has_other_sign
    assert pair.limits[0] > agreement.APART


def test_a_decision_for_what_is_truly_worse_is_wrong_only_where_it_is_decided() -> None:
    results, times = a_trial()
    truth = agreement.decision(agreement.material({"seed-1": results}, times, made=False), RATES, 600.0)
    worst = min(truth.worths, key=lambda name: truth.worths[name].mean)
    others = {name: lead for name, lead in truth.leads.items() if name != worst}
    for leads, wrong in ((dict[str, Lead](), True), (others, not truth.rivals)):
        held = Held(_with(truth, worst, leads), truth)
        assert held.lost == pytest.approx(truth.worths[truth.best].mean - truth.worths[worst].mean)
        assert held.is_wrong is (wrong and held.decision.decided)
    assert not Held(truth, truth).is_wrong
    assert Held(truth, truth).lost == 0


def _with(decision: Decision, best: str, leads: Mapping[str, Lead]) -> Decision:
    return replace(decision, best=best, leads=leads)


def test_the_kinds_of_newswires_are_those_that_are_wanted() -> None:
    assert [*kinds.kinds()] == ["sample", "much-news", "many-questions", "many-corrections", "long-documents"]
    assert kinds.kinds()["sample"].write(Path("nowhere")) == SAMPLE


class Model:
    """Stands for a model and its training: says the first reference, tuned arms under the newest adapter."""

    def __init__(self) -> None:
        self.asked, self.adapter = list[str](), announced("none")

    def ask(self, arm: Arm, questions: Sequence[Question]) -> list[Answer]:
        self.asked.append(arm.name)
        spoken = AdapterRef(name=self.adapter.name, cutoff=LEARNED_UNTIL, weights_sha256=self.adapter.weights_sha256)
        return [
            an_answer(
                arm=arm.name, question_id=question.question_id, text=next(iter(question.references or ()), "nothing"),
                adapter=spoken if arm.is_tuned else None, asked_at=ASKED_AT,
            )
            for question in questions
        ]  # fmt: skip

    def train(self, seed: int) -> AdapterAnnounced:
        self.adapter = announced(name_of(seed))
        return self.adapter


@pytest.fixture(scope="module")
def wire(tmp_path_factory: pytest.TempPathFactory) -> Newswire:
    """The sample with both kinds of questions, twelve of each."""
    return both.put_together(SAMPLE, tmp_path_factory.mktemp("both") / "wire", 12)


def test_both_kinds_of_questions_are_asked_and_no_pair_tells_one(wire: Newswire) -> None:
    made = [question for question in wire.questions if both.is_made(question.question_id)]
    assert (len(made), len(wire.questions)) == (12, 24)
    assert newswire.told(lines.read_all(wire.pairs_file, TrainingPair), wire.questions) == []
    assert wire.facts > 12


def test_each_training_is_one_run_and_is_not_made_again(wire: Newswire, tmp_path: Path) -> None:
    contest, model = files.chosen("two_by_two"), Model()
    Measured(wire, contest, model.ask, model.train, tmp_path).run([1, 2])
    assert model.asked == ["base", "base+rag", "tuned", "tuned+rag", "tuned", "tuned+rag"]
    again = Model()
    measured = Measured(wire, contest, again.ask, again.train, tmp_path)
    measured.run([1, 2, 3])
    assert again.asked == ["tuned", "tuned+rag"]
    run = measured.kept.of("seed-3")
    assert run is not None
    assert [*run.results[0].answers] == ["base", "base+rag", "tuned", "tuned+rag"]
    assert {scored.scores.get("right") for result in run.results for scored in result.answers.values()} == {1.0, None}


def test_the_report_says_what_was_found_and_what_is_missing(tmp_path: Path) -> None:
    place = tmp_path / "sample"
    both.put_together(SAMPLE, place / "wire", 12)
    assert command.report("sample", place, 3) == ["sample: no run is there yet"]
    model, loaded = Model(), newswire.load(place / "wire")
    contest = command.contest_of(command.WITHOUT)
    Measured(loaded, contest, model.ask, model.train, place / "runs").run([1, 2])
    head, *told = command.report("sample", place, 1)
    assert head.startswith("sample: 12 written questions, 12 made ones, 2 trainings on ")
    assert told[-3].startswith("  truth, written questions and 1 other training: ")
    assert told[-2].startswith("  made questions, 1 training: ")
    assert command.report("sample", place, 2)[-1].startswith("  no truth: all 2 trainings are those that decide")
    (place / "runs" / "seed-2" / "asked.json").unlink()
    assert "1 training on" in command.report("sample", place, 1)[0], "what is not whole is no run"


def test_another_number_of_questions_is_not_taken_for_the_same(tmp_path: Path) -> None:
    command.wire_of("sample", tmp_path, 12)
    with pytest.raises(ValueError, match="at most 12 questions of a kind"):
        command.wire_of("sample", tmp_path, 20)


def test_made_questions_about_learned_news_weigh_as_the_pairs_teach_it() -> None:
    """Where one arm knows what pairs teach and the other what they do not, the share decides who is ahead."""
    results, times = a_trial()
    learned = [of for of in results if of.question.slice == "learned" and {"base", "base+rag"} <= of.answers.keys()]
    half = len(learned) // 2
    made = [
        *(as_made(_right_alone(of, "base")) for of in learned[:half]),
        *(as_made(_untaught(_right_alone(of, "base+rag"))) for of in learned[half:]),
    ]
    runs = {"seed-1": [*learned, *made]}
    for share in (0.2, 0.5, 0.9):
        pairs = agreement.side_by_side(
            agreement.material(runs, times, made=False), agreement.material(runs, times, made=True), share
        )
        [pair] = [pair for pair in pairs if (pair.written.a, pair.written.b) == ("base", "base+rag")]
        assert pair.made.difference == pytest.approx(share - (1 - share))


def _right_alone(result: Result, arm: str) -> Result:
    scored = {
        name: of.model_copy(update={"scores": {**of.scores, HEADLINE: float(name == arm)}})
        for name, of in result.answers.items()
    }
    return result.model_copy(update={"answers": scored})


def _untaught(result: Result) -> Result:
    return result.model_copy(update={"question": result.question.model_copy(update={"slice": UNTAUGHT})})
