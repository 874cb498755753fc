"""How likely a language model finds a text, in nats."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services.generator import adapter_config, adapter_files, adapter_loading, cartridge_loading
from services.generator.perplexity.windows import windows
from shared.models.language import Model
from shared.models.special_tokens import SpecialTokens

BASE = "base"


@dataclass(frozen=True)
class Text:
    """A text as it was scored: its tokens, its bytes in UTF-8, and nats (natural log) by who spoke."""

    tokens: int
    size: int
    nats: dict[str, float]


class Scorer:
    """A base model, and on top of it at most one adapter; both score the same tokens.

    Raises ValueError for an adapter that does not fit or whose folder holds more than safetensors.
    """

    def __init__(self, model: Model, *, precision: str, adapter: Path | None = None) -> None:
        from transformers import AutoTokenizer

        from services.generator.backends.transformers import load

        self._tokenizer = AutoTokenizer.from_pretrained(model.folder, local_files_only=True)
        self._special = SpecialTokens(self._tokenizer)
        self._network = load(model.folder, precision).eval()
        self._cartridge: Any = None
        self._adapted = adapter is not None
        if adapter is not None:
            adapted = _adapted(self._network, adapter, model.label)
            if adapter_config.kind(adapter) == "cartridge":
                self._cartridge = adapted
            else:
                self._network = adapted

    def score(self, text: str, *, size: int, stride: int, adapter_name: str = "") -> Text:
        """Every token of the text, after the token that begins (or else ends) texts of this model."""
        ids = self._tokenizer(self._special.broken(text), add_special_tokens=False)["input_ids"]
        first = self._tokenizer.bos_token_id
        sequence = [self._tokenizer.eos_token_id if first is None else first, *ids]
        nats = {}
        if self._adapted:
            nats[adapter_name] = self._nats(sequence, size, stride)
            with self._without_adapter():
                nats[BASE] = self._nats(sequence, size, stride)
        else:
            nats[BASE] = self._nats(sequence, size, stride)
        return Text(len(ids), len(text.encode()), nats)

    def _nats(self, sequence: Sequence[int], size: int, stride: int) -> float:
        return sum(
            self._window(sequence[window.begin : window.end], window.scored - window.begin)
            for window in windows(len(sequence), size, stride)
        )

    @contextmanager
    def _without_adapter(self) -> Iterator[None]:
        held, self._cartridge = self._cartridge, None
        try:
            with nullcontext() if held else self._network.disable_adapter():
                yield
        finally:
            self._cartridge = held

    def _window(self, ids: Sequence[int], scored: int) -> float:
        """Nats of the tokens from `scored` on, summed in fp32."""
        import torch

        given = torch.tensor([list(ids)], device=self._network.device)
        with torch.inference_mode():
            before = cartridge_loading.beginning(self._cartridge, 1)
            logits = self._network(input_ids=given, past_key_values=before).logits[0, scored - 1 : -1].float()
        return float(torch.nn.functional.cross_entropy(logits, given[0, scored:], reduction="sum"))


def _adapted(network: Any, adapter: Path, label: str) -> Any:
    adapter_files.check(adapter)
    try:
        if adapter_config.kind(adapter) == "cartridge":
            return cartridge_loading.add(network, adapter)
        return adapter_loading.add(network, adapter, "adapter")
    except (ValueError, RuntimeError, KeyError, TypeError) as error:
        raise ValueError(f"the adapter in {adapter} does not fit {label}: {error}") from error
