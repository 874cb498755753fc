"""A cross-encoder small enough for tests: random weights, letters as tokens; saved in a second."""

from pathlib import Path
from typing import Any


def save(folder: Path, *, scores: int = 1) -> Path:
    """Write the model and its tokenizer; the same weights every time. `scores` is what it gives for a pair."""
    import torch
    from transformers import BertForSequenceClassification

    tokenizer = _tokenizer()
    tokenizer.save_pretrained(folder)
    torch.manual_seed(0)
    network = BertForSequenceClassification(_config(len(tokenizer), scores))  # type: ignore[no-untyped-call]
    torch.nn.init.normal_(network.classifier.weight, std=5.0)  # scores that differ enough to rank by
    network.save_pretrained(folder)
    return folder


def save_without_head(folder: Path) -> Path:
    """The same network as an encoder, which cannot score a pair."""
    from transformers import BertModel

    tokenizer = _tokenizer()
    tokenizer.save_pretrained(folder)
    BertModel(_config(len(tokenizer), 1)).save_pretrained(folder)  # type: ignore[no-untyped-call]
    return folder


def _tokenizer() -> Any:
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    names = ["[PAD]", "[CLS]", "[SEP]", *sorted(pre_tokenizers.ByteLevel.alphabet())]
    bare = Tokenizer(models.BPE(vocab={name: place for place, name in enumerate(names)}, merges=[]))
    bare.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bare.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 1), ("[SEP]", 2)]
    )
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=bare, model_max_length=256)  # type: ignore[no-untyped-call]
    tokenizer.pad_token, tokenizer.cls_token, tokenizer.sep_token = names[:3]
    return tokenizer


def _config(size: int, scores: int) -> Any:
    from transformers import BertConfig

    config = BertConfig(
        vocab_size=size,
        hidden_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=256,
        pad_token_id=0,
    )
    config.num_labels = scores
    return config
