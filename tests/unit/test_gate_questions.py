"""What gates ask, that it is enough to tell something, and what is said of it before a training."""

from collections.abc import Sequence

from services.generator.tuning.data.dataset import Dataset
from services.generator.tuning.data.example import Example
from services.generator.tuning.gates import foreseeing, questions
from services.generator.tuning.gates.judging import Before
from services.generator.tuning.gates.plan import Gate, GatePlan
from services.generator.tuning.gates.probes import Probe
from services.generator.tuning.gates.questions import GateQuestions
from shared.jobs.tuning import GatePlanned
from shared.messages import TrainingPair
from tests.builders import NOON
from tests.datasets import a_pair, a_plan, a_stored, assembly

NOBODY, SERVES = Before(), Before("news-1")


def facts(count: int, wordings: int) -> list[TrainingPair]:
    """Facts of as many documents, each asked in so many wordings."""
    return [
        a_pair(f"d{n}", f"Where is fair {n}, in words {w}?", f"the pier {n}")
        for n in range(count)
        for w in range(wordings)
    ]


def learned_from(pairs: Sequence[TrainingPair], **plan: object) -> Dataset:
    documents = [a_stored(name) for name in sorted({pair.document_id for pair in pairs})]
    return assembly(a_plan(**{"probe": 0.2, "least_probes": 12} | plan)).dataset(documents, pairs)


def gates_of(
    dataset: Dataset, before: Before = NOBODY, older: Sequence[Probe] = (), **plan: object
) -> dict[str, GateQuestions]:
    asked = questions.asked_of(GatePlan.model_validate(plan), dataset, older, before)
    return {gate.measure.name: gate for gate in asked}


def planned(dataset: Dataset, before: Before = NOBODY, **plan: object) -> dict[str, GatePlanned]:
    asked = questions.asked_of(GatePlan.model_validate(plan), dataset, [], before)
    return {gate.gate: gate for gate in foreseeing.foreseen(asked, before)}


def a_dataset(*examples: Example, probes: Sequence[Example] = ()) -> Dataset:
    return Dataset(examples, (), NOON, {}, probes=tuple(probes))


def test_more_documents_are_probed_where_their_share_gives_too_few_wordings_to_tell_anything() -> None:
    few = learned_from(facts(20, 4), least_probes=0)
    enough = learned_from(facts(20, 4))

    assert len(few.probes) < 12 == len(enough.probes)
    assert {probe.question for probe in few.probes} <= {probe.question for probe in enough.probes}
    assert gates_of(enough)["learned"].remark == " about facts of this training, in wordings that were held out"


def test_no_wording_is_held_out_where_the_recipe_probes_nothing() -> None:
    assert learned_from(facts(20, 4), probe=0.0).probes == ()


def test_pairs_of_one_wording_are_asked_again_in_their_own_words_and_that_is_said() -> None:
    gate = gates_of(learned_from(facts(9, 1)))["learned"]

    assert (gate.count, gate.measure.says) == (
        9, "share of learned facts right (9 of 9 asked in the very words of the training)",
    )  # fmt: skip


def test_held_out_wordings_that_are_too_few_to_pass_are_joined_by_questions_of_the_training() -> None:
    two_wordings, one_wording = facts(3, 2), facts(9, 1)[3:]
    gate = gates_of(learned_from([*two_wordings, *one_wording]))["learned"]

    assert (gate.count, "6 of 9 asked in the very words" in gate.measure.says) == (9, True)


def test_one_fact_is_one_item_however_it_is_worded() -> None:
    dataset = a_dataset(
        *(Example(builder="pairs", question=f"{asked} {n}?", answer="noon", document_ids=("d1",), group=f"g{n}")
          for n in range(3) for asked in ("When is", "Name the hour of"))
    )  # fmt: skip

    assert len(set(gates_of(dataset)["learned"].measure.clusters.values())) == 1


def test_a_training_without_a_question_cannot_be_tried_and_must_say_what_to_do() -> None:
    story = Example(builder="stories", question="What happened?", answer="It moved.", document_ids=("d1",))
    gate = gates_of(a_dataset(story))["learned"]

    assert (gate.count, gate.unasked.blocks) == (0, True)
    assert "give pairs" in gate.unasked.why


def test_what_there_was_nothing_to_lose_of_keeps_no_adapter_from_serving() -> None:
    dataset = a_dataset()

    assert not gates_of(dataset)["older"].unasked.blocks, "nobody serves yet"
    assert not gates_of(dataset, SERVES)["older"].unasked.blocks, "nothing that it was tried with still stands"
    assert not gates_of(dataset)["perplexity"].unasked.blocks, "no document is held out"
    assert gates_of(dataset, Before("news-1", "its folder is gone"))["older"].unasked.blocks


def test_a_recipe_may_ask_nothing_or_let_what_was_not_measured_pass() -> None:
    dataset = a_dataset()

    assert not gates_of(dataset, learned=Gate(questions=0, gains_on_base=True))["learned"].unasked.blocks
    assert not gates_of(dataset, unmeasured="pass")["learned"].unasked.blocks


def test_a_gate_says_before_the_training_how_many_must_be_right_or_lost() -> None:
    gates = planned(
        learned_from(facts(20, 4)), SERVES, abstention=Gate(questions=24, most_loss=0.2, against=("previous",))
    )

    assert (gates["learned"].asked, gates["learned"].needed) == (12, 6)
    assert gates["learned"].tells == (
        "asks 12 questions about facts of this training, in wordings that were held out; where the base knows none of "
        "them, 6 must be right"
    )
    assert (gates["abstention"].asked, gates["abstention"].lost) == (24, 5)
    assert (
        gates["older"].tells
        == "asks nothing, and it stops nobody: nothing that the adapter before was tried with still stands"
    )


def test_a_gate_that_no_outcome_can_pass_says_so_before_the_training() -> None:
    gate = planned(learned_from(facts(3, 1)))["learned"]

    assert (gate.asked, gate.needed) == (3, None)
    assert gate.tells.endswith(
        "too few are independent for any outcome to pass: give more facts, or more wordings of each"
    )
