"""A judge in this process, with Hugging Face transformers: the embedded model, or any chat model in a folder.

fp32 on a CPU, bf16 on a GPU. Decoding is greedy: the same sheet gives the same reply.
"""

import time
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from services.judge.ports import Said, Sheet
from services.judge.settings import JudgeSettings
from shared.models import chat_template, language
from shared.models.special_tokens import SpecialTokenError

Ways = list[list[int]]


class Transformers:
    """Implements Backend. Sheets are sorted by length and left-padded; one too long for the model has no reply."""

    name = "transformers"
    sees_references = False

    def __init__(self, model: language.Model, settings: JudgeSettings) -> None:
        device = "cuda" if torch.cuda.is_available() else "cpu"
        only = "/labels-only" if settings.labels_only else ""
        self.model = f"{model.label}/{'bf16' if device == 'cuda' else 'fp32'}{only}"
        self._settings = settings
        self._tokenizer = AutoTokenizer.from_pretrained(model.folder, local_files_only=True, padding_side="left")
        chat_template.require(self._tokenizer, model.label)
        self._format = chat_template.of(self._tokenizer)
        self._tokenizer.pad_token = self._tokenizer.pad_token or self._tokenizer.eos_token
        network: Any = AutoModelForCausalLM.from_pretrained(
            model.folder,
            device_map={"": device},
            dtype=torch.bfloat16 if device == "cuda" else torch.float32,
            use_safetensors=True,
            local_files_only=True,
            trust_remote_code=False,
        )
        self._network = network.eval()
        self._ends = _as_set(network.generation_config.eos_token_id)
        self._room = getattr(network.config, "max_position_embeddings", None)

    def judge(self, sheets: Sequence[Sheet]) -> list[Said]:
        started = time.perf_counter()
        made = [self._ids(sheet) for sheet in sheets]
        refused = {place: ("", reason) for place, reason in enumerate(made) if isinstance(reason, str)}
        prompts = {place: ids for place, ids in enumerate(made) if not isinstance(ids, str) and self._fits(ids)}
        order = sorted(prompts, key=lambda place: len(prompts[place]))
        replies: dict[int, tuple[str, str | None]] = {**refused}
        for start in range(0, len(order), self._settings.batch_size):
            places = order[start : start + self._settings.batch_size]
            ways = [self._ways(sheets[place]) for place in places] if self._settings.labels_only else []
            replies |= zip(places, self._generate([prompts[place] for place in places], ways), strict=True)
        seconds = time.perf_counter() - started
        too_long = ("", f"the prompt is longer than the {self._room} tokens that the model reads")
        return [Said(*replies.get(place, too_long), seconds=seconds) for place in range(len(sheets))]

    def _ids(self, sheet: Sheet) -> list[int] | str:
        """Token ids by the model's chat template, or why there are none: what is filled in has no special token."""
        try:
            return self._format.ids(sheet.system, sheet.user)
        except SpecialTokenError as error:
            return str(error)

    def _fits(self, prompt: Sequence[int]) -> bool:
        return self._room is None or len(prompt) + self._settings.max_new_tokens <= self._room

    def _ways(self, sheet: Sheet) -> Ways:
        """The token ids of each label, ended; the first way of writing it."""
        texts = [ways[0] for ways in sheet.labels.values()]
        return [[*self._tokenizer(text, add_special_tokens=False)["input_ids"], min(self._ends)] for text in texts]

    @torch.inference_mode()
    def _generate(self, prompts: Sequence[list[int]], ways: Sequence[Ways]) -> Iterator[tuple[str, str | None]]:
        """Text and failure of each reply, from one pass over a left-padded batch of shape (prompts, longest).

        `ways`: what each reply may be, where it is not free.
        """
        padded = self._tokenizer.pad({"input_ids": list(prompts)}, return_tensors="pt").to(self._network.device)
        longest = self._settings.max_new_tokens
        output = self._network.generate(
            **padded, max_new_tokens=longest, do_sample=False, pad_token_id=self._tokenizer.pad_token_id,
            prefix_allowed_tokens_fn=partial(_next, ways, padded["input_ids"].shape[1]) if ways else None,
        )  # fmt: skip
        for row in output[:, padded["input_ids"].shape[1] :].tolist():
            end = next((place for place, token in enumerate(row) if token in self._ends), None)
            text = str(self._tokenizer.decode(row[:end], skip_special_tokens=True))
            yield text, f"cut off after {longest} tokens" if end is None else None


def build(settings: JudgeSettings, home: Path) -> Transformers:
    """Load the configured model; raises ValueError where there is none."""
    torch.set_num_threads(settings.threads)
    try:
        model = language.resolve(settings.model, home, allow_downloads=settings.allow_downloads)
    except ValueError as error:
        raise ValueError(f"{error} TILTYARD_JUDGE_MODEL names a folder or a hub name.") from error
    return Transformers(model, settings)


def _as_set(ends: int | list[int]) -> set[int]:
    return set(ends) if isinstance(ends, list) else {ends}


def _next(ways: Sequence[Ways], start: int, row: int, ids: Any) -> list[int]:
    """The tokens that go on with some way of the row's; after the last of them, the end again."""
    generated = ids[start:].tolist()
    return [
        way[len(generated)] for way in ways[row] if way[: len(generated)] == generated and len(way) > len(generated)
    ] or [ways[row][0][-1]]
