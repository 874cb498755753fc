"""Adapter folders as a stranger may announce them: made of a whole one by an accident or by malice.

`hostile` gives one mutation after the other from a random generator: the same seed gives the same folders.
"""

import json
import random
import shutil
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import load_file, save_file

from services.generator.adapter_files import CONFIG, WEIGHTS

Mutate = Callable[[Path, random.Random], None]
Tensors = dict[str, Any]
BOMB = "(a+)+$"
STRANGE: list[Any] = [
    None, True, False, 0, -1, 1, 2.5, 1e308, 10**30, "", "x", "../../etc", BOMB, "all-linear", [], [1], ["q_proj"],
    [None], {}, {"q_proj": 4}, {BOMB: 1}, [BOMB] * 50, ["q_proj"] * 2_000, [["q_proj"]], {"a": {"b": {}}},
]  # fmt: skip
KNOWN = [
    "r", "lora_alpha", "target_modules", "peft_type", "task_type", "use_rslora", "bias", "fan_in_fan_out",
    "init_lora_weights", "lora_dropout", "inference_mode", "base_model_name_or_path", "revision",
]  # fmt: skip
EXOTIC = [
    "auto_mapping", "rank_pattern", "alpha_pattern", "layers_pattern", "layers_to_transform", "modules_to_save",
    "exclude_modules", "megatron_config", "eva_config", "corda_config", "loftq_config", "runtime_config", "use_dora",
    "lora_bias", "target_parameters", "trainable_token_indices", "layer_replication", "alora_invocation_tokens",
    "use_bdlora", "arrow_config", "made_up",
]  # fmt: skip
TEXTS = [
    b"", b"[]", b"null", b"3", b'"text"', b"{", b"\xff\xfe{}", b"\xef\xbb\xbf{}", b"[" * 100_000, b'{"a":' * 50_000,
    b'{"r": NaN}', b'{"r": 2, "lora_alpha": Infinity, "peft_type": "LORA", "target_modules": ["q_proj"]}',
    b'{"r": ' + b"9" * 10_000 + b"}", b"{}" + b" " * 2_000_000, b'{"r": 2, "r": "two"}', b"\x00" * 64,
]  # fmt: skip
HEADERS = [
    b"[]", b"{}", b"null", b'{"w": 1}', b"\xff\xff", b'{"__metadata__": {"format": 3}}',
    b'{"w": {"dtype": "F32", "shape": [1, 1], "data_offsets": [0, 400]}}',
    b'{"w": {"dtype": "F32", "shape": [9999999999, 9999999999], "data_offsets": [0, 4]}}',
    b'{"w": {"dtype": "F32", "shape": [1], "data_offsets": [4, 0]}}',
    b'{"w": {"dtype": "F99", "shape": [1], "data_offsets": [0, 4]}}',
    b'{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}',
]  # fmt: skip


def hostile(valid: Path, into: Path, draw: random.Random) -> Iterator[tuple[str, Path]]:
    """Without end: the name of a mutation, and a copy of the valid folder that was changed by it."""
    number = 0
    while True:
        mutate = MUTATIONS[number] if number < len(MUTATIONS) else draw.choice(MUTATIONS)  # each of them at least once
        folder = into / f"{number:04d}"
        shutil.copytree(valid, folder)
        mutate(folder, draw)
        yield mutate.__name__, folder
        number += 1


def a_known_field_is_strange(folder: Path, draw: random.Random) -> None:
    _with_fields(folder, {draw.choice(KNOWN): draw.choice(STRANGE)})


def an_exotic_field_is_set(folder: Path, draw: random.Random) -> None:
    _with_fields(folder, {draw.choice(EXOTIC): draw.choice(STRANGE)})


def a_field_is_gone(folder: Path, draw: random.Random) -> None:
    fields = json.loads((folder / CONFIG).read_text())
    del fields[draw.choice(sorted(fields))]
    (folder / CONFIG).write_text(json.dumps(fields))


def the_config_is_another_text(folder: Path, draw: random.Random) -> None:
    (folder / CONFIG).write_bytes(draw.choice(TEXTS))


def a_byte_of_the_config_differs(folder: Path, draw: random.Random) -> None:
    _with_bytes(folder / CONFIG, draw)


def targets_are_others(folder: Path, draw: random.Random) -> None:
    names = ["q_proj", "v_proj", "gate_proj", "norm", "embed_tokens", "lm_head", "layers", "model", "0", ""]
    _with_fields(folder, {"target_modules": draw.sample(names, draw.randint(1, 4))})


def keys_have_no_prefix(folder: Path, _: random.Random) -> None:
    _renamed(folder, lambda name: name.removeprefix("base_model.model."))


def keys_name_an_adapter(folder: Path, _: random.Random) -> None:
    _renamed(folder, lambda name: name.replace(".weight", ".default.weight"))


def keys_have_a_module_in_front(folder: Path, _: random.Random) -> None:
    _renamed(folder, lambda name: f"module.{name}")


def keys_of_another_model(folder: Path, draw: random.Random) -> None:
    changes = [
        ("self_attn", "attention"), ("layers.0", "layers.7"), ("model.model", "model.transformer"),
        ("lora_A", "lora_E"), ("q_proj", "q_proj.x"), ("base_model", "base_model.base_model"),
    ]  # fmt: skip
    old, new = draw.choice(changes)
    _renamed(folder, lambda name: name.replace(old, new))


def a_tensor_is_gone(folder: Path, draw: random.Random) -> None:
    tensors = load_file(folder / WEIGHTS)
    for name in draw.sample(sorted(tensors), draw.randint(1, len(tensors))):
        del tensors[name]
    save_file(tensors, folder / WEIGHTS)


def a_tensor_more(folder: Path, draw: random.Random) -> None:
    more = draw.choice(["base_model.model.lm_head.lora_A.weight", "base_model.model.model.embed_tokens.weight", "x",
                        "base_model.model.model.norm.lora_B.weight", "base_model.model.model.norm.weight"])  # fmt: skip
    save_file(load_file(folder / WEIGHTS) | {more: np.ones((2, 2), dtype=np.float32)}, folder / WEIGHTS)


def a_tensor_has_another_shape(folder: Path, draw: random.Random) -> None:
    shape = draw.choice([(0, 0), (1,), (), (2, 3), (3, 2), (1, 1, 1), (40, 2), (2, 17), (16, 16)])
    _changed(folder, draw, lambda _: np.zeros(shape, dtype=np.float32))


def a_tensor_is_turned(folder: Path, draw: random.Random) -> None:
    _changed(folder, draw, lambda tensor: np.ascontiguousarray(tensor.T))


def a_tensor_is_of_another_type(folder: Path, draw: random.Random) -> None:
    kind = draw.choice([np.int8, np.int64, np.uint8, np.bool_, np.float16, np.float64])
    _changed(folder, draw, lambda tensor: tensor.astype(kind))


def a_number_is_none_or_endless(folder: Path, draw: random.Random) -> None:
    number = draw.choice([np.nan, np.inf, -np.inf])
    _changed(folder, draw, lambda tensor: np.full_like(tensor, number))


def numbers_are_huge(folder: Path, draw: random.Random) -> None:
    _changed(folder, draw, lambda tensor: np.full_like(tensor, 3e38))


def the_rank_is_huge(folder: Path, draw: random.Random) -> None:
    rank = draw.choice([60_000, 65_536, 2**31, 2**70])
    _with_fields(folder, {"r": rank})
    if rank == 60_000:
        _changed(folder, draw, lambda _: np.zeros((rank, 1), dtype=np.float32))


def weights_are_cut_short(folder: Path, draw: random.Random) -> None:
    content = (folder / WEIGHTS).read_bytes()
    (folder / WEIGHTS).write_bytes(content[: draw.randrange(len(content))])


def a_byte_of_the_weights_differs(folder: Path, draw: random.Random) -> None:
    _with_bytes(folder / WEIGHTS, draw)


def a_byte_of_the_header_differs(folder: Path, draw: random.Random) -> None:
    _with_bytes(folder / WEIGHTS, draw, most=200)


def the_header_is_a_bomb(folder: Path, draw: random.Random) -> None:
    length = draw.choice([0, 1, 2**20, 2**27, 2**31, 2**62, 2**64 - 1])
    (folder / WEIGHTS).write_bytes(struct.pack("<Q", length) + b"{" * draw.choice([0, 1, 4_096]))


def the_header_says_what_is_not_so(folder: Path, draw: random.Random) -> None:
    header = draw.choice(HEADERS)
    (folder / WEIGHTS).write_bytes(struct.pack("<Q", len(header)) + header + b"\x00" * 4)


def a_file_is_no_file(folder: Path, draw: random.Random) -> None:
    file = folder / draw.choice([WEIGHTS, CONFIG])
    file.unlink()
    if draw.random() < 0.5:
        file.mkdir()
    else:
        file.symlink_to(draw.choice(["/dev/zero", "/dev/null", "nowhere", file.name]))


def a_file_is_gone(folder: Path, draw: random.Random) -> None:
    (folder / draw.choice([WEIGHTS, CONFIG])).unlink()


def a_pickle_lies_beside(folder: Path, draw: random.Random) -> None:
    (folder / f"adapter_model.{draw.choice(['bin', 'pt', 'pkl'])}").write_bytes(b"\x80\x04.")


MUTATIONS: list[Mutate] = [
    a_known_field_is_strange, an_exotic_field_is_set, a_field_is_gone, the_config_is_another_text,
    a_byte_of_the_config_differs, targets_are_others, keys_have_no_prefix, keys_name_an_adapter,
    keys_have_a_module_in_front, keys_of_another_model, a_tensor_is_gone, a_tensor_more, a_tensor_has_another_shape,
    a_tensor_is_turned, a_tensor_is_of_another_type, a_number_is_none_or_endless, numbers_are_huge, the_rank_is_huge,
    weights_are_cut_short, a_byte_of_the_weights_differs, a_byte_of_the_header_differs, the_header_is_a_bomb,
    the_header_says_what_is_not_so, a_file_is_no_file, a_file_is_gone, a_pickle_lies_beside,
]  # fmt: skip


def _with_fields(folder: Path, changes: dict[str, Any]) -> None:
    fields = json.loads((folder / CONFIG).read_text()) | changes
    (folder / CONFIG).write_text(json.dumps(fields))


def _with_bytes(file: Path, draw: random.Random, most: int = 2**30) -> None:
    content = bytearray(file.read_bytes())
    for _ in range(draw.randint(1, 4)):
        content[draw.randrange(min(most, len(content)))] = draw.randrange(256)
    file.write_bytes(bytes(content))


def _renamed(folder: Path, rename: Callable[[str], str]) -> None:
    save_file({rename(name): tensor for name, tensor in load_file(folder / WEIGHTS).items()}, folder / WEIGHTS)


def _changed(folder: Path, draw: random.Random, change: Callable[[Any], Any]) -> None:
    tensors: Tensors = load_file(folder / WEIGHTS)
    name = draw.choice(sorted(tensors))
    save_file(tensors | {name: change(tensors[name])}, folder / WEIGHTS)
