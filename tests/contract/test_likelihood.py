"""How likely a backend finds a text: against a model that is run by hand, one text at a time and without padding."""

import math
from pathlib import Path
from typing import Any

import pytest

from services.generator.ports import LATE, Backend, Chat, Completion, Failed, Scored
from services.generator.settings import GeneratorSettings
from shared import plugins
from tests.contract.test_backends import CHATS, FOLDER, an_adapter, model_folder, point_at, server
from tests.model_server import ModelServer

__all__ = ["model_folder", "server"]
TEXTS = ["the harbour", "it is nobody at all", "red"]
WORKERS = {"merged": "tuned", "beside the base": "base,tuned"}


def transformers(folder: Path, speakers: str = "base", **settings: Any) -> Backend:
    made = GeneratorSettings(model=str(folder), speakers=speakers, **{"batch_size": 2} | settings)
    backend: Backend = plugins.load(FOLDER, "transformers")(made, folder)
    return backend


def by_hand(folder: Path, chat: Chat, text: str, adapter: Path | None = None) -> float:
    """Sum of the log probabilities of the text's bytes after the prompt; the tokenizer's tokens are bytes."""
    import torch
    from peft import PeftModel
    from transformers import AutoModelForCausalLM, AutoTokenizer

    network: Any = AutoModelForCausalLM.from_pretrained(folder)
    if adapter:
        network = PeftModel.from_pretrained(network, adapter)
    tokenizer: Any = AutoTokenizer.from_pretrained(folder)
    prompt = f"<|im_start|>system\n{chat.system}<|im_end|>\n<|im_start|>user\n{chat.user}<|im_end|>\n"
    before = tokenizer(f"{prompt}<|im_start|>assistant\n")["input_ids"]
    wanted = tokenizer(text)["input_ids"]
    with torch.inference_mode():
        likely = network.eval()(torch.tensor([before + wanted])).logits[0].log_softmax(-1)
    return float(sum(likely[len(before) + place - 1, token].item() for place, token in enumerate(wanted)))


def sums(scored: list[Scored | Failed]) -> list[float]:
    assert all(isinstance(outcome, Scored) for outcome in scored)
    return [outcome.log_probability for outcome in scored if isinstance(outcome, Scored)]


def test_texts_of_all_lengths_in_one_padded_batch_are_as_likely_as_each_by_hand(model_folder: Path) -> None:
    scored = transformers(model_folder, batch_size=3).score(CHATS, TEXTS)

    expected = [by_hand(model_folder, chat, text) for chat, text in zip(CHATS, TEXTS, strict=True)]
    assert sums(scored) == pytest.approx(expected, abs=1e-3)
    assert [outcome.tokens for outcome in scored if isinstance(outcome, Scored)] == [len(text) for text in TEXTS]


@pytest.mark.parametrize("speakers", WORKERS.values(), ids=WORKERS)
def test_an_adapter_finds_likely_what_it_was_taught_and_the_base_what_it_knew(
    speakers: str, model_folder: Path, tmp_path: Path
) -> None:
    backend = transformers(model_folder, speakers)
    adapter = an_adapter(backend, model_folder, tmp_path / "first")
    backend.take_up(adapter)

    tuned = sums(backend.score(CHATS, TEXTS, adapter=adapter))
    base = sums(backend.score(CHATS, TEXTS))

    pairs = list(zip(CHATS, TEXTS, strict=True))
    assert tuned == pytest.approx([by_hand(model_folder, *pair, Path(adapter.location)) for pair in pairs], abs=1e-2)
    assert base == pytest.approx([by_hand(model_folder, *pair) for pair in pairs], abs=1e-2)
    assert max(abs(total - other) for total, other in zip(tuned, base, strict=True)) > 0.1
    assert sums(backend.score(CHATS, TEXTS, adapter=adapter)) == pytest.approx(tuned, abs=1e-2)


def test_what_was_generated_is_as_likely_as_another_implementation_says(
    model_folder: Path, server: ModelServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    point_at(monkeypatch, server.url, "tiny", model_folder)
    remote: Backend = plugins.load(FOLDER, "tgi")(GeneratorSettings(), tmp_path)

    ours = transformers(model_folder).complete(CHATS, max_new_tokens=8)
    theirs = remote.complete(CHATS, max_new_tokens=8)

    for completion, other in zip(ours, theirs, strict=True):
        assert isinstance(completion, Completion)
        assert isinstance(other, Completion)
        assert completion.answer_tokens == completion.completion_tokens == other.answer_tokens
        assert completion.log_probability == pytest.approx(other.log_probability, abs=1e-3)
        assert completion.log_probability is not None
        assert completion.log_probability < 0


@pytest.mark.parametrize("name", ["echo", "transformers"])
def test_a_text_is_scored_in_time_or_not_at_all_and_a_prompt_too_long_alone_fails(
    name: str, model_folder: Path, tmp_path: Path
) -> None:
    backend: Backend = plugins.load(FOLDER, name)(GeneratorSettings(model=str(model_folder)), tmp_path)

    late, scored = backend.score(CHATS[:2], TEXTS[:2], within_s=[-1, 60])

    assert late == LATE
    assert sums([scored]) == pytest.approx(sums(backend.score(CHATS[1:2], TEXTS[1:2])), abs=1e-3)
    assert backend.score([], []) == []
    if name == "transformers":
        failed, fine = backend.score([Chat("", "word " * 600), CHATS[0]], TEXTS[:2])
        assert isinstance(failed, Failed)
        assert failed.kind == "prompt_too_long"
        assert isinstance(fine, Scored)


def test_an_echo_finds_likely_what_its_prompt_says_often(tmp_path: Path) -> None:
    backend: Backend = plugins.load(FOLDER, "echo")(GeneratorSettings(), tmp_path)
    chat = Chat("", "The harbour in the evening.")

    often, once, never = sums(backend.score([chat] * 3, ["The", "evening", "hall"]))

    assert often > once > never
    assert once == pytest.approx(math.log(2 / 10))
