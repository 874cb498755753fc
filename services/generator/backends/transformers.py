"""Completes chats in this process with Hugging Face transformers; adapters come from PEFT.

On a CPU the model runs in fp32 (bf16 was 15 times slower where it was measured); on a GPU in bf16, or in
bitsandbytes NF4. Decoding is greedy: the same prompt gives the same answer.
"""

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import structlog
import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM, AutoTokenizer, BitsAndBytesConfig

from services.generator import adapters, chat_format, models
from services.generator.ports import Chat, Completion, PromptError
from services.generator.settings import GeneratorSettings
from shared.messages import AdapterAnnounced
from shared.models.language import Model

log = structlog.get_logger()


def build(settings: GeneratorSettings, home: Path) -> "Transformers":
    """Load the configured model; raises ValueError where there is none."""
    model = models.configured(settings, home)
    torch.set_num_threads(settings.threads)
    return Transformers(model, precision=_precision(settings.precision), batch_size=settings.batch_size)


class Transformers:
    """Implements Backend. Prompts are sorted by length and left-padded; short of memory, a batch is halved."""

    name = "transformers"

    def __init__(self, model: Model, *, precision: str, batch_size: int) -> None:
        self.model = f"{model.label}/{precision}"
        self.adapter: AdapterAnnounced | None = None
        self._base_sha256 = model.sha256
        self._batch_size = batch_size
        self._merges = precision == "fp32"
        self._tokenizer = AutoTokenizer.from_pretrained(model.folder, local_files_only=True, padding_side="left")
        self._tokenizer.pad_token = self._tokenizer.pad_token or self._tokenizer.eos_token
        self._network = load(model.folder, precision).eval()

    def complete(self, chats: Sequence[Chat], *, max_new_tokens: int) -> list[Completion]:
        prompts = [chat_format.encode(self._tokenizer, chat) for chat in chats]
        self._refuse_long(prompts, max_new_tokens)
        order = sorted(range(len(prompts)), key=lambda place: len(prompts[place]))
        done: dict[int, Completion] = {}
        for start in range(0, len(order), self._batch_size):
            places = order[start : start + self._batch_size]
            done |= zip(places, self._batch([prompts[place] for place in places], max_new_tokens), strict=True)
        return [done[place] for place in range(len(prompts))]

    def take_up(self, adapter: AdapterAnnounced) -> None:
        """Load first, switch after: a folder that cannot be loaded changes nothing."""
        folder = adapters.verify(adapter, self._base_sha256)
        key, old = f"a{adapter.weights_sha256[:16]}", self.adapter
        try:
            self._switch(folder, key)
        except (RuntimeError, TypeError, KeyError) as error:
            raise ValueError(f"adapter {adapter.name} does not fit {self.model}: {error}") from error
        if old and old.weights_sha256 != adapter.weights_sha256:
            self._network.delete_adapter(f"a{old.weights_sha256[:16]}")
        self.adapter = adapter

    def _switch(self, folder: Path, key: str) -> None:
        """Merged into fp32 weights an adapter costs nothing per token; quantised weights would lose by it."""
        if not isinstance(self._network, PeftModel):
            self._network = PeftModel.from_pretrained(self._network, folder, adapter_name=key).eval()
        if self._merges and self.adapter:
            self._network.unmerge_adapter()
        try:
            if key not in self._network.peft_config:
                self._network.load_adapter(folder, key)
            self._network.set_adapter(key)
        finally:
            if self._merges:
                self._network.merge_adapter()

    def _refuse_long(self, prompts: Sequence[Sequence[int]], max_new_tokens: int) -> None:
        room = getattr(self._network.config, "max_position_embeddings", None)
        longest = max(map(len, prompts), default=0)
        if room is not None and longest + max_new_tokens > room:
            raise PromptError(f"a prompt of {longest} tokens leaves no room for an answer: the model reads {room}")

    def _batch(self, prompts: Sequence[list[int]], max_new_tokens: int) -> list[Completion]:
        try:
            return list(self._generate(prompts, max_new_tokens))
        except RuntimeError as error:
            if not _out_of_memory(error):
                raise
        if len(prompts) == 1:
            raise PromptError(f"out of memory on a prompt of {len(prompts[0])} tokens")
        log.warning("out of memory, the batch is halved", prompts=len(prompts))
        torch.cuda.empty_cache()
        middle = len(prompts) // 2
        return self._batch(prompts[:middle], max_new_tokens) + self._batch(prompts[middle:], max_new_tokens)

    def _generate(self, prompts: Sequence[list[int]], max_new_tokens: int) -> Iterator[Completion]:
        """One pass of the model over a left-padded batch, token ids of shape (prompts, longest)."""
        started = time.perf_counter()
        padded = self._tokenizer.pad({"input_ids": list(prompts)}, return_tensors="pt").to(self._network.device)
        with torch.inference_mode():
            output = self._network.generate(
                **padded, max_new_tokens=max_new_tokens, do_sample=False, pad_token_id=self._tokenizer.pad_token_id
            )
        seconds = time.perf_counter() - started
        for prompt, row in zip(prompts, output[:, padded["input_ids"].shape[1] :].tolist(), strict=True):
            said = _until_end(row, self._ends())
            text = str(self._tokenizer.decode(said, skip_special_tokens=True)).strip()
            yield Completion(text, len(prompt), len(said), seconds)

    def _ends(self) -> set[int]:
        ends = self._network.generation_config.eos_token_id
        return set(ends) if isinstance(ends, list) else {ends}


def load(folder: Path, precision: str) -> Any:
    """The model of a folder in one precision: fp32, bf16 or nf4; on the GPU where there is one."""
    device = "cuda" if torch.cuda.is_available() else "cpu"
    options: dict[str, Any] = {"dtype": torch.bfloat16 if precision == "bf16" else torch.float32}
    if precision == "nf4":
        options = nf4(device)
    return AutoModelForCausalLM.from_pretrained(
        folder, device_map={"": device}, use_safetensors=True, local_files_only=True, **options
    )


def nf4(device: str) -> dict[str, Any]:
    """QLoRA's storage (Dettmers et al. 2023): 4-bit NormalFloat, double quantisation; computes in fp32 on a CPU."""
    compute = torch.bfloat16 if device == "cuda" else torch.float32
    config = BitsAndBytesConfig(  # type: ignore[no-untyped-call]
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=compute,
    )
    return {"dtype": compute, "quantization_config": config}


def _precision(wanted: str) -> str:
    if wanted != "auto":
        return wanted
    return "bf16" if torch.cuda.is_available() else "fp32"


def _out_of_memory(error: RuntimeError) -> bool:
    return isinstance(error, torch.OutOfMemoryError) or "allocate memory" in str(error)


def _until_end(row: list[int], ends: set[int]) -> list[int]:
    """The tokens before the first end of turn, which padding follows in a batch."""
    return next((row[:place] for place, token in enumerate(row) if token in ends), row)
