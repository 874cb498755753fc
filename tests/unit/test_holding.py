"""Holding a model to its base while it learns: what on, when, and that it holds."""

from pathlib import Path
from typing import Any

import pytest
import torch
from pydantic import ValidationError

from services.generator import answer_prompt, models
from services.generator.adapters import WEIGHTS
from services.generator.tuning.gates import probes
from services.generator.tuning.training import held_examples, holding, network, running
from services.generator.tuning.training.held_examples import Held
from services.generator.tuning.training.plan import Hold, TrainingPlan
from services.generator.tuning.training.tokens import Encoded
from shared.jobs.events import Event
from shared.jobs.training import StepTaken
from shared.models import language
from shared.normalise import words
from tests import tiny_model, training_run

HELD = Held(
    prompts=tuple((50, *range(number, number + 4)) for number in range(10, 22)),
    texts=tuple(Encoded((7,), tuple(range(number, number + 9))) for number in range(20, 26)),
)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_model.save(tmp_path_factory.mktemp("tiny"))


def divergence(tiny: Path, folder: Path) -> float:
    """Of an adapter from its base, over the texts and the base's answers."""
    made = network.build(tiny, TrainingPlan(rank=4, alpha=8))
    answers = holding.answered(made, HELD.prompts)
    network.start_from(made, folder)
    return holding.accumulate(made, [*answers, *HELD.texts], 1.0)


def test_a_model_that_is_held_moves_less_from_its_base_and_learns_all_the_same(tiny: Path, tmp_path: Path) -> None:
    ended = {}
    for name, wishes in (("free", {}), ("held", {"hold": Hold(questions=40, texts=40, weight=30.0)})):
        run: Any = {"home": tmp_path / name, "held": HELD} | wishes
        ended[name] = training_run.run(
            tiny, tmp_path / f"{name}-out", **run, dropout=0.0, epochs=40, learning_rate=1e-2
        )

    free, kept = (divergence(tiny, tmp_path / f"{name}-out") for name in ("free", "held"))
    assert kept < free / 2
    assert ended["held"].final_loss < 6.0


def test_the_term_is_zero_where_nothing_was_learned(tiny: Path) -> None:
    made = network.build(tiny, TrainingPlan(rank=4))

    assert holding.accumulate(made, HELD.texts, 1.0) == pytest.approx(0.0, abs=1e-6)
    gradients = [weight.grad for weight in network.learned(made).values() if weight.grad is not None]
    assert max(float(gradient.abs().max()) for gradient in gradients) < 1e-6


def test_the_term_pulls_back_what_moved(tiny: Path) -> None:
    torch.manual_seed(0)
    made = network.build(tiny, TrainingPlan(rank=4))
    weights = [*network.learned(made).values()]
    for weight in weights:
        torch.nn.init.normal_(weight.data, std=0.2)
    before = holding.accumulate(made, HELD.texts, 1.0)
    with torch.no_grad():
        for weight in weights:
            weight.sub_(0.01 * weight.grad if weight.grad is not None else 0.0)

    assert 0 < holding.accumulate(made, HELD.texts, 1.0) < before


def test_the_base_answers_whatever_its_adapter_would_say(tiny: Path) -> None:
    made = network.build(tiny, TrainingPlan(rank=4))
    before = holding.answered(made, HELD.prompts)
    for weight in network.learned(made).values():
        torch.nn.init.normal_(weight.data)

    assert holding.answered(made, HELD.prompts) == before
    assert made.training


def test_every_batch_holds_once_and_evenly() -> None:
    rows = [Encoded((number,), (number, 7)) for number in range(20)]
    for steps in (1, 3, 7, 40):
        for passes in (1, 3):
            plan = TrainingPlan(hold=Hold(questions=passes, texts=0))
            in_step = held_examples.spread(rows, Held(), plan, steps)
            seen = [example for batches in in_step for batch in batches for example in batch]
            assert len(in_step) == steps
            assert sorted(seen, key=lambda row: row.prompt) == sorted(rows * passes, key=lambda row: row.prompt)
            counts = [len(batches) for batches in in_step]
            assert max(counts) - min(counts) <= 1


def test_a_held_run_that_was_cut_off_gives_the_same_weights(tiny: Path, tmp_path: Path) -> None:
    class KilledError(Exception):
        pass

    def cut(event: Event) -> None:
        if isinstance(event, StepTaken) and event.step == 8:
            raise KilledError

    run: Any = {"held": HELD, "hold": Hold(questions=5, texts=5), "lora_plus": 4}
    training_run.run(tiny, tmp_path / "whole", home=tmp_path / "a", **run)
    with pytest.raises(KilledError):
        training_run.run(tiny, tmp_path / "cut", home=tmp_path / "b", say=cut, **run)
    training_run.run(tiny, tmp_path / "cut", home=tmp_path / "b", **run)

    whole, again = ((tmp_path / name / WEIGHTS).read_bytes() for name in ("whole", "cut"))
    assert whole == again


def test_what_decides_the_weights_names_the_run_and_what_does_not_is_left_out() -> None:
    decides = running.decides
    assert "hold" not in decides(TrainingPlan())
    assert decides(TrainingPlan(hold=Hold())) != decides(TrainingPlan(hold=Hold(texts=3)))
    assert "lora_plus" not in decides(TrainingPlan())
    assert decides(TrainingPlan(lora_plus=4))["lora_plus"] == 4


def test_no_question_that_is_held_is_one_of_the_gates() -> None:
    asked = {words(probe.question) for probe in probes.packaged("general")}
    held_on = {words(question) for question in held_examples.questions("general.v1")}

    assert held_on & asked == set()
    assert len(held_on) > 100


def test_a_training_says_how_far_its_model_is_from_the_base(tiny: Path, tmp_path: Path) -> None:
    for name, wishes in (("free", {}), ("held", {"hold": Hold(questions=10, texts=10)})):
        events: list[Event] = []
        run: Any = {"home": tmp_path / name, "held": HELD, "say": events.append} | wishes
        training_run.run(tiny, tmp_path / f"{name}-out", **run)
        told = [event.divergence for event in events if isinstance(event, StepTaken)]
        assert (told[-1] is None) == (name == "free")
    assert told[-1] is not None
    assert told[-1] > 0


def test_documents_are_held_on_as_far_as_the_plan_says(tiny: Path) -> None:
    model = language.resolve(str(tiny), tiny)
    tokenizer = models.tokenizer_of(model)
    prompt = answer_prompt.load("closed_book.v2")
    texts = [f"Fair {number} opened." for number in range(9)] + ["Fair 1 opened."]

    def on(**wishes: Any) -> Held:
        return held_examples.of(texts, TrainingPlan(hold=Hold(**wishes)), tokenizer, prompt)

    assert len(on(questions=0).texts) == 9
    assert len(on(questions=0, most_texts=4).texts) == 4
    assert on(questions=0, most_texts=4) == on(questions=0, most_texts=4)
    assert on(texts=0).texts == ()
    assert on(questions=0).prompts == ()
    assert len(on(texts=0).prompts) == len(held_examples.questions("general.v1"))
    assert held_examples.of(texts, TrainingPlan(), tokenizer, prompt) == Held()


def test_a_method_that_has_no_base_beside_it_is_not_held() -> None:
    for method, wishes, why in (
        ("full", {"hold": {}}, "hold: all weights are trained"),
        ("cartridge", {"hold": {}}, "hold: not of method cartridge"),
        ("cartridge", {"lora_plus": 4}, "lora_plus: not of method cartridge"),
        ("qlora", {"hold": {"questions": 0, "texts": 0}}, "neither questions nor texts"),
        ("qlora", {"hold": {}, "checkpointing": True}, "take checkpointing: false"),
        ("full", {"lora_plus": 4}, "lora_plus: all weights are trained"),
        ("qlora", {"hold": {"questions_from": "/etc/passwd"}}, "questions_from"),
    ):
        with pytest.raises(ValidationError, match=why):
            TrainingPlan.model_validate({"method": method} | wishes)


def test_with_lora_plus_the_matrices_that_begin_as_zeros_learn_faster(tiny: Path) -> None:
    plan = TrainingPlan(rank=4, lora_plus=4, learning_rate=0.01, weight_decay=0.1)
    made = network.build(tiny, plan)
    rates = {id(weight): group["lr"] for group in network.optimiser(made, plan).param_groups
             for weight in group["params"]}  # fmt: skip

    for name, weight in network.learned(made).items():
        assert rates[id(weight)] == pytest.approx(0.04 if "lora_B" in name else 0.01)
    assert len(rates) == len(network.learned(made))
    assert {group["weight_decay"] for group in network.optimiser(made, plan).param_groups if group["params"]} == {0.1}
