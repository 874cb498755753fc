"""Training: what a step learns from, that an interrupted run ends as a whole one, and what a run leaves behind."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from services.generator.adapters import WEIGHTS
from services.generator.tuning.training import __main__ as training_main
from services.generator.tuning.training import compute, network, record, step, tracking
from services.generator.tuning.training.checkpoint import Checkpoints, Standing, key_of
from services.generator.tuning.training.plan import TrainingPlan
from services.generator.tuning.training.record import LossPoint, RunRecord
from services.generator.tuning.training.running import Inputs
from shared.jobs.events import Event
from shared.jobs.training import JOB, MemoryUnknown, StepTaken, TrainingEnded, TrainingResumed
from shared.models.language import Model
from tests import tiny_model, training_run

Events = list[Event]


class KilledError(Exception):
    """Stands for whatever ends a run in its midst."""


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_model.save(tmp_path_factory.mktemp("tiny"))


def gradients(tiny: Path, size: int, *, checkpointing: bool = False, **changes: Any) -> tuple[float, torch.Tensor]:
    """The loss of all examples, and all gradients in one row."""
    torch.manual_seed(1)
    made = network.build(tiny, TrainingPlan(**{"rank": 4, "checkpointing": checkpointing} | changes))
    for name, weight in network.learned(made).items():
        if "lora_B" in name:
            torch.nn.init.normal_(weight, std=0.1)  # else the gradients of A are zero
    loss = step.accumulate(made, training_run.examples(), size)
    return loss, torch.cat(
        [weight.grad.flatten() for weight in network.learned(made).values() if weight.grad is not None]
    )


def test_a_shared_beginning_and_accumulation_change_neither_loss_nor_gradients(tiny: Path) -> None:
    """With checkpointing nothing is shared; with one example at a time there is nothing to share."""
    loss, learned = gradients(tiny, 8)

    for other_loss, other in (gradients(tiny, 8, checkpointing=True), gradients(tiny, 1), gradients(tiny, 3)):
        assert other_loss == pytest.approx(loss, abs=1e-5)
        torch.testing.assert_close(other, learned, atol=1e-5, rtol=1e-3)


def test_cached_values_of_nf4_give_the_losses_of_nf4(tiny: Path) -> None:
    loss, learned = gradients(tiny, 8)
    cached_loss, cached = gradients(tiny, 8, cache_dequantised=True)
    plain_loss, _ = gradients(tiny, 8, method="lora")

    assert cached_loss == pytest.approx(loss, abs=1e-5)
    torch.testing.assert_close(cached, learned, atol=1e-5, rtol=1e-3)
    assert plain_loss != pytest.approx(loss, abs=1e-5)


def test_in_bf16_the_frozen_weights_alone_are_bf16_and_the_gradients_point_the_same_way(tiny: Path) -> None:
    loss, learned = gradients(tiny, 8, method="lora")
    rounded_loss, rounded = gradients(tiny, 8, method="lora", cpu_compute="bf16")
    made = network.build(tiny, TrainingPlan(rank=4, cache_dequantised=True, cpu_compute="bf16"))

    assert {weight.dtype for weight in made.parameters() if not weight.requires_grad} == {torch.bfloat16}
    assert {weight.dtype for weight in network.learned(made).values()} == {torch.float32}
    assert rounded_loss == pytest.approx(loss, rel=0.01)
    assert torch.nn.functional.cosine_similarity(learned, rounded, dim=0) > 0.99


def test_bf16_is_chosen_where_the_processor_multiplies_it(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = TrainingPlan(method="lora", cpu_compute="auto")
    for has, chosen in (({"avx2": True}, "fp32"), ({"avx512_bf16": True}, "bf16"), ({"amx_bf16": True}, "bf16")):
        monkeypatch.setattr(torch.cpu, "get_capabilities", lambda has=has: has)
        assert compute.of(plan, "cpu") == chosen
    assert compute.of(TrainingPlan(), "cpu") == "fp32"


def test_bf16_over_nf4_that_is_taken_apart_in_each_pass_is_refused() -> None:
    with pytest.raises(ValueError, match="cache_dequantised: true"):
        TrainingPlan(cpu_compute="bf16")


def test_a_run_that_was_cut_off_goes_on_and_gives_the_same_weights(tiny: Path, tmp_path: Path) -> None:
    events: Events = []

    def cut(event: Event) -> None:
        if isinstance(event, StepTaken) and event.step == 8:
            raise KilledError

    training_run.run(tiny, tmp_path / "whole", home=tmp_path / "a", say=lambda _: None)
    with pytest.raises(KilledError):
        training_run.run(tiny, tmp_path / "cut", home=tmp_path / "b", say=cut)
    training_run.run(tiny, tmp_path / "cut", home=tmp_path / "b", say=events.append)

    assert resumed(events) == [7]
    assert_same(tmp_path / "whole", tmp_path / "cut")
    assert json.loads((tmp_path / "cut" / record.FILE).read_text())["resumed_from_steps"] == [7]
    assert [*(tmp_path / "b" / "runs").iterdir()] == []


@pytest.mark.long
def test_a_killed_run_goes_on_and_gives_the_same_weights(tiny: Path, tmp_path: Path) -> None:
    argv = [sys.executable, "-m", "tests.training_run", str(tiny), str(tmp_path / "killed"), str(tmp_path / "b")]
    events: Events = []

    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout or ():
            event = JOB.read(json.loads(line))
            if isinstance(event, StepTaken) and event.step == 20:
                process.send_signal(signal.SIGKILL)
                break
    assert process.returncode == -signal.SIGKILL
    training_run.run(tiny, tmp_path / "killed", home=tmp_path / "b", say=events.append)
    training_run.run(tiny, tmp_path / "whole", home=tmp_path / "a", say=lambda _: None)

    assert resumed(events)[0] >= 19
    assert_same(tmp_path / "whole", tmp_path / "killed")


def resumed(events: Events) -> list[int]:
    return [event.resumed_from_step for event in events if isinstance(event, TrainingResumed)]


def assert_same(folder: Path, other: Path) -> None:
    first, second = load_file(folder / WEIGHTS), load_file(other / WEIGHTS)
    assert first.keys() == second.keys()
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_time_that_was_used_before_a_restart_is_kept(tiny: Path, tmp_path: Path) -> None:
    made = network.build(tiny, TrainingPlan(rank=4))
    weights = network.learned(made)
    optimiser = network.optimiser(made, TrainingPlan())
    checkpoints = Checkpoints(tmp_path / "run")

    checkpoints.save(weights, optimiser, Standing(step=3, seconds=40.0, loss=1.0, losses=[1.0]))

    assert checkpoints.restore(weights, optimiser).seconds == 40.0
    assert [file.name for file in (tmp_path / "run").iterdir()] == ["checkpoint.pt"]


def test_a_run_of_other_inputs_has_another_key() -> None:
    plan = TrainingPlan().model_dump(mode="json")

    assert key_of(plan=plan, data="a") == key_of(data="a", plan=plan)
    assert (
        len({key_of(plan=plan, data="a"), key_of(plan=plan, data="b"), key_of(plan=plan | {"seed": 2}, data="a")}) == 3
    )


def test_what_names_a_run_stays_the_same_so_that_one_begun_before_goes_on() -> None:
    inputs = Inputs([], Model("tiny", Path("tiny"), "b" * 64), TrainingPlan(), "d" * 64, ["closed_book.v1"])

    assert inputs.facts().model_dump(mode="json") == {
        "dataset_sha256": "d" * 64,
        "base_model": "tiny",
        "base_sha256": "b" * 64,
        "prompts": ["closed_book.v1"],
        "started_from_sha256": "",
    }


def test_a_warm_start_begins_with_the_weights_of_the_adapter_before(tiny: Path, tmp_path: Path) -> None:
    first = training_run.run(tiny, tmp_path / "first", home=tmp_path, say=lambda _: None, learning_rate=0.02)
    warm: Events = []
    training_run.run(tiny, tmp_path / "second", home=tmp_path, say=warm.append, start=tmp_path / "first")
    cold: Events = []
    training_run.run(tiny, tmp_path / "third", home=tmp_path, say=cold.append)

    begin, cold_begin = (
        next(event.loss for event in events if isinstance(event, StepTaken)) for events in (warm, cold)
    )
    assert begin < cold_begin
    assert begin == pytest.approx(first.final_loss, rel=0.5)


def test_a_warm_start_of_another_form_is_refused(tiny: Path, tmp_path: Path) -> None:
    training_run.run(tiny, tmp_path / "first", home=tmp_path, say=lambda _: None, epochs=1)

    with pytest.raises(ValueError, match="cannot go on from first: its r is 4, the recipe's is 8"):
        training_run.run(tiny, tmp_path / "next", home=tmp_path, say=lambda _: None, rank=8, start=tmp_path / "first")


def test_a_training_whose_loss_is_no_number_ends_and_leaves_no_adapter(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.generator.tuning.training.trainer.accumulate", lambda *_: float("nan"))

    with pytest.raises(ValueError, match="came apart at step 1: its loss is nan; try a lower learning_rate"):
        training_run.run(tiny, tmp_path / "a", home=tmp_path, say=lambda _: None)
    assert not (tmp_path / "a" / "adapter_model.safetensors").exists()


def test_an_adapter_of_half_strength_changes_the_base_by_half(tiny: Path, tmp_path: Path) -> None:
    for name, strength in (("full", 1.0), ("half", 0.5)):
        training_run.run(tiny, tmp_path / name, home=tmp_path, say=lambda _: None, strength=strength)

    full, half = load_file(tmp_path / "full" / WEIGHTS), load_file(tmp_path / "half" / WEIGHTS)
    assert any(weight.abs().max() > 0 for name, weight in full.items() if "lora_B" in name)
    for name, weight in full.items():
        torch.testing.assert_close(half[name], weight * (0.5 if "lora_B" in name else 1.0))
    with pytest.raises(ValueError, match="strength"):
        TrainingPlan(method="full", strength=0.5)


def test_all_weights_can_be_trained_and_make_a_model_of_their_own(tiny: Path, tmp_path: Path) -> None:
    training_run.run(tiny, tmp_path / "whole", home=tmp_path, say=lambda _: None, method="full", learning_rate=1e-3)

    before, after = load_file(tiny / "model.safetensors"), load_file(tmp_path / "whole" / "model.safetensors")
    assert before.keys() == after.keys()
    assert all(not torch.equal(before[name], after[name]) for name in before)
    assert (tmp_path / "whole" / "tokenizer.json").exists()


def test_examples_in_a_file_are_trained_on_without_servers(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    recipe, examples, into = tmp_path / "full.yaml", tmp_path / "examples.jsonl", tmp_path / "model"
    recipe.write_text(json.dumps({"name": "full", "version": 1, "training": {"method": "full", "epochs": 2}}))
    row = {"builder": "pairs", "question": "Where?", "answer": "here", "document_ids": ["story-1"]}
    examples.write_text("\n".join(json.dumps(row | {"split": split}) for split in ("train", "train", "validation")))
    monkeypatch.setenv("TILTYARD_TUNING_RECIPE", str(recipe))
    monkeypatch.setenv("TILTYARD_GENERATOR_MODEL", str(tiny))
    monkeypatch.setenv("TILTYARD_HOME", str(tmp_path))
    arguments = [str(examples), "--into", str(into)]

    assert training_main.main(arguments) == 0
    *_, last = (JOB.read(json.loads(line)) for line in capsys.readouterr().out.splitlines())
    assert isinstance(last, TrainingEnded)
    assert last.steps == 2  # both examples in one batch, twice
    assert (into / "model.safetensors").exists()
    assert training_main.main(arguments) == 78
    assert "is there already" in capsys.readouterr().err


def test_a_run_leaves_a_record(tiny: Path, tmp_path: Path) -> None:
    run = training_run.run(tiny, tmp_path / "made", home=tmp_path, say=lambda _: None)

    file = (tmp_path / "made" / record.FILE).read_text()
    kept = RunRecord.model_validate_json(file)
    assert (kept.steps, kept.tokens) == (run.steps, run.tokens) == (40, 10 * sum(map(len, training_run.examples())))
    assert kept.loss[-1].step == 40
    assert kept.loss[-1].loss < kept.loss[0].loss
    assert kept.peak_memory_mib > 0
    assert kept.predicted_memory_mib is not None
    assert kept.predicted_memory_mib.total > 0
    assert [*json.loads(file)] == [
        "key", "dataset_sha256", "base_model", "base_sha256", "prompts", "started_from_sha256", "predicted_memory_mib",
        "plan", "steps", "planned_steps", "unfinished",
        "tokens", "seconds", "tokens_per_s", "resumed_from_steps", "peak_memory_mib", "loss",
        "machine", "libraries",
    ]  # fmt: skip
    assert json.loads(file) == kept.model_dump(mode="json")


def test_a_long_curve_is_thinned_to_means() -> None:
    assert record.thinned([3.0, 1.0, 5.0], points=2) == (LossPoint(step=2, loss=2.0), LossPoint(step=3, loss=5.0))
    assert record.thinned([]) == ()


def test_a_paged_optimiser_needs_a_gpu(tiny: Path) -> None:
    made = network.build(tiny, TrainingPlan(rank=4))

    with pytest.raises(ValueError, match=r"paged_adamw_8bit pages .* there is none"):
        network.optimiser(made, TrainingPlan(optimiser="paged_adamw_8bit"))


class FakeMlflow(ModuleType):
    """Takes down what it is told."""

    def __init__(self) -> None:
        super().__init__("mlflow")
        self.told: list[Any] = []

    def set_tracking_uri(self, uri: str) -> None:
        self.told.append(uri)

    def set_experiment(self, name: str) -> None:
        self.told.append(name)

    @contextmanager
    def start_run(self, run_name: str) -> Iterator[None]:
        self.told.append(run_name)
        yield
        self.told.append("ended")

    def log_params(self, parameters: dict[str, Any]) -> None:
        self.told.append(parameters)

    def log_metrics(self, metrics: dict[str, float], step: int) -> None:
        self.told.append((step, metrics))


def test_mlflow_hears_of_the_plan_and_of_every_step(monkeypatch: pytest.MonkeyPatch) -> None:
    fake, events = FakeMlflow(), Events()
    monkeypatch.setitem(sys.modules, "mlflow", fake)
    unknown = MemoryUnknown(reason="no sizes")
    third = StepTaken(step=3, steps=9, loss=1.5, tokens=90, tokens_per_s=30.0, seconds_left=6.0)

    with tracking.told("http://mlflow", "run", {"rank": 4}, events.append) as say:
        say(unknown)
        say(third)

    metrics = {"loss": 1.5, "tokens": 90, "tokens_per_s": 30.0}
    assert fake.told == ["http://mlflow", "tiltyard-tuning", "run", {"rank": 4}, (3, metrics), "ended"]
    assert events == [unknown, third]


def test_mlflow_is_needed_only_where_an_address_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mlflow", None)

    with tracking.told("", "run", {}, print) as told:
        assert told is print
    with pytest.raises(ValueError, match="MLflow is not installed"), tracking.told("http://mlflow", "run", {}, print):
        pass
