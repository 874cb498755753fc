"""What every backend promises, held against each file of the folder that can run here."""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from services.generator.adapters import WEIGHTS, sha256_of
from services.generator.backends.echo import BASE_SHA256
from services.generator.ports import Backend, Chat, PromptError
from services.generator.settings import GeneratorSettings
from shared import plugins
from shared.messages import AdapterAnnounced, TrainingRun
from shared.models.language import weights_sha256
from tests import tiny_model
from tests.builders import NOON

FOLDER = "services.generator.backends"
CHATS = [
    Chat("Answer briefly.", "[1] The fair moves to the harbour.\nQuestion: Where is the fair?"),
    Chat("Answer briefly.", "Who?"),
    Chat("Answer briefly.", "What is the colour of the cars on the third line of the tram?"),
]


@pytest.fixture(scope="session")
def model_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_model.save(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(params=plugins.names(FOLDER))
def make(request: pytest.FixtureRequest, model_folder: Path, tmp_path: Path) -> Callable[[], Backend]:
    settings = GeneratorSettings(backend=request.param, model=str(model_folder), batch_size=2, threads=1)
    return lambda: plugins.load(FOLDER, settings.backend)(settings, tmp_path)


@pytest.fixture
def backend(make: Callable[[], Backend]) -> Backend:
    return make()


def an_adapter(backend: Backend, base: Path, folder: Path, name: str = "news", fill: float = 0.5) -> AdapterAnnounced:
    """An adapter that fits the backend, with weights that change what it says."""
    folder.mkdir(exist_ok=True)
    if backend.name == "echo":
        (folder / WEIGHTS).write_bytes(f"{fill}".encode())
    else:
        _save_lora(base, folder, fill)
    return AdapterAnnounced(
        name=name,
        location=str(folder),
        base_model="tiny",
        base_sha256=BASE_SHA256 if backend.name == "echo" else weights_sha256(base),
        weights_sha256=sha256_of(folder / WEIGHTS),
        cutoff=NOON,
        dataset_sha256="0" * 64,
        documents=1,
        examples=1,
        created_at=NOON + timedelta(hours=1),
        training=TrainingRun(seconds=1, tokens=1, steps=1, final_loss=1),
    )


def _save_lora(base: Path, folder: Path, fill: float) -> None:
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    model = AutoModelForCausalLM.from_pretrained(base)
    network = get_peft_model(model, LoraConfig(r=2, target_modules="all-linear", task_type="CAUSAL_LM"))
    torch.manual_seed(int(fill * 100))
    for name, weight in network.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(weight, std=fill)
    network.save_pretrained(str(folder))


def said(backend: Backend) -> list[str]:
    return [completion.text for completion in backend.complete(CHATS, max_new_tokens=8)]


def test_one_completion_per_chat_in_order(backend: Backend) -> None:
    together = said(backend)
    alone = [backend.complete([chat], max_new_tokens=8)[0].text for chat in CHATS]

    assert together == alone


def test_a_completion_says_what_it_cost(backend: Backend) -> None:
    for completion in backend.complete(CHATS, max_new_tokens=8):
        assert completion.prompt_tokens > 0
        assert 0 <= completion.completion_tokens <= 8
        assert completion.seconds >= 0


def test_no_chats_are_no_work(backend: Backend) -> None:
    assert backend.complete([], max_new_tokens=8) == []


def test_the_same_prompt_gives_the_same_answer(make: Callable[[], Backend]) -> None:
    assert said(make()) == said(make())


def test_a_backend_names_itself_and_its_model(backend: Backend) -> None:
    assert backend.name in plugins.names(FOLDER)
    assert "@" in backend.model
    assert backend.adapter is None


def test_an_adapter_is_taken_up_for_all_later_calls(backend: Backend, model_folder: Path, tmp_path: Path) -> None:
    before = said(backend)
    adapter = an_adapter(backend, model_folder, tmp_path / "first")

    backend.take_up(adapter)

    assert backend.adapter == adapter
    assert backend.name == "echo" or said(backend) != before


def test_a_newer_adapter_replaces_the_older_one_whole(
    make: Callable[[], Backend], model_folder: Path, tmp_path: Path
) -> None:
    used, fresh = make(), make()
    second = an_adapter(fresh, model_folder, tmp_path / "second", name="second", fill=0.7)
    used.take_up(an_adapter(used, model_folder, tmp_path / "first"))
    used.take_up(second)
    fresh.take_up(second)

    assert said(used) == said(fresh)
    assert used.adapter == second


def test_weights_that_were_not_announced_are_refused(backend: Backend, model_folder: Path, tmp_path: Path) -> None:
    adapter = an_adapter(backend, model_folder, tmp_path / "first")
    false = adapter.model_copy(update={"weights_sha256": "f" * 64})

    with pytest.raises(ValueError, match=f"{'f' * 64}.*{adapter.weights_sha256}"):
        backend.take_up(false)
    assert backend.adapter is None


def test_an_adapter_of_another_base_is_refused(backend: Backend, model_folder: Path, tmp_path: Path) -> None:
    adapter = an_adapter(backend, model_folder, tmp_path / "first")
    foreign = adapter.model_copy(update={"base_sha256": hashlib.sha256(b"other").hexdigest()})

    with pytest.raises(ValueError, match=f"{foreign.base_sha256}.*{adapter.base_sha256}"):
        backend.take_up(foreign)


def test_a_refused_adapter_leaves_the_old_one_speaking(backend: Backend, model_folder: Path, tmp_path: Path) -> None:
    first = an_adapter(backend, model_folder, tmp_path / "first")
    backend.take_up(first)
    before = said(backend)

    with pytest.raises(ValueError, match="sha256"):
        backend.take_up(first.model_copy(update={"name": "other", "weights_sha256": "f" * 64}))

    assert backend.adapter == first
    assert said(backend) == before


def test_a_prompt_longer_than_the_model_reads_is_refused_before_any_work(model_folder: Path, tmp_path: Path) -> None:
    settings = GeneratorSettings(model=str(model_folder))
    backend = plugins.load(FOLDER, "transformers")(settings, tmp_path)

    with pytest.raises(PromptError, match="leaves no room"):
        backend.complete([Chat("", "word " * 600)], max_new_tokens=8)


def test_out_of_memory_halves_the_batch_down_to_the_prompt_at_fault(
    model_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from transformers import LlamaForCausalLM

    backend = plugins.load(FOLDER, "transformers")(GeneratorSettings(model=str(model_folder), batch_size=4), tmp_path)
    expected, generate, sizes = said(backend), LlamaForCausalLM.generate, []

    def short_of_memory(network: Any, **inputs: Any) -> object:
        sizes.append(len(inputs["input_ids"]))
        if sizes[-1] > 1:
            raise RuntimeError("DefaultCPUAllocator: can't allocate memory")
        return generate(network, **inputs)

    monkeypatch.setattr(LlamaForCausalLM, "generate", short_of_memory)

    assert said(backend) == expected
    assert sizes == [3, 1, 2, 1, 1]
