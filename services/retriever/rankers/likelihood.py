"""A language model asks itself how likely the question is after each passage: query likelihood.

Sachan et al., EMNLP 2022, "Improving passage retrieval with zero-shot question generation" (UPR), after Ponte and
Croft, SIGIR 1998. The embedded language model, or any causal model in a folder.
"""

from collections.abc import Sequence
from typing import Any

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from services.retriever.ports import Knowledge, Rank
from services.retriever.reranking import by_text
from services.retriever.settings import RetrieverSettings
from shared.models import language
from shared.models.special_tokens import SpecialTokens
from shared.settings import HomeSettings

BATCH = 8
PASSAGE_TOKENS, QUESTION_TOKENS = 384, 128
LEAD, ASKED = "Passage: ", "\nPlease write a question based on this passage.\nQuestion:"


def build(knowledge: Knowledge, settings: RetrieverSettings) -> Rank:
    """Rank the first few by exp of the mean log probability of the question's tokens, in [0, 1]."""
    judge = Likelihood(language.resolve(settings.likelihood_model, HomeSettings().home))
    return by_text(knowledge.chunks, settings.likelihood_first, judge)


class Likelihood:
    """A causal model in fp32 that scores one question after many passages; nothing is generated."""

    def __init__(self, model: language.Model) -> None:
        device = "cuda" if torch.cuda.is_available() else "cpu"
        self._tokenizer = AutoTokenizer.from_pretrained(model.folder, local_files_only=True)
        self._special = SpecialTokens(self._tokenizer)
        network: Any = AutoModelForCausalLM.from_pretrained(
            model.folder,
            device_map={"": device},
            dtype=torch.float32,
            use_safetensors=True,
            local_files_only=True,
            trust_remote_code=False,
        )
        self._network = network.eval()
        room = getattr(network.config, "max_position_embeddings", None) or 2 * PASSAGE_TOKENS
        self._lead, self._asked = self._ids(LEAD), self._ids(ASKED)
        self._question_room = min(QUESTION_TOKENS, room // 4)
        self._room = min(PASSAGE_TOKENS, room - self._question_room - len(self._lead) - len(self._asked))

    def __call__(self, question: str, texts: Sequence[str]) -> Sequence[float]:
        """In [0, 1], higher is likelier. The question is cut at 128 tokens, a passage at 384."""
        wanted = self._ids(f" {question.strip()}")[: self._question_room]
        if not wanted:
            return [1.0] * len(texts)
        prompts = [[*self._lead, *self._ids(text)[: self._room], *self._asked] for text in texts]
        order = sorted(range(len(prompts)), key=lambda place: len(prompts[place]))
        done: dict[int, float] = {}
        for start in range(0, len(order), BATCH):
            places = order[start : start + BATCH]
            done |= zip(places, self._batch([prompts[place] for place in places], wanted), strict=True)
        return [done[place] for place in range(len(prompts))]

    def _ids(self, text: str) -> list[int]:
        """Token ids of plain text: what reads like a control token in it is only letters."""
        ids = self._split(text)
        return self._split(self._special.broken(text)) if self._special.within(ids) else ids

    def _split(self, text: str) -> list[int]:
        """Splits only what the tokenizer itself calls special."""
        return list(self._tokenizer(text, add_special_tokens=False, split_special_tokens=True)["input_ids"])

    @torch.inference_mode()
    def _batch(self, prompts: Sequence[list[int]], wanted: list[int]) -> list[float]:
        """One pass over rows padded on the left, so that the question stands at the end of each.

        Positions are counted from a row's first real token: a padded row scores as it would alone.
        """
        ids, mask = _left_padded([[*prompt, *wanted] for prompt in prompts])
        ids, mask = ids.to(self._network.device), mask.to(self._network.device)
        positions = (mask.cumsum(dim=-1) - 1).clamp(min=0)
        kept = len(wanted) + 1
        output = self._network(
            input_ids=ids, attention_mask=mask, position_ids=positions, logits_to_keep=kept, use_cache=False
        )
        log_probabilities = output.logits[:, -kept:-1].log_softmax(dim=-1)  # what follows each token but the last
        target = ids[:, -len(wanted) :].unsqueeze(-1)
        means: list[float] = log_probabilities.gather(-1, target).squeeze(-1).mean(dim=-1).exp().tolist()
        return means


def _left_padded(rows: Sequence[list[int]]) -> tuple[Any, Any]:
    """Ids and attention mask of shape (rows, longest); the padding is token 0 and is never looked at."""
    longest = max(map(len, rows))
    ids = torch.tensor([[0] * (longest - len(row)) + row for row in rows])
    mask = torch.tensor([[0] * (longest - len(row)) + [1] * len(row) for row in rows])
    return ids, mask
