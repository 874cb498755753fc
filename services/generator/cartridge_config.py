"""What of PEFT's `adapter_config.json` is served of a cartridge: a trained beginning of the key-value cache.

Cartridges are Eyuboglu et al. 2025. The file is a stranger's, and is read as strictly as that of a LoRA adapter: what
is not here must be empty, and PEFT is given these values and never the file.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from services.generator import adapter_config
from services.generator.adapter_config import CONFIG, Label
from services.generator.adapter_weights import PREFIX
from shared.records import bounded, reason_of

MOST_TOKENS = 16_384
"""Of one cartridge: the largest of the paper has 8,192."""
MOST_SIZE = 1_000_000


def _size(value: object) -> object:
    if type(value) is not int or not 1 <= value <= MOST_SIZE:
        raise ValueError(f"must be a whole number between 1 and {MOST_SIZE:,}")
    return value


def _tokens(value: object) -> object:
    if type(value) is not int or not 1 <= value <= MOST_TOKENS:
        raise ValueError(f"must be a whole number between 1 and {MOST_TOKENS:,}")
    return value


_Size = Annotated[int, BeforeValidator(_size)]


class ServedCartridge(BaseModel):
    """Virtual tokens, and the sizes of the base that they were made for."""

    model_config = ConfigDict(frozen=True, extra="allow", strict=True, allow_inf_nan=False)
    peft_type: Literal["CARTRIDGE"]
    task_type: Literal["CAUSAL_LM"] | None = None
    num_virtual_tokens: Annotated[int, BeforeValidator(_tokens)]
    num_frozen_tokens: int = Field(default=1, ge=0, description="first ones that training leaves as they began")
    num_layers: _Size
    num_attention_heads: _Size = Field(description="heads of keys and values")
    token_dim: _Size = Field(description="numbers of all those heads together")
    num_transformer_submodules: Literal[1] | None = None
    inference_mode: bool = True
    base_model_name_or_path: Label | None = Field(default=None, description="never followed: the base has a hash")
    revision: Label | None = None
    peft_version: Label | None = None

    @model_validator(mode="after")
    def _asks_for_nothing_else(self) -> Self:
        if asked := sorted(name for name, value in (self.model_extra or {}).items() if value):
            raise ValueError(f"{bounded(', '.join(asked), 200)}: only a plain cartridge is served")
        if self.num_frozen_tokens > self.num_virtual_tokens:
            raise ValueError("num_frozen_tokens: more tokens are frozen than there are")
        return self

    @property
    def shape(self) -> tuple[int, int]:
        """Of its weights: a row for each token, with the keys and values of every layer."""
        return self.num_virtual_tokens, self.num_layers * 2 * self.token_dim


def read(folder: Path) -> ServedCartridge:
    """The configuration of a cartridge's folder. Raises ValueError with one reason for whatever else stands there."""
    file = folder / CONFIG
    try:
        return ServedCartridge.model_validate(adapter_config.fields(file))
    except ValidationError as error:
        raise ValueError(f"{file}: {reason_of(error)}") from error


def require_shape(cartridge: ServedCartridge, shape: Sequence[int]) -> None:
    """Raises ValueError for weights of another shape than the configuration states."""
    if tuple(shape) != cartridge.shape:
        raise ValueError(f"{PREFIX} has shape {tuple(shape)}, its configuration says {cartridge.shape}")
