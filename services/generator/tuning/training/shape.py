"""A model's sizes, read from its `config.json` before anything is loaded."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Shape:
    """Of a decoder in Llama's fashion: Llama, Mistral, Qwen, SmolLM. Widths are counts of numbers."""

    layers: int
    hidden: int
    intermediate: int
    vocabulary: int
    queries: int
    keys: int
    tied: bool

    @property
    def linears(self) -> dict[str, tuple[int, int]]:
        """The linear layers of one block by their name in the library: width in, width out."""
        return {
            "q_proj": (self.hidden, self.queries),
            "k_proj": (self.hidden, self.keys),
            "v_proj": (self.hidden, self.keys),
            "o_proj": (self.queries, self.hidden),
            "gate_proj": (self.hidden, self.intermediate),
            "up_proj": (self.hidden, self.intermediate),
            "down_proj": (self.intermediate, self.hidden),
        }

    @property
    def linear_weights(self) -> int:
        """Weights in the linear layers of all blocks: those that NF4 holds."""
        return self.layers * sum(into * out for into, out in self.linears.values())

    @property
    def other_weights(self) -> int:
        """Embeddings, the output layer unless it is the same, and norms."""
        tables = 1 if self.tied else 2
        return tables * self.vocabulary * self.hidden + (2 * self.layers + 1) * self.hidden


def of(folder: Path) -> Shape:
    """The shape of a model's folder. Raises ValueError where `config.json` does not state one of this kind."""
    return stated(json.loads((folder / "config.json").read_text(encoding="utf-8")))


def stated(config: Mapping[str, Any]) -> Shape:
    """The shape that a configuration states; raises ValueError that names what is missing."""
    text = config.get("text_config", config)
    try:
        hidden, heads = int(text["hidden_size"]), int(text["num_attention_heads"])
        head = int(text.get("head_dim") or hidden // heads)
        return Shape(
            layers=int(text["num_hidden_layers"]),
            hidden=hidden,
            intermediate=int(text["intermediate_size"]),
            vocabulary=int(text["vocab_size"]),
            queries=heads * head,
            keys=int(text.get("num_key_value_heads") or heads) * head,
            tied=bool(text.get("tie_word_embeddings", False)),
        )
    except KeyError as error:
        raise ValueError(f"config.json has no {error}: its memory cannot be predicted") from error
