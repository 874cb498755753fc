"""Cartridges as strangers may announce them: refused with a reason, and nothing that spoke is lost."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from services.generator import adapter_files, cartridge_loading
from services.generator.adapter_addresses import Admission
from services.generator.adapter_config import CONFIG
from services.generator.adapter_files import WEIGHTS
from services.generator.adapter_weights import PREFIX
from services.generator.adapters import verify
from services.generator.backends import transformers
from services.generator.remote import Server
from services.generator.settings import ServerSettings
from shared.models import language
from tests import tiny_model
from tests.cartridges import CHATS, TOKENS, a_backend, announced, says


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_model.save(tmp_path_factory.mktemp("base"), width=16)


@pytest.fixture
def folder(base: Path, tmp_path: Path) -> Path:
    return tiny_model.save_cartridge(base, tmp_path / "cartridge", TOKENS)


WIDTH = 2 * 2 * 16  # layers, keys and values, heads x head width of the tiny base
WHOLE = torch.ones(TOKENS, WIDTH)
HOSTILE: list[tuple[dict[str, Any], dict[str, torch.Tensor], str]] = [
    ({}, {PREFIX: torch.ones(TOKENS - 1, WIDTH)}, "has shape"),
    ({}, {PREFIX: torch.ones(TOKENS, WIDTH + 1)}, "has shape"),
    ({}, {PREFIX: torch.ones(TOKENS, 1, WIDTH)}, "two sides"),
    ({}, {PREFIX: torch.ones(0, WIDTH)}, "two sides"),
    ({}, {PREFIX: WHOLE, "x.lora_A.weight": torch.ones(2, 2)}, "has prompt_embeddings alone"),
    ({}, {"embedding": WHOLE}, "has prompt_embeddings alone"),
    ({}, {PREFIX: WHOLE.int()}, "type I32"),
    ({}, {PREFIX: WHOLE * torch.nan}, "endless or none"),
    ({}, {PREFIX: WHOLE * torch.inf}, "endless or none"),
    ({}, {PREFIX: WHOLE * 3e38}, "too large"),
    ({"num_virtual_tokens": 16_385}, {PREFIX: torch.ones(16_385, WIDTH)}, "num_virtual_tokens"),
    ({"num_virtual_tokens": 500}, {PREFIX: torch.ones(500, WIDTH)}, "leave no room for 64"),
    ({"num_layers": 4}, {PREFIX: torch.ones(TOKENS, 2 * WIDTH)}, "does not fit the base"),
    ({"num_attention_heads": 4}, {PREFIX: WHOLE}, "does not fit the base"),
    ({"num_frozen_tokens": 7}, {PREFIX: WHOLE}, "num_frozen_tokens"),
    ({"num_layers": True}, {PREFIX: WHOLE}, "num_layers"),
    ({"num_transformer_submodules": 2}, {PREFIX: WHOLE}, "num_transformer_submodules"),
    ({"task_type": "SEQ_CLS"}, {PREFIX: WHOLE}, "task_type"),
    ({"modules_to_save": ["lm_head"]}, {PREFIX: WHOLE}, "modules_to_save: only a plain"),
    ({"auto_mapping": {"parent_library": "os"}}, {PREFIX: WHOLE}, "auto_mapping: only a plain"),
    ({"prefix_projection": True}, {PREFIX: WHOLE}, "prefix_projection: only a plain"),
    ({"peft_type": "PREFIX_TUNING"}, {PREFIX: WHOLE}, "no weight of LoRA|peft_type"),
]


def test_a_hostile_cartridge_is_refused_and_who_spoke_speaks_on(base: Path, folder: Path, tmp_path: Path) -> None:
    backend, good = a_backend(base, tmp_path), announced(folder, base)
    backend.take_up(good)
    before = says(backend, good, CHATS[1:2])
    config = json.loads((folder / CONFIG).read_text())
    for number, (changes, tensors, why) in enumerate(HOSTILE):
        (bad := tmp_path / f"bad-{number}").mkdir()
        save_file(tensors, bad / WEIGHTS)
        (bad / CONFIG).write_text(json.dumps(config | changes))

        with pytest.raises(ValueError, match=why):
            backend.take_up(announced(bad, base))
    assert backend.adapters["cartridge"] == good
    assert says(backend, good, CHATS[1:2]) == before


def test_a_file_that_is_cut_off_too_large_or_no_safetensors_is_refused(folder: Path) -> None:
    whole = (folder / WEIGHTS).read_bytes()
    for content, most, why in (
        (whole[:-8], 10**6, "broken one"),
        (b"\x80\x04pickle", 10**6, "broken one"),
        (whole, len(whole) - 1, "at most"),
    ):
        (folder / WEIGHTS).write_bytes(content)
        with pytest.raises(ValueError, match=why):
            adapter_files.check(folder, most)
    (folder / WEIGHTS).write_bytes(whole)
    (folder / "cache.pt").write_bytes(b"")
    with pytest.raises(ValueError, match="can carry code"):
        adapter_files.check(folder)


def test_a_cartridge_that_says_what_the_base_says_is_refused(base: Path, folder: Path) -> None:
    network = transformers.load(base, "fp32").eval()
    held = cartridge_loading.add(network, folder)
    with torch.no_grad():
        held.prompt_encoder["default"].trainable_embedding.zero_()

    cartridge_loading.require_effect(network, held)  # even empty places take attention away from a prompt
    with torch.no_grad():
        for layer in network.model.layers:
            layer.self_attn.o_proj.weight.zero_()  # a base that does not listen
    with pytest.raises(ValueError, match="changes nothing"):
        cartridge_loading.require_effect(network, held)


def test_an_announcement_of_the_other_kind_is_refused(base: Path, folder: Path, tmp_path: Path) -> None:
    (lora := tmp_path / "lora").mkdir()
    tiny_model.save_lora(base, lora, 0.5)
    for place, kind in ((folder, "lora"), (lora, "cartridge")):
        with pytest.raises(ValueError, match=f"was announced as {kind}"):
            verify(announced(place, base, kind=kind), language.weights_sha256(base), tmp_path)


def test_a_server_is_not_asked_to_speak_behind_a_cartridge(base: Path, folder: Path, tmp_path: Path) -> None:
    server = Server("openai", ServerSettings(url="http://x", model="m"), opened, home=tmp_path, admission=Admission())

    with pytest.raises(ValueError, match="is a cartridge, and a server takes LoRA by its name alone"):
        server.take_up(announced(folder, base))
    assert server.adapters == {}


def opened() -> Any:
    raise AssertionError("nothing is asked")
