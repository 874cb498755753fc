"""An adapter's configuration: what is served, and one reason for whatever else a stranger writes there."""

import json
import time
from pathlib import Path
from typing import Any

import pytest

from services.generator import adapter_config
from services.generator.adapter_config import CONFIG
from tests import tiny_model

LEAST = {"peft_type": "LORA", "r": 8, "target_modules": ["q_proj", "model.layers.0.mlp.up_proj"]}


def written(folder: Path, content: Any) -> Path:
    (folder / CONFIG).write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return folder


def test_a_configuration_as_peft_writes_it_is_read(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    tiny_model.save_lora(tiny_model.save(tmp_path / "tiny"), tmp_path / "a", 0.5)

    lora = adapter_config.read(tmp_path / "a")

    assert (lora.r, lora.lora_alpha, lora.use_rslora) == (2, 8, False)
    assert lora.targets("model.layers.0.self_attn.q_proj")
    assert not lora.targets("lm_head")


def test_equal_configurations_have_equal_bytes_in_whatever_order_they_are_written(tmp_path: Path) -> None:
    folders = [tmp_path / name for name in "ab"]
    for folder, modules in zip(folders, (["v_proj", "q_proj"], ["q_proj", "v_proj"]), strict=True):
        folder.mkdir()
        adapter_config.put_in_order(written(folder, dict(reversed(LEAST.items())) | {"target_modules": modules}))

    first, second = ((folder / CONFIG).read_bytes() for folder in folders)
    assert first == second
    assert adapter_config.read(folders[0]).target_modules == ["q_proj", "v_proj"]


@pytest.mark.parametrize(
    "more",
    [
        {"lora_alpha": 0.5}, {"lora_alpha": 64}, {"target_modules": "all-linear"}, {"use_rslora": True},
        {"rank_pattern": {}, "alpha_pattern": None, "modules_to_save": [], "use_dora": False, "made_up": ""},
        {"init_lora_weights": "gaussian", "lora_dropout": 0.1, "task_type": "CAUSAL_LM"},
    ],
)  # fmt: skip
def test_plain_lora_is_read(tmp_path: Path, more: dict[str, Any]) -> None:
    assert adapter_config.read(written(tmp_path, LEAST | more)).r == 8


@pytest.mark.parametrize(
    "field",
    [
        {"auto_mapping": {"base_model_class": "X", "parent_library": "os"}}, {"rank_pattern": {"(a+)+$": 4}},
        {"alpha_pattern": {"q_proj": 4}}, {"layers_pattern": "(a+)+$"}, {"layers_to_transform": [0]},
        {"exclude_modules": "(a+)+$"}, {"modules_to_save": ["lm_head"]}, {"megatron_config": {"x": 1}},
        {"eva_config": {"rho": 2}}, {"corda_config": {"cache_file": "x"}}, {"loftq_config": {"loftq_bits": 4}},
        {"runtime_config": {"ephemeral_gpu_offload": True}}, {"use_dora": True}, {"lora_bias": True},
        {"target_parameters": ["x"]}, {"trainable_token_indices": [1]}, {"layer_replication": [[0, 4]]},
        {"alora_invocation_tokens": [1]}, {"made_up": 1},
    ],
)  # fmt: skip
def test_a_way_of_adapting_that_is_not_served_is_refused_by_its_name(tmp_path: Path, field: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=f"{next(iter(field))}: only plain LoRA"):
        adapter_config.read(written(tmp_path, LEAST | field))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("peft_type", "IA3"), ("peft_type", None), ("task_type", "SEQ_CLS"), ("bias", "all"),
        ("init_lora_weights", "pissa"), ("megatron_core", "os"), ("use_rslora", 1), ("fan_in_fan_out", "yes"),
        ("r", 0), ("r", 65_536), ("r", 2.0), ("r", True), ("r", "8"), ("r", 10**40),
        ("lora_alpha", 0), ("lora_alpha", -1), ("lora_alpha", True), ("lora_alpha", "16"), ("lora_alpha", 10**40),
        ("lora_alpha", None), ("lora_alpha", [1]),
        ("target_modules", "(a+)+$"), ("target_modules", ".*"), ("target_modules", []), ("target_modules", None),
        ("target_modules", ["q_proj", 1]), ("target_modules", ["q.*"]), ("target_modules", ["q_proj\n"]),
        ("target_modules", [""]), ("target_modules", {"q_proj": 1}), ("target_modules", ["a"] * 10_001),
        ("target_modules", ["../x"]), ("target_modules", ["a" * 257]), ("target_modules", [["q_proj"]]),
    ],
)  # fmt: skip
def test_a_field_that_is_not_what_it_should_be_is_refused_by_its_name(
    tmp_path: Path, field: str, value: object
) -> None:
    with pytest.raises(ValueError, match=rf"{CONFIG}: {field}: "):
        adapter_config.read(written(tmp_path, LEAST | {field: value}))


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "no JSON"), (b"\xff\xfe", "no JSON"), (b"[" * 500_000, "no JSON"), (b'{"a":' * 100_000, "no JSON"),
        (b'{"r": NaN}', "no JSON: NaN"), (b'{"lora_alpha": -Infinity}', "no JSON: -Infinity"),
        (b'{"r": ' + b"9" * 50_000 + b"}", "no JSON"), (b"[]", "no JSON object"), (b'["q_proj"]', "no JSON object"),
        (b"null", "no JSON object"), (b"{}" + b" " * 2**20, "larger than"),
        (json.dumps(LEAST | {"lora_alpha": 1}).replace(": 1}", ": 1e999}").encode(), "lora_alpha"),
    ],
)  # fmt: skip
def test_a_text_that_is_no_configuration_is_refused_at_once(tmp_path: Path, content: bytes, why: str) -> None:
    started = time.monotonic()

    with pytest.raises(ValueError, match=why):
        adapter_config.read(written(tmp_path, content))
    assert time.monotonic() - started < 5
