"""A cartridge in serving: it speaks before any prompt as it was trained to, and changes nobody else."""

from pathlib import Path

import pytest
import torch

from services.generator import cartridge_loading, chat_format
from services.generator.backends import transformers
from services.generator.perplexity.scoring import Scorer
from services.generator.ports import Chat, Completion, Failed, Scored
from services.generator.speakers import Speakers
from shared.models import language
from tests import tiny_model
from tests.cartridges import CHATS, TOKENS, Said, a_backend, announced, says


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_model.save(tmp_path_factory.mktemp("base"), width=16)


@pytest.fixture
def folder(base: Path, tmp_path: Path) -> Path:
    return tiny_model.save_cartridge(base, tmp_path / "cartridge", TOKENS)


@pytest.fixture
def lora(base: Path, tmp_path: Path) -> Path:
    (tmp_path / "lora").mkdir()
    tiny_model.save_lora(base, tmp_path / "lora", 0.5)
    return tmp_path / "lora"


def assert_near(first: Said, second: Said) -> None:
    assert [text for text, _ in first] == [text for text, _ in second]
    assert [nats for _, nats in first] == pytest.approx([nats for _, nats in second], abs=1e-3)


def test_three_speakers_share_one_base_and_none_changes_another(
    base: Path, folder: Path, lora: Path, tmp_path: Path
) -> None:
    backend = a_backend(base, tmp_path)
    bare = says(backend, None, CHATS)
    tuned = announced(lora, base, kind="lora", track="tuned")
    cartridge = announced(folder, base)

    backend.take_up(tuned)
    by_lora = says(backend, tuned, CHATS)
    backend.take_up(cartridge)
    by_cartridge = says(backend, cartridge, CHATS)

    assert len({bare[0][1], by_lora[0][1], by_cartridge[0][1]}) == 3
    alone = a_backend(base, tmp_path, "cartridge")
    alone.take_up(cartridge)
    assert_near(says(alone, cartridge, CHATS), by_cartridge)
    for adapter, before in ((tuned, by_lora), (None, bare), (cartridge, by_cartridge), (tuned, by_lora)):
        assert_near(says(backend, adapter, CHATS), before)


def test_a_batch_says_behind_a_cartridge_what_each_prompt_says_alone(base: Path, folder: Path, tmp_path: Path) -> None:
    backend, cartridge = a_backend(base, tmp_path), announced(folder, base)
    backend.take_up(cartridge)

    together = says(backend, cartridge, CHATS)

    assert_near(together, [says(backend, cartridge, [chat])[0] for chat in CHATS])


def test_generating_and_scoring_in_a_batch_agree_with_what_peft_says_of_each_prompt(
    base: Path, folder: Path, tmp_path: Path
) -> None:
    """PEFT's own pass is right for one row, which has no padding."""
    backend, cartridge = a_backend(base, tmp_path), announced(folder, base)
    backend.take_up(cartridge)
    texts = [" the harbour", " Ann", " red, I think"]

    said = backend.complete(CHATS, max_new_tokens=1, adapter=cartridge)
    scored = backend.score(CHATS, texts, adapter=cartridge)

    held = cartridge_loading.add(transformers.load(base, "fp32").eval(), folder)
    pairs, _ = chat_format.pairs(backend.tokenizer, CHATS, texts)
    for (prompt, wanted), outcome, score in zip(pairs, said, scored, strict=True):
        with torch.inference_mode():
            logits = held(input_ids=torch.tensor([prompt + wanted])).logits[0, len(prompt) - 1 : -1]
        likely = logits.log_softmax(-1)
        assert isinstance(outcome, Completion)
        assert isinstance(score, Scored)
        assert outcome.log_probability == pytest.approx(likely[0].max().item(), abs=1e-3)
        expected = likely.gather(1, torch.tensor(wanted)[:, None]).sum().item()
        assert score.log_probability == pytest.approx(expected, abs=1e-3)


def test_the_room_that_a_cartridge_takes_is_missing_behind_it(base: Path, folder: Path, tmp_path: Path) -> None:
    backend, cartridge = a_backend(base, tmp_path), announced(folder, base)
    backend.take_up(cartridge)
    length = says_tokens(backend, CHATS[1])
    room = 512 - length

    assert isinstance(backend.complete(CHATS[1:2], max_new_tokens=room)[0], Completion)
    for fits, longest in ((True, room - TOKENS), (False, room - TOKENS + 1)):
        outcome = backend.complete(CHATS[1:2], max_new_tokens=longest, adapter=cartridge)[0]
        assert isinstance(outcome, Completion if fits else Failed)


def says_tokens(backend: transformers.Transformers, chat: Chat) -> int:
    """How many tokens its prompt has."""
    outcome = backend.complete([chat], max_new_tokens=1)[0]
    assert isinstance(outcome, Completion)
    return outcome.prompt_tokens


def test_a_worker_that_merges_takes_either_kind_after_the_other(base: Path, folder: Path, lora: Path) -> None:
    speakers = Speakers(lambda: transformers.load(base, "fp32").eval(), merges=True)
    bare = logits(speakers, None)
    said: dict[str, torch.Tensor] = {}
    for kind, place in (("cartridge", folder), ("lora", lora), ("cartridge", folder), ("lora", lora)):
        speakers.take(place, kind, "tuned")
        said.setdefault(kind, logits(speakers, "tuned"))
        torch.testing.assert_close(logits(speakers, "tuned"), said[kind])
    assert not torch.allclose(said["lora"], said["cartridge"])
    assert not torch.allclose(said["cartridge"], bare)


@pytest.mark.parametrize("merges", [True, False])
def test_one_that_takes_the_place_of_the_other_kind_leaves_no_trace_of_it(
    base: Path, folder: Path, lora: Path, merges: bool
) -> None:
    speakers = Speakers(lambda: transformers.load(base, "fp32").eval(), merges=merges)
    bare = logits(speakers, None)

    speakers.take(lora, "1", "tuned")
    speakers.take(folder, "2", "tuned")

    assert not any("lora_" in name for name, _ in speakers.network.named_parameters())
    assert torch.equal(logits(speakers, None), bare)


def logits(speakers: Speakers, track: str | None) -> torch.Tensor:
    ids = torch.arange(8)[None]
    with torch.inference_mode(), speakers.speaking(track):
        given: torch.Tensor = speakers.network(input_ids=ids, past_key_values=speakers.beginning(1)).logits
    return given


def test_perplexity_is_measured_behind_a_cartridge_and_without(base: Path, folder: Path, tmp_path: Path) -> None:
    model = language.resolve(str(base), tmp_path)
    text = "The fair moves to the harbour."

    both = Scorer(model, precision="fp32", adapter=folder).score(text, size=512, stride=256, adapter_name="c").nats
    bare = Scorer(model, precision="fp32").score(text, size=512, stride=256).nats

    assert both["base"] == bare["base"]
    assert both["c"] != both["base"]
