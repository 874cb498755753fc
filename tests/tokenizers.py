"""Tokenizers of several builds, with the special tokens of models that people serve."""

from collections.abc import Callable
from typing import Any

CHATML = (
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}\n<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
SPECIAL = [
    "<|im_start|>", "<|im_end|>", "[|system|]", "[|endofturn|]", "<extra_id_0>", "<SPECIAL_10>", "[UNUSED_TOKEN_141]",
    "<|START_OF_TURN_TOKEN|>", "<BOS_TOKEN>", "[gMASK]", "<sop>", "[INST]", "[THINK]", "<start_of_image>",
    "<\uff5cUser\uff5c>", "<unk>", "\u2237odd name\u2237",
]  # fmt: skip
PLAIN = ["<tool_response>", "</tool_response>", "<think>", "<table>", "~~hidden~~"]
LETTERS = ["\n\n", "  ", "harbour"]
"""Added by some models to write shorter, and no orders."""


def _added(*, spaceless: bool = False, **flags: bool) -> list[Any]:
    from tokenizers import AddedToken

    letters = [] if spaceless else LETTERS  # of which its normaliser would leave nothing
    plain = [AddedToken(name, special=False, **flags) for name in [*PLAIN, *letters]]
    return [AddedToken(name, special=True, **flags) for name in SPECIAL] + plain


def _wrapped(bare: Any, added: list[Any]) -> Any:
    from transformers import PreTrainedTokenizerFast

    bare.add_tokens(added)
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=bare)  # type: ignore[no-untyped-call]
    tokenizer.eos_token, tokenizer.unk_token, tokenizer.chat_template = "<|im_end|>", "<unk>", CHATML
    return tokenizer


def byte_level(**flags: bool) -> Any:
    """As GPT-2, Llama 3 and Qwen have it: every byte is a letter, and no text is changed."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers

    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    bare = Tokenizer(models.BPE(vocab={letter: place for place, letter in enumerate(letters)}, merges=[]))
    bare.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bare.decoder = decoders.ByteLevel()
    return _wrapped(bare, _added(**flags or {"normalized": False}))


def _by_letter(normaliser: Any, pre_tokenizer: Any, **flags: bool) -> Any:
    """One piece a letter of ASCII; any other is unknown."""
    from tokenizers import Tokenizer, models

    letters = ["<unk>", "\u2581", *map(chr, range(33, 127))]
    bare = Tokenizer(models.Unigram([(letter, -1.0) for letter in letters], unk_id=0))
    bare.normalizer, bare.pre_tokenizer = normaliser, pre_tokenizer
    return _wrapped(bare, _added(**flags))


def normalising() -> Any:
    """Compatible letters are made the same and capitals small before tokens are looked for."""
    from tokenizers import normalizers, pre_tokenizers

    return _by_letter(
        normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase()]),
        pre_tokenizers.Metaspace(),
        normalized=True,
    )


def greedy() -> Any:
    """Tokens take the white space around them along."""
    from tokenizers import pre_tokenizers

    return _by_letter(None, pre_tokenizers.Metaspace(), normalized=False, lstrip=True, rstrip=True)


def whole_words() -> Any:
    """Tokens count only where no letter touches them."""
    return byte_level(normalized=False, single_word=True)


def spaceless() -> Any:
    """Takes out spaces before it looks for tokens: a token that a space breaks is whole again."""
    from tokenizers import normalizers, pre_tokenizers

    return _by_letter(normalizers.Replace(" ", ""), pre_tokenizers.Metaspace(), spaceless=True, normalized=True)


BUILDS: dict[str, Callable[[], Any]] = {
    "byte level": byte_level, "normalising": normalising, "greedy": greedy, "whole words": whole_words,
}  # fmt: skip
