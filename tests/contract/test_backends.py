"""What every backend promises, held against each file of the folder that can run here."""

import hashlib
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import torch

from services.generator import chat_format
from services.generator.adapters import WEIGHTS, sha256_of
from services.generator.backends.echo import BASE_SHA256
from services.generator.ports import LATE, Backend, Chat, Completion, Failed, NotOfferedError, Outcome
from services.generator.settings import GeneratorSettings
from shared import plugins
from shared.messages import AdapterAnnounced, TrainingRun
from shared.models.language import weights_sha256
from tests import adapters, model_server, tiny_model
from tests.builders import NOON
from tests.model_server import ModelServer

FOLDER = "services.generator.backends"
CHATS = [
    Chat("Answer briefly.", "[1] The fair moves to the harbour.\nQuestion: Where is the fair?"),
    Chat("Answer briefly.", "Who?"),
    Chat("Answer briefly.", "What is the colour of the cars on the third line of the tram?"),
]


@pytest.fixture(scope="session")
def model_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_model.save(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="session")
def server(model_folder: Path) -> Iterator[ModelServer]:
    with model_server.serving(model_folder) as running:
        yield running


@pytest.fixture(params=plugins.names(FOLDER))
def make(
    request: pytest.FixtureRequest, model_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], Backend]:
    if request.param in {"openai", "tgi"}:
        url = request.getfixturevalue("server").url
        point_at(monkeypatch, url + ("/v1" if request.param == "openai" else ""), "tiny", model_folder)
    settings = GeneratorSettings(backend=request.param, model=str(model_folder), batch_size=2, threads=1)
    return lambda: plugins.load(FOLDER, settings.backend)(settings, tmp_path)


def point_at(monkeypatch: pytest.MonkeyPatch, url: str, model: str, folder: Path, **settings: object) -> None:
    """The settings of a worker behind a server that runs the model of a folder."""
    wanted = {"url": url, "model": model, "tokenizer": folder, "base_sha256": weights_sha256(folder)} | settings
    for name, value in wanted.items():
        monkeypatch.setenv(f"TILTYARD_GENERATOR_SERVER_{name.upper()}", str(value))


@pytest.fixture
def backend(make: Callable[[], Backend]) -> Backend:
    return make()


def an_adapter(backend: Backend, base: Path, folder: Path, name: str = "news", fill: float = 0.5) -> AdapterAnnounced:
    """An adapter that fits the backend, with weights that change what it says."""
    folder.mkdir(exist_ok=True)
    if backend.name == "echo":
        adapters.save(folder, fill=fill)
    else:
        tiny_model.save_lora(base, folder, fill)
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


@pytest.fixture
def take_up(request: pytest.FixtureRequest) -> Callable[[Backend, AdapterAnnounced], None]:
    """Taking up an adapter, which an operator has given to the server where there is one."""

    def taken(backend: Backend, adapter: AdapterAnnounced) -> None:
        if backend.name in {"openai", "tgi"}:
            request.getfixturevalue("server").hold(adapter.name, Path(adapter.location))
        backend.take_up(adapter)

    return taken


TakeUp = Callable[[Backend, AdapterAnnounced], None]


def texts(outcomes: list[Outcome]) -> list[str]:
    return [outcome.text if isinstance(outcome, Completion) else outcome.reason for outcome in outcomes]


def said(backend: Backend) -> list[str]:
    """By its adapter, where it has one."""
    return texts(backend.complete(CHATS, max_new_tokens=8, adapter=backend.adapters.get("tuned")))


def test_one_completion_per_chat_in_order(backend: Backend) -> None:
    together = said(backend)
    alone = [texts(backend.complete([chat], max_new_tokens=8))[0] for chat in CHATS]

    assert together == alone
    assert all(isinstance(outcome, Completion) for outcome in backend.complete(CHATS, max_new_tokens=8))


def test_a_completion_says_what_it_cost(backend: Backend) -> None:
    completions = backend.complete(CHATS, max_new_tokens=8)

    assert len(completions) == len(CHATS)
    for completion in completions:
        assert isinstance(completion, Completion)
        assert completion.prompt_tokens > 0
        assert 0 <= completion.completion_tokens <= 8
        assert completion.seconds >= 0


def test_an_answer_is_cut_where_it_reached_the_longest_allowed(backend: Backend) -> None:
    for longest in (1, 40):
        for outcome in backend.complete(CHATS[:1], max_new_tokens=longest):
            assert isinstance(outcome, Completion)
            assert outcome.cut == (outcome.completion_tokens == longest)


def test_an_answer_that_the_model_ended_by_itself_is_not_cut(model_folder: Path, tmp_path: Path) -> None:
    settings = GeneratorSettings(backend="transformers", model=str(model_folder), threads=1)
    backend: Any = plugins.load(FOLDER, "transformers")(settings, tmp_path)
    [cut] = backend.complete(CHATS[:1], max_new_tokens=4)
    prompt = chat_format.encode(backend.tokenizer, CHATS[0])
    row = backend.network.generate(input_ids=torch.tensor([prompt]), max_new_tokens=4, do_sample=False)[0].tolist()
    backend.network.generation_config.eos_token_id = [row[-1]]

    [ended] = backend.complete(CHATS[:1], max_new_tokens=4)

    assert (cut.cut, ended.cut) == (True, False)
    assert ended.completion_tokens < cut.completion_tokens == 4


def test_a_prompt_whose_time_is_over_is_late_and_its_neighbours_are_not(backend: Backend) -> None:
    late, *others = backend.complete(CHATS, max_new_tokens=8, within_s=[-1, 60, 60])

    assert late == LATE
    assert texts(others) == said(backend)[1:]


def test_no_chats_are_no_work(backend: Backend) -> None:
    assert backend.complete([], max_new_tokens=8) == []


def test_the_same_prompt_gives_the_same_answer(make: Callable[[], Backend]) -> None:
    assert said(make()) == said(make())


def test_a_backend_names_itself_and_its_model(backend: Backend) -> None:
    assert backend.name in plugins.names(FOLDER)
    assert "@" in backend.model
    assert backend.adapters == {}


def test_an_adapter_speaks_where_it_is_asked_for_and_the_base_as_before_where_it_is_not(
    backend: Backend, model_folder: Path, tmp_path: Path, take_up: TakeUp
) -> None:
    before = said(backend)
    adapter = an_adapter(backend, model_folder, tmp_path / "first")

    take_up(backend, adapter)

    assert backend.adapters == {"tuned": adapter}
    assert backend.name == "echo" or said(backend) != before
    assert texts(backend.complete(CHATS, max_new_tokens=8)) == before
    assert backend.name == "echo" or said(backend) != before


def test_an_adapter_that_was_not_taken_up_does_not_speak(backend: Backend, model_folder: Path, tmp_path: Path) -> None:
    adapter = an_adapter(backend, model_folder, tmp_path / "first")

    with pytest.raises(ValueError, match="was not taken up"):
        backend.complete(CHATS, max_new_tokens=8, adapter=adapter)


def test_a_strength_is_served_or_refused_and_never_passed_over(
    backend: Backend, model_folder: Path, tmp_path: Path, take_up: TakeUp
) -> None:
    adapter = an_adapter(backend, model_folder, tmp_path / "first")
    take_up(backend, adapter)
    with pytest.raises(ValueError, match="the bare model has none"):
        backend.complete(CHATS, max_new_tokens=8, strength=0.5)

    def weak() -> list[str]:
        return texts(backend.complete(CHATS, max_new_tokens=8, adapter=adapter, strength=0.02))

    if backend.name in {"openai", "tgi"}:
        with pytest.raises(NotOfferedError, match=r"strength 0\.02: a server serves an adapter as it lies there"):
            weak()
    elif backend.name == "transformers":
        whole = said(backend)
        assert weak() != whole
        assert said(backend) == whole


@pytest.mark.parametrize("name", ["openai", "tgi"])
def test_a_server_is_asked_for_the_weakened_copy_that_lies_on_it(
    name: str, model_folder: Path, tmp_path: Path, server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = server.url + ("/v1" if name == "openai" else "")
    point_at(monkeypatch, url, "tiny", model_folder, adapter_model="{name}@{strength}")
    backend: Backend = plugins.load(FOLDER, name)(GeneratorSettings(backend=name), tmp_path)
    adapter = an_adapter(backend, model_folder, tmp_path / "whole", name=f"weak-{name}")
    backend.take_up(adapter)
    tiny_model.save_lora(model_folder, tmp_path / "whole", 0.5)
    (tmp_path / "half").mkdir()
    tiny_model.save_lora(model_folder, tmp_path / "half", 0.7)
    server.hold(f"weak-{name}@1", tmp_path / "whole")
    server.hold(f"weak-{name}@0.5", tmp_path / "half")

    whole, half = (texts(backend.complete(CHATS, max_new_tokens=8, adapter=adapter, strength=s)) for s in (1.0, 0.5))

    assert whole != half


def test_a_newer_adapter_replaces_the_older_one_whole(
    make: Callable[[], Backend], model_folder: Path, tmp_path: Path, take_up: TakeUp
) -> None:
    used, fresh = make(), make()
    second = an_adapter(fresh, model_folder, tmp_path / "second", name="second", fill=0.7)
    take_up(used, an_adapter(used, model_folder, tmp_path / "first"))
    take_up(used, second)
    take_up(fresh, second)

    assert said(used) == said(fresh)
    assert used.adapters["tuned"] == second


def test_weights_that_were_not_announced_are_refused(backend: Backend, model_folder: Path, tmp_path: Path) -> None:
    adapter = an_adapter(backend, model_folder, tmp_path / "first")
    false = adapter.model_copy(update={"weights_sha256": "f" * 64})

    with pytest.raises(ValueError, match=f"{'f' * 64}.*{adapter.weights_sha256}"):
        backend.take_up(false)
    assert backend.adapters == {}


def test_an_adapter_of_another_base_is_refused(backend: Backend, model_folder: Path, tmp_path: Path) -> None:
    adapter = an_adapter(backend, model_folder, tmp_path / "first")
    foreign = adapter.model_copy(update={"base_sha256": hashlib.sha256(b"other").hexdigest()})

    with pytest.raises(ValueError, match=f"{foreign.base_sha256}.*{adapter.base_sha256}"):
        backend.take_up(foreign)


def test_a_refused_adapter_leaves_the_old_one_speaking(
    backend: Backend, model_folder: Path, tmp_path: Path, take_up: TakeUp
) -> None:
    first = an_adapter(backend, model_folder, tmp_path / "first")
    take_up(backend, first)
    before = said(backend)

    with pytest.raises(ValueError, match="sha256"):
        backend.take_up(first.model_copy(update={"name": "other", "weights_sha256": "f" * 64}))

    assert backend.adapters == {"tuned": first}
    assert said(backend) == before


def test_a_prompt_longer_than_the_model_reads_fails_alone(backend: Backend) -> None:
    expected = said(backend)

    [*others, failed] = backend.complete([*CHATS, Chat("", "word " * 600)], max_new_tokens=8)

    assert texts(others) == expected
    if backend.name == "echo":
        assert isinstance(failed, Completion), "an echo reads everything"
    else:
        assert isinstance(failed, Failed)
        assert failed.kind == "prompt_too_long"


@pytest.mark.parametrize("name", ["transformers", "tgi"])
def test_a_budget_of_prompt_tokens_is_kept(
    name: str, model_folder: Path, tmp_path: Path, server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    point_at(monkeypatch, server.url, "tiny", model_folder)
    settings = GeneratorSettings(model=str(model_folder), max_prompt_tokens=90)
    outcomes = plugins.load(FOLDER, name)(settings, tmp_path).complete(CHATS, max_new_tokens=8)

    assert [isinstance(outcome, Failed) for outcome in outcomes] == [True, False, True]
    assert "the budget is 90" in texts(outcomes)[0]


def test_out_of_memory_halves_the_batch_down_to_the_prompt_at_fault(
    model_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from transformers import LlamaForCausalLM

    backend = plugins.load(FOLDER, "transformers")(GeneratorSettings(model=str(model_folder), batch_size=4), tmp_path)
    expected, generate, sizes = said(backend), LlamaForCausalLM.generate, []
    widest = 0

    def short_of_memory(network: Any, **inputs: Any) -> object:
        nonlocal widest
        sizes.append(len(inputs["input_ids"]))
        widest = max(widest, inputs["input_ids"].shape[1])
        if sizes[-1] > 1 or inputs["input_ids"].shape[1] == widest:
            raise RuntimeError("DefaultCPUAllocator: can't allocate memory")
        return generate(network, **inputs)

    monkeypatch.setattr(LlamaForCausalLM, "generate", short_of_memory)
    outcomes = backend.complete(CHATS, max_new_tokens=8)

    assert [isinstance(outcome, Failed) and outcome.kind for outcome in outcomes].count("out_of_memory") == 1
    assert [text for text, outcome in zip(expected, outcomes, strict=True) if isinstance(outcome, Completion)] == [
        outcome.text for outcome in outcomes if isinstance(outcome, Completion)
    ]
    assert sizes == [3, 1, 2, 1, 1]


def test_a_token_that_the_server_sets_by_itself_is_not_set_twice(model_folder: Path) -> None:
    from transformers import AutoTokenizer

    from services.generator.backends.tgi import _without_start

    class Opening:
        bos_token, bos_token_id = "<s>", 1

        def __init__(self, puts: bool) -> None:
            self.puts = puts

        def __call__(self, _: str) -> dict[str, list[int]]:
            return {"input_ids": [1] if self.puts else []}

    assert _without_start(Opening(True), "<s>hello") == "hello"
    assert _without_start(Opening(False), "<s>hello") == "<s>hello"
    assert _without_start(AutoTokenizer.from_pretrained(model_folder), "<|im_start|>x") == "<|im_start|>x"
