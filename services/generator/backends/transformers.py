"""Completes chats in this process with Hugging Face transformers; adapters come from PEFT.

On a CPU the model runs in fp32 (bf16 was 15 times slower where it was measured); on a GPU in bf16, or in
bitsandbytes NF4. Decoding is greedy: the same prompt gives the same answer.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import torch
from transformers import AutoTokenizer, LogitsProcessorList

from services.generator import adapters, cartridge_loading, chat_format, models
from services.generator.backends import _padding, _preambles, _precision
from services.generator.backends._precision import load
from services.generator.batching import Rows, in_batches, too_long
from services.generator.listening import Listener
from services.generator.ports import Chat, Completion, Failed, Outcome, Scored, speaks_with
from services.generator.prefix_cache import PrefixCache, Speaker
from services.generator.settings import GeneratorSettings
from services.generator.speakers import Speakers
from services.generator.time_left import TimeLeft
from shared.messages import AdapterAnnounced
from shared.models import chat_template
from shared.models.language import Model

T = TypeVar("T")
__all__ = ["Transformers", "build", "load"]


def build(settings: GeneratorSettings, home: Path) -> "Transformers":
    """Load the configured model; raises ValueError where there is none."""
    model = models.configured(settings, home)
    torch.set_num_threads(settings.threads)
    return Transformers(model, settings, home)


class Transformers:
    """Implements Backend. Prompts are sorted by length and left-padded; short of memory, a batch is halved.

    Prompts with one preamble go together over one cache of it, which is never copied for a row.
    """

    name = "transformers"

    def __init__(self, model: Model, settings: GeneratorSettings, home: Path) -> None:
        precision = _precision.chosen(settings.precision)
        self.model = f"{model.label}/{precision}"
        self.adapters: dict[str, AdapterAnnounced] = {}
        self._base_sha256, self._home, self._admission = model.sha256, home, settings.admission
        self._batch_size, self._longest_prompt = settings.batch_size, settings.max_prompt_tokens
        self.tokenizer = AutoTokenizer.from_pretrained(model.folder, local_files_only=True, padding_side="left")
        chat_template.require(self.tokenizer, model.label)
        self.tokenizer.pad_token = self.tokenizer.pad_token or self.tokenizer.eos_token
        self.prefixes = PrefixCache(settings.cache_mib * 1024**2)
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
        generate = partial(self._generate, max_new_tokens=max_new_tokens)
        rows = Rows([(prompt, max_new_tokens) for prompt, _ in pairs], refused, chats)
        speaker = Speaker(adapter, strength)
        work = self._over_preambles(rows, speaker, lambda at, cache: generate([pairs[n][0] for n in at], cache))
        return self._run(rows, work, speaker, left)

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
        rows = Rows([(prompt, len(wanted)) for prompt, wanted in pairs], refused, chats)
        speaker = Speaker(adapter, strength)
        work = self._over_preambles(rows, speaker, lambda at, cache: self._score([pairs[n] for n in at], cache))
        return self._run(rows, work, speaker, left)

    def take_up(self, adapter: AdapterAnnounced) -> None:
        """Load first, switch after: a folder that cannot be loaded changes nothing."""
        folder = adapters.verify(adapter, self._base_sha256, self._home, self._admission)
        try:
            self._speakers.take(folder, adapter.weights_sha256, adapter.track)
        except ValueError as error:
            raise ValueError(f"adapter {adapter.name}, on {self.model}: {error}") from error
        if before := self.adapters.get(adapter.track):
            self.prefixes.forget(Speaker(before))
        self.adapters[adapter.track] = adapter

    def _run(self, rows: Rows, work: _preambles.Over[T], speaker: Speaker, left: TimeLeft) -> list[T | Failed]:
        """Work through prompts as one speaker."""
        reads = getattr(self.network.config, "max_position_embeddings", None)
        reads = reads and reads - self._speakers.taken_tokens(speaker.track)
        checked = (too_long(len(row), room, reads=reads, most=self._longest_prompt) for row, room in rows.prompts)
        refused = {place: failed for place, failed in enumerate(checked) if failed} | dict(rows.unreadable)
        sizes = [len(row) + room for row, room in rows.prompts]
        with self._speakers.speaking(speaker.track, speaker.strength), torch.inference_mode():
            alike = rows.alike(work.may_share)
            return in_batches(sizes, work, batch_size=self._batch_size, left=left, refused=refused, alike=alike)

    def _over_preambles(
        self, rows: Rows, speaker: Speaker, work: Callable[[list[int], Any], Sequence[T]]
    ) -> _preambles.Over[T]:
        speaks_with(self, speaker.adapter, speaker.strength)
        prefixes = None if self._speakers.taken_tokens(speaker.track) else self.prefixes
        return _preambles.Over(lambda: self.network, self.tokenizer, prefixes, rows, speaker, work)

    def _generate(self, prompts: Sequence[list[int]], cache: Any = None, *, max_new_tokens: int) -> list[Completion]:
        """One pass of the model over a left-padded batch, token ids of shape (prompts, longest).

        `cache` holds what one prompt begins with.
        """
        started, padded, likely = time.perf_counter(), self._padded(prompts, _padding.length(cache)), Listener()
        output = self.network.generate(
            **padded,
            **({} if cache is None else {"past_key_values": cache}),
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
        reply = chat_format.until_end(row, self._ends())
        text = str(self.tokenizer.decode(reply, skip_special_tokens=True)).strip()
        completion = Completion(text, len(prompt), len(reply), seconds, sum(likely[: len(reply)]), len(reply))
        return replace(completion, cut=len(reply) == len(row))

    def _score(self, pairs: Sequence[chat_format.Pair], cache: Any = None) -> list[Scored]:
        """One pass over left-padded prompts with their continuations; logits only where continuations stand."""
        started, held = time.perf_counter(), _padding.length(cache)
        padded = self._padded([prompt + wanted for prompt, wanted in pairs], held)
        longest, positions = max(len(wanted) for _, wanted in pairs), cartridge_loading.places(padded)
        over = {} if cache is None else {"input_ids": padded["input_ids"][:, held:], "past_key_values": cache}
        logits = self.network(
            **(padded | over), position_ids=positions[:, held:], use_cache=bool(over), logits_to_keep=longest + 1
        ).logits.float()
        wanted_ids = padded["input_ids"][:, -longest:] if longest else padded["input_ids"][:, :0]
        likely = logits[:, :-1].log_softmax(-1).gather(2, wanted_ids[..., None])[..., 0].tolist()
        seconds = time.perf_counter() - started
        return [Scored(sum(row[longest - len(wanted) :]), len(wanted), len(prompt), seconds)
                for (prompt, wanted), row in zip(pairs, likely, strict=True)]  # fmt: skip

    def _padded(self, rows: Sequence[list[int]], alike: int) -> dict[str, Any]:
        """Ids and mask of shape (rows, longest), behind what who speaks begins with, if anything."""
        padded = _padding.padded(self.tokenizer, rows, alike, self.network.device)
        return cartridge_loading.behind(self._speakers.beginning(len(rows)), padded)

    def _ends(self) -> set[int]:
        ends = self.network.generation_config.eos_token_id
        return set(ends) if isinstance(ends, list) else {ends}
