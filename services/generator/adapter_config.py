"""What of PEFT's `adapter_config.json` is served: plain LoRA on linear layers. Everything else is refused, not ignored.

A cartridge has a configuration of its own (`cartridge_config.py`).

The file is a stranger's. It is read here, once, into values with types and bounds; PEFT is given those values and
never the file, so that nothing in it is imported, compiled as a pattern or followed to another file.
"""

import json
import re
from collections.abc import Collection
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, NoReturn, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from shared.messages import AdapterKind
from shared.records import bounded, reason_of

CONFIG = "adapter_config.json"
MOST_BYTES = 1024**2
MOST_RANK, MOST_ALPHA, MOST_TARGETS = 65_536, 1_000_000, 10_000
_NAME = re.compile(r"(?=.{1,256}$)\w+(?:\.\w+)*")
ALL_LINEAR: Literal["all-linear"] = "all-linear"


def _rank(value: object) -> object:
    if type(value) is not int or not 1 <= value < MOST_RANK:
        raise ValueError(f"names no rank r between 1 and {MOST_RANK - 1}")
    return value


def _alpha(value: Any) -> object:
    if type(value) not in (int, float) or not 0 < value <= MOST_ALPHA:
        raise ValueError(f"must be a number above 0, {MOST_ALPHA:,} at most")
    return value


def _targets(value: object) -> object:
    names = value if isinstance(value, list) else []
    plain = all(isinstance(name, str) and _NAME.fullmatch(name) for name in names)
    if value != ALL_LINEAR and not (plain and 0 < len(names) <= MOST_TARGETS):
        raise ValueError(f"must be {ALL_LINEAR} or a list of plain names of modules, {MOST_TARGETS:,} at most")
    return value


Label = Annotated[str, Field(max_length=4_096)]


class ServedLora(BaseModel):
    """The fields that decide what an adapter does, and those that say where it comes from.

    A field that is not here must be empty: it would name modules, patterns or ways of adapting that are not served.
    """

    model_config = ConfigDict(frozen=True, extra="allow", strict=True, allow_inf_nan=False)
    peft_type: Literal["LORA"]
    task_type: Literal["CAUSAL_LM"] | None = None
    r: Annotated[int, BeforeValidator(_rank)]
    lora_alpha: Annotated[int | float, BeforeValidator(_alpha)] = 8
    target_modules: Annotated[Literal["all-linear"] | list[str], BeforeValidator(_targets)]
    use_rslora: bool = False
    fan_in_fan_out: bool = False
    bias: Literal["none"] = "none"
    init_lora_weights: Literal[True, False, "gaussian"] = Field(default=True, description="others change the base")
    lora_dropout: float = Field(default=0.0, ge=0, le=1, description="of no account once it is trained")
    inference_mode: bool = True
    base_model_name_or_path: Label | None = Field(default=None, description="never followed: the base has a hash")
    revision: Label | None = None
    peft_version: Label | None = None
    megatron_core: Literal["megatron.core"] | None = Field(default=None, description="PEFT's default; says nothing")
    qalora_group_size: int | None = Field(default=None, description="PEFT's default; says nothing without QALoRA")

    @model_validator(mode="after")
    def _asks_for_nothing_else(self) -> Self:
        if asked := sorted(name for name, value in (self.model_extra or {}).items() if value):
            raise ValueError(f"{bounded(', '.join(asked), 200)}: only plain LoRA on linear layers is served")
        return self

    @cached_property
    def target_set(self) -> str | set[str]:
        """As PEFT holds them: one word, or a set of names."""
        return ALL_LINEAR if self.target_modules == ALL_LINEAR else set(self.target_modules)

    def targets(self, module: str) -> bool:
        """Whether a list of names means this module, as PEFT reads it: the whole name or its last parts."""
        return any(name in self.target_set for name in _ends(module))


def kind(folder: Path) -> AdapterKind:
    """What kind of adapter a folder says it holds: a cartridge by its word, LoRA or nothing served otherwise.

    Raises ValueError as `fields` does.
    """
    return "cartridge" if fields(folder / CONFIG).get("peft_type") == "CARTRIDGE" else "lora"


def read(folder: Path) -> ServedLora:
    """The configuration of a LoRA adapter. Raises ValueError with one reason for whatever else stands there."""
    file = folder / CONFIG
    try:
        return ServedLora.model_validate(fields(file))
    except ValidationError as error:
        raise ValueError(f"{file}: {reason_of(error)}") from error


def require_targets(folder: Path, lora: ServedLora, modules: Collection[str]) -> None:
    """Raises ValueError unless every name that the configuration lists has weights, and no others have."""
    if lora.target_modules == ALL_LINEAR:
        return
    ends = {end for module in modules for end in _ends(module)}
    without_target = {module.rpartition(".")[2] for module in modules if not lora.targets(module)}
    if unmet := sorted({name for name in lora.target_modules if name not in ends} | without_target):
        raise ValueError(f"{folder}: {CONFIG} and the weights disagree about {bounded(', '.join(unmet), 200)}")


def _ends(module: str) -> list[str]:
    """The whole name of a module, and its last parts: a.b.c, b.c, c."""
    parts = module.split(".")
    return [".".join(parts[start:]) for start in range(len(parts))]


def fields(file: Path) -> dict[str, Any]:
    """What a configuration's file says. Raises ValueError for one that is too large or holds no JSON object."""
    with file.open("rb") as stream:
        content = stream.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise ValueError(f"{file} is larger than {MOST_BYTES:,} bytes")
    try:
        stated = json.loads(content.decode("utf-8"), parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{file} is no JSON: {bounded(str(error), 200)}") from error
    if not isinstance(stated, dict):
        raise ValueError(f"{file} holds no JSON object")  # noqa: TRY004  (a stranger's file has a wrong value)
    return stated


def _no_number(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no number of JSON")


def put_in_order(folder: Path) -> None:
    """Write the configuration of an adapter of our own anew, so that equal ones have equal bytes and one hash.

    PEFT writes the modules in the order of a set, which differs from process to process.
    """
    file = folder / CONFIG
    config = json.loads(file.read_text(encoding="utf-8"))
    ordered = {name: sorted(value) if name == "target_modules" and isinstance(value, list) else value
               for name, value in config.items()}  # fmt: skip
    file.write_text(json.dumps(ordered, indent=2, sort_keys=True) + "\n", encoding="utf-8")
