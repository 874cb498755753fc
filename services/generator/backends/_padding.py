"""Prompts of several lengths as one tensor, padded where that costs least: behind what all of them begin with."""

from collections.abc import Sequence
from typing import Any

import torch


def padded(tokenizer: Any, rows: Sequence[list[int]], alike: int, device: Any) -> dict[str, torch.Tensor]:
    """Left-padded behind the tokens in which rows are alike: ids and mask of shape (rows, longest)."""
    own = tokenizer.pad({"input_ids": [row[alike:] for row in rows]}, return_tensors="pt")
    ids = torch.tensor([row[:alike] for row in rows], dtype=torch.long)
    parts = {"input_ids": (ids, own["input_ids"]), "attention_mask": (torch.ones_like(ids), own["attention_mask"])}
    return {name: torch.cat(both, dim=1).to(device) for name, both in parts.items()}


def length(cache: Any) -> int:
    """Tokens that a cache holds; 0 without one."""
    return 0 if cache is None else int(cache.get_seq_length())
