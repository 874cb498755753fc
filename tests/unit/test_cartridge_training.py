"""Training a cartridge: it learns, goes on after a stop, begins as told, and is refused what does not apply to it."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import torch
from pydantic import ValidationError
from safetensors.torch import load_file

from services.generator import cartridge_config
from services.generator.adapter_weights import PREFIX, WEIGHTS
from services.generator.backends.transformers import load
from services.generator.settings import GeneratorSettings
from services.generator.tuning import recipe
from services.generator.tuning.data.example import Example
from services.generator.tuning.data.teacher_settings import TeacherSettings
from services.generator.tuning.job import Job
from services.generator.tuning.settings import TuningSettings
from services.generator.tuning.training import network, opening, step
from services.generator.tuning.training.plan import TrainingPlan
from shared.jobs.events import Event
from shared.jobs.training import StepTaken, TrainingResumed
from shared.jobs.tuning import AdapterReport
from shared.messages import AdapterAnnounced
from shared.models import language
from tests import tiny_model, training_run
from tests.cartridges import CHATS, a_backend, says
from tests.datasets import a_pair, a_stored

PLAN: dict[str, Any] = {
    "method": "cartridge", "virtual_tokens": 6, "initialise": "random", "learning_rate": 0.02,
    "rank": 16, "alpha": 32, "dropout": 0.0, "max_tokens": 64,
}  # fmt: skip


class KilledError(Exception):
    """Stands for whatever ends a run in its midst."""


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_model.save(tmp_path_factory.mktemp("tiny"), width=16)


def gradients(tiny: Path, size: int) -> tuple[float, torch.Tensor]:
    torch.manual_seed(1)
    made = network.build(tiny, TrainingPlan(**PLAN))
    loss = step.accumulate(made, training_run.examples(), size)
    (weight,) = network.learned(made).values()
    assert weight.grad is not None
    return loss, weight.grad


def test_a_shared_beginning_and_accumulation_change_neither_loss_nor_gradients(
    tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of several lengths, so that padding must count nothing; with one example at a time there is none."""
    loss, learned = gradients(tiny, 8)
    assert learned.abs().sum() > 0
    others = [gradients(tiny, 1), gradients(tiny, 3)]
    monkeypatch.setattr(step, "WORTH_SHARING", 10**6)
    others.append(gradients(tiny, 8))

    for other_loss, other in others:
        assert other_loss == pytest.approx(loss, abs=1e-5)
        torch.testing.assert_close(other, learned, atol=1e-5, rtol=1e-3)


def test_a_cartridge_that_begins_as_a_text_says_what_the_base_says_after_it(tiny: Path) -> None:
    made, bare = network.build(tiny, TrainingPlan(**PLAN)), load(tiny, "fp32")
    text = [7, 90, 33, 54, 12, 80]
    network.open_with(made, text)
    batch = training_run.examples()[:1]

    with torch.no_grad():
        behind = step.summed_loss(made, batch)
        after = step.summed_loss(bare, [type(batch[0])((*text, *batch[0].prompt), batch[0].reply)])

    torch.testing.assert_close(behind, after, atol=1e-4, rtol=1e-4)


def test_a_run_that_was_cut_off_goes_on_and_gives_the_same_weights(tiny: Path, tmp_path: Path) -> None:
    events: list[Event] = []

    def cut(event: Event) -> None:
        if isinstance(event, StepTaken) and event.step == 8:
            raise KilledError

    training_run.run(tiny, tmp_path / "whole", home=tmp_path / "a", **PLAN)
    with pytest.raises(KilledError):
        training_run.run(tiny, tmp_path / "cut", home=tmp_path / "b", say=cut, **PLAN)
    training_run.run(tiny, tmp_path / "cut", home=tmp_path / "b", say=events.append, **PLAN)

    assert [event.resumed_from_step for event in events if isinstance(event, TrainingResumed)] == [7]
    whole, resumed = (load_file(tmp_path / name / WEIGHTS)[PREFIX] for name in ("whole", "cut"))
    assert torch.equal(whole, resumed)
    assert cartridge_config.read(tmp_path / "cut").num_virtual_tokens == 6


def a_job(folder: Path, events: list[Event], **training: Any) -> Job:
    file, tiny = folder / "tiny.yaml", folder / "tiny"
    wanted = {
        "method": "cartridge",
        "virtual_tokens": 6,
        "epochs": 20,
        "batch_size": 2,
        "learning_rate": 0.02,
        "max_tokens": 400,
    }
    file.write_text(json.dumps({"name": "tiny", "version": 1, "training": wanted | training}))
    generator = GeneratorSettings(model=str(tiny if tiny.exists() else tiny_model.save(tiny, width=16)))
    settings = TuningSettings(recipe=str(file), track="cartridge", threads=1)
    return Job(settings, generator, folder, lambda: datetime.now(UTC), events.append, TeacherSettings())


def trained(folder: Path, events: list[Event], previous: AdapterAnnounced | None = None, **training: Any) -> Any:
    job = a_job(folder, events, **training)
    pairs = [a_pair(), a_pair(question="Who moved it?", answer="Ann")]
    made = job.dataset([a_stored()], pairs, previous=previous.name if previous else None)
    return job.train(made, "second" if previous else "", previous)


def test_what_was_trained_is_announced_taken_up_and_gone_on_from(tmp_path: Path) -> None:
    events: list[Event] = []
    adapter = trained(tmp_path, events)

    losses = [event.loss for event in events if isinstance(event, StepTaken)]
    folder = Path(adapter.location)
    assert losses[-1] < losses[0]
    assert (adapter.kind, adapter.track) == ("cartridge", "cartridge")
    assert adapter.weights_bytes == (folder / WEIGHTS).stat().st_size
    assert AdapterReport.of(adapter).kind == "cartridge"
    assert "cartridge of 6 virtual tokens, the first 1 frozen" in (folder / "README.md").read_text()
    backend = a_backend(tmp_path / "tiny", tmp_path)
    backend.take_up(adapter)
    assert says(backend, adapter, CHATS) != says(backend, None, CHATS)

    events.clear()
    trained(tmp_path, events, adapter, warm_start="previous")
    assert next(event.loss for event in events if isinstance(event, StepTaken)) < losses[0]
    for changes, why in (
        ({"virtual_tokens": 5}, "num_virtual_tokens is 6, the recipe's is 5"),
        ({"method": "lora", "virtual_tokens": 512}, "it is a cartridge, the recipe makes a lora"),
    ):
        with pytest.raises(ValueError, match=why):
            trained(tmp_path, [], adapter, warm_start="previous", **changes)


def test_a_recipe_that_says_what_does_not_apply_is_refused() -> None:
    for method, changes, why in (
        ("cartridge", {"rank": 8, "alpha": 16}, "rank, alpha: not of method cartridge; take it out of the recipe"),
        ("cartridge", {"strength": 0.75}, "strength: not of method cartridge"),
        ("cartridge", {"targets": "q_proj", "dropout": 0.1}, "dropout, targets: not of"),
        ("cartridge", {"cache_dequantised": True}, "cache_dequantised: not of"),
        ("cartridge", {"checkpointing": True}, "checkpointing: not of"),
        ("cartridge", {"virtual_tokens": 4, "frozen_tokens": 4}, "nothing would learn"),
        ("qlora", {"virtual_tokens": 64}, "virtual_tokens: not of method qlora"),
        ("full", {"initialise": "random"}, "initialise: not of method full"),
    ):
        with pytest.raises(ValidationError, match=why):
            TrainingPlan.model_validate({"method": method} | changes)


def test_a_cartridge_behind_which_the_longest_example_finds_no_room_is_refused_before_it_is_trained(tiny: Path) -> None:
    plan = TrainingPlan(**PLAN | {"virtual_tokens": 300, "max_tokens": 213})

    with pytest.raises(ValueError, match="300 virtual tokens leave no room for 213 tokens behind them"):
        network.build(tiny, plan)


def test_the_shipped_recipe_learns_from_the_same_data_as_the_embedded_one() -> None:
    cartridge, lora = (recipe.load(TuningSettings(recipe=name)) for name in ("embedded-cartridge", "embedded"))

    assert (cartridge.data, cartridge.gates) == (lora.data, lora.gates)
    assert cartridge.training.method == "cartridge"
    assert (cartridge.training.epochs, cartridge.training.tokens) == (lora.training.epochs, lora.training.tokens)


def test_a_cartridge_begins_as_the_passages_of_its_examples_each_once(tiny: Path, tmp_path: Path) -> None:
    from services.generator import models

    tokenizer = models.tokenizer_of(language.resolve(str(tiny), tmp_path))
    shown = [
        Example(builder="b", form="rag", answer=answer, passages=("The fair.",), document_ids=("d",))
        for answer in ("one", "two")
    ]
    plan = TrainingPlan(method="cartridge", virtual_tokens=17)

    ids = opening.of(shown, plan, tokenizer)

    assert (ids[0], tokenizer.decode(ids[1:])) == (tokenizer.eos_token_id, "The fair.\none\ntw")
    assert opening.of(shown, TrainingPlan(method="cartridge", initialise="random"), tokenizer) == ()
    with pytest.raises(ValueError, match="have 19 tokens, and a cartridge of 20 virtual_tokens"):
        opening.of(shown, TrainingPlan(method="cartridge", virtual_tokens=20), tokenizer)
