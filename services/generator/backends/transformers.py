"""Completes chats in this process with Hugging Face transformers; adapters come from PEFT.

On a CPU the model runs in fp32 (bf16 was 15 times slower where it was measured); on a GPU in bf16, or in
bitsandbytes NF4. Decoding is greedy: the same prompt gives the same answer.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, BitsAndBytesConfig, LogitsProcessorList

from services.generator import adapters, chat_format, models
from services.generator.batching import in_batches, too_long
from services.generator.listening import Listener
from services.generator.ports import Chat, Completion, Failed, Outcome, Scored, speaks_with
from services.generator.settings import GeneratorSettings
from services.generator.speakers import Speakers
from services.generator.time_left import TimeLeft
from shared.messages import AdapterAnnounced
from shared.models import chat_template
from shared.models.language import Model

T = TypeVar("T")


def build(settings: GeneratorSettings, home: Path) -> "Transformers":
    """Load the configured model; raises ValueError where there is none."""
    model = models.configured(settings, home)
    torch.set_num_threads(settings.threads)
    return Transformers(model, settings, home)


class Transformers:
    """Implements Backend. Prompts are sorted by length and left-padded; short of memory, a batch is halved."""

    name = "transformers"

    def __init__(self, model: Model, settings: GeneratorSettings, home: Path) -> None:
        precision = _precision(settings.precision)
        self.model = f"{model.label}/{precision}"
        self.adapters: dict[str, AdapterAnnounced] = {}
        self._base_sha256, self._home, self._admission = model.sha256, home, settings.admission
        self._batch_size, self._longest_prompt = settings.batch_size, settings.max_prompt_tokens
        self.tokenizer = AutoTokenizer.from_pretrained(model.folder, local_files_only=True, padding_side="left")
        chat_template.require(self.tokenizer, model.label)
        self.tokenizer.pad_token = self.tokenizer.pad_token or self.tokenizer.eos_token
        self._speakers = Speakers(
            lambda: load(model.folder, precision).eval(),
            merges=precision == "fp32" and len(settings.speaker_names) == 1,
        )

    @property
    def network(self) -> Any:
        """The model, wrapped by PEFT from its first adapter on."""
        return self._speakers.network

    def complete(
        self,
        chats: Sequence[Chat],
        *,
        max_new_tokens: int,
        adapter: AdapterAnnounced | None = None,
        strength: float = 1.0,
        within_s: Sequence[float] | None = None,
    ) -> list[Outcome]:
        left, (pairs, refused) = TimeLeft(within_s), chat_format.pairs(self.tokenizer, chats)
        rows = [(prompt, max_new_tokens) for prompt, _ in pairs]
        generate = partial(self._generate, max_new_tokens=max_new_tokens)
        return self._run(
            rows, refused, lambda places: generate([pairs[place][0] for place in places]), adapter, left, strength
        )

    def score(
        self,
        chats: Sequence[Chat],
        continuations: Sequence[str],
        *,
        adapter: AdapterAnnounced | None = None,
        strength: float = 1.0,
        within_s: Sequence[float] | None = None,
    ) -> list[Scored | Failed]:
        """Prompt and continuation become tokens apart, as in training; the end of turn is not part of the text."""
        left, (pairs, refused) = TimeLeft(within_s), chat_format.pairs(self.tokenizer, chats, continuations)
        rows = [(prompt, len(wanted)) for prompt, wanted in pairs]
        return self._run(
            rows, refused, lambda places: self._score([pairs[place] for place in places]), adapter, left, strength
        )

    def take_up(self, adapter: AdapterAnnounced) -> None:
        """Load first, switch after: a folder that cannot be loaded changes nothing."""
        folder = adapters.verify(adapter, self._base_sha256, self._home, self._admission)
        try:
            self._speakers.take(folder, adapter.weights_sha256, adapter.track)
        except ValueError as error:
            raise ValueError(f"adapter {adapter.name}, on {self.model}: {error}") from error
        self.adapters[adapter.track] = adapter

    def _run(
        self,
        rows: Sequence[tuple[list[int], int]],
        unreadable: Mapping[int, Failed],
        work: Callable[[list[int]], Sequence[T]],
        adapter: AdapterAnnounced | None,
        left: TimeLeft,
        strength: float,
    ) -> list[T | Failed]:
        """Work through prompts, each with the tokens that need room behind it, as one speaker."""
        speaks_with(self, adapter, strength)
        reads = getattr(self.network.config, "max_position_embeddings", None)
        checked = (too_long(len(row), room, reads=reads, most=self._longest_prompt) for row, room in rows)
        refused = {place: failed for place, failed in enumerate(checked) if failed} | dict(unreadable)
        sizes = [len(row) + room for row, room in rows]
        with self._speakers.speaking(adapter.track if adapter else None, strength), torch.inference_mode():
            return in_batches(sizes, work, batch_size=self._batch_size, left=left, refused=refused)

    def _generate(self, prompts: Sequence[list[int]], max_new_tokens: int) -> list[Completion]:
        """One pass of the model over a left-padded batch, token ids of shape (prompts, longest)."""
        started, padded, likely = time.perf_counter(), self._padded(prompts), Listener()
        output = self.network.generate(
            **padded,
            max_new_tokens=max_new_tokens,
            do_sample=False,
            pad_token_id=self.tokenizer.pad_token_id,
            logits_processor=LogitsProcessorList([likely]),
        )
        seconds = time.perf_counter() - started
        rows = output[:, padded["input_ids"].shape[1] :].tolist()
        generated = zip(prompts, rows, likely.rows(), strict=True)
        return [self._completion(prompt, row, listened, seconds) for prompt, row, listened in generated]

    def _completion(self, prompt: list[int], row: list[int], likely: list[float], seconds: float) -> Completion:
        reply = _until_end(row, self._ends())
        text = str(self.tokenizer.decode(reply, skip_special_tokens=True)).strip()
        completion = Completion(text, len(prompt), len(reply), seconds, sum(likely[: len(reply)]), len(reply))
        return replace(completion, cut=len(reply) == len(row))

    def _score(self, pairs: Sequence[chat_format.Pair]) -> list[Scored]:
        """One pass over left-padded prompts with their continuations; logits only where continuations stand."""
        started, padded = time.perf_counter(), self._padded([prompt + wanted for prompt, wanted in pairs])
        longest = max(len(wanted) for _, wanted in pairs)
        positions = (padded["attention_mask"].cumsum(-1) - 1).clamp(min=0)
        logits = self.network(
            **padded, position_ids=positions, use_cache=False, logits_to_keep=longest + 1
        ).logits.float()
        wanted_ids = padded["input_ids"][:, -longest:] if longest else padded["input_ids"][:, :0]
        likely = logits[:, :-1].log_softmax(-1).gather(2, wanted_ids[..., None])[..., 0].tolist()
        seconds = time.perf_counter() - started
        return [Scored(sum(row[longest - len(wanted) :]), len(wanted), len(prompt), seconds)
                for (prompt, wanted), row in zip(pairs, likely, strict=True)]  # fmt: skip

    def _padded(self, rows: Sequence[list[int]]) -> Any:
        return self.tokenizer.pad({"input_ids": list(rows)}, return_tensors="pt").to(self.network.device)

    def _ends(self) -> set[int]:
        ends = self.network.generation_config.eos_token_id
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


def _until_end(row: list[int], ends: set[int]) -> list[int]:
    """The tokens before the first end of turn, which padding follows in a batch."""
    return next((row[:place] for place, token in enumerate(row) if token in ends), row)
