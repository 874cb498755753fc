"""What a tokenizer takes for an order and not for letters, and how a stranger's text is kept from holding any of it.

Asked is the tokenizer that is loaded: every token that was added to its vocabulary, whether it is called special or
not, and what its chat template writes in brackets. A list of known tokens can only be behind the models.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

ROUNDS = 8
REPLACED = "\ufffd"
_BRACKETED = re.compile(
    r"<<?/?[^\s<>{}'\"]{1,64}>?>"  # <|user|>, <start_of_turn>, <</SYS>>
    r"|\[/?[^\s\[\]{}'\",:()]{2,64}\]"  # [INST]
)
_INDEX = re.compile(r"\[(?:-?\d+|[a-z][a-z0-9_.]*)\]")  # of an expression in the template


class SpecialTokenError(ValueError):
    """A text would reach the model with one of its special tokens in it. The message repeats no text."""


class SpecialTokens:
    """The tokens of one tokenizer that steer a model.

    Letters are, all the same, runs of white space and whole words that somebody added as plain tokens.
    """

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer
        self._names = {token: name for token, name in _added(tokenizer) if name}
        self.ids = frozenset(self._names) - _unknown(tokenizer)
        literals = {*self._names.values(), *_written(getattr(tokenizer, "chat_template", None))}
        self.literals = frozenset(name for name in literals if len(name) > 1)
        self._lengths = sorted({len(name) for name in self.literals})
        self._first = frozenset(name[0] for name in self.literals)

    def broken(self, text: str) -> str:
        """The text with a space behind the first character of every token in it.

        Readable, and no token any more. Characters are added and none taken away, so that breaking one token joins no
        other; but a token of a single character, which nothing can break, becomes U+FFFD. Also found is what the
        tokenizer alone takes for a token, such as one in other letters that its normaliser makes the same.
        """
        for _ in range(ROUNDS):
            places = self._literal(text) or self._read(text)
            if not places:
                break
            text = "".join(_kept(letter, places.get(place)) for place, letter in enumerate(text))
        return text

    def within(self, ids: Sequence[int]) -> list[int]:
        """The special tokens among some token ids, in their order."""
        return [token for token in ids if token in self.ids]

    def plain_ids(self, text: str) -> list[int]:
        """Token ids of a text in which nothing steers. Raises SpecialTokenError where that cannot be had."""
        text = self.broken(text)
        return self.ids_around(text, 0, len(text))

    def ids_around(self, text: str, start: int, end: int) -> list[int]:
        """Token ids of a text, of which text[start:end] is a stranger's.

        Raises SpecialTokenError where a letter of that became part of a special token. White space may: some tokens
        take along what stands beside them. A tokenizer that cannot tell places must give as many special tokens as it
        gives without the stranger's part.
        """
        if not getattr(self._tokenizer, "is_fast", False):
            ids = list(self._tokenizer(text, add_special_tokens=False)["input_ids"])
            without = self._tokenizer(text[:start] + text[end:], add_special_tokens=False)["input_ids"]
            self._refuse(self.within(ids)[len(self.within(without)) :])
            return ids
        ids, spans = self._placed(text)
        self._refuse([token for token, (first, last) in zip(ids, spans, strict=True)
                      if token in self.ids and text[max(first, start) : min(last, end)].strip()])  # fmt: skip
        return ids

    def _refuse(self, tokens: Sequence[int]) -> None:
        if tokens:
            raise SpecialTokenError(
                f"something in the text would be read as the model's token {self._names[tokens[0]]!r}"
            )

    def _placed(self, text: str) -> tuple[list[int], list[tuple[int, int]]]:
        read = self._tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)
        return list(read["input_ids"]), list(read["offset_mapping"])

    def _literal(self, text: str) -> dict[int, bool]:
        """Where a token is written out, as many as begin there."""
        return {
            place: False
            for place, letter in enumerate(text)
            if letter in self._first and any(text[place : place + length] in self.literals for length in self._lengths)
        }

    def _read(self, text: str) -> dict[int, bool]:
        """Where the tokenizer reads a token; whether it is a single character. Empty where it cannot tell places."""
        if not getattr(self._tokenizer, "is_fast", False):
            return {}
        placed = zip(*self._placed(text), strict=True)
        return dict(_place(text, start, end) for token, (start, end) in placed if token in self.ids and end > start)


def _place(text: str, start: int, end: int) -> tuple[int, bool]:
    """The first letter of a token, which may take the white space around it along; and whether it has no second."""
    inner = text[start:end]
    place = start + len(inner) - len(inner.lstrip())
    return min(place, end - 1), len(inner.strip()) <= 1


def _kept(letter: str, single: bool | None) -> str:
    if single is None:
        return letter
    return REPLACED if single else f"{letter} "


def _added(tokenizer: Any) -> Iterator[tuple[int, str]]:
    """Ids and names of what steers."""
    decoder: Mapping[int, Any] = getattr(tokenizer, "added_tokens_decoder", {})
    for token, added in decoder.items():
        name, special = str(getattr(added, "content", added)), bool(getattr(added, "special", True))
        if not _letters(name, special=special):
            yield int(token), name
    encoder: Mapping[str, int] = getattr(tokenizer, "get_added_vocab", dict)()
    for name, token in encoder.items():
        if token not in decoder and not _letters(name, special=False):
            yield int(token), name
    specials = zip(getattr(tokenizer, "all_special_ids", ()), getattr(tokenizer, "all_special_tokens", ()), strict=True)
    for token, name in specials:
        if token not in decoder and not _letters(str(name), special=True):
            yield int(token), str(name)


def _letters(name: str, *, special: bool) -> bool:
    """White space, also as SentencePiece writes it; and of tokens that are not special a word or a single letter."""
    bare = name.replace("\u2581", " ").strip()
    return not bare or (not special and (len(bare) == 1 or re.fullmatch(r"[\w ]+", bare) is not None))


def _unknown(tokenizer: Any) -> set[int]:
    """The token for letters that a tokenizer does not know, which text may hold; not where it also ends a text."""
    unknown = getattr(tokenizer, "unk_token_id", None)
    ends = [getattr(tokenizer, f"{end}_token_id", None) for end in ("bos", "eos")]
    return set() if unknown is None or unknown in ends else {int(unknown)}


def _written(template: object) -> set[str]:
    """What a template writes in brackets, such as Llama 2's [INST], which its tokenizer has no token for."""
    templates = template.values() if isinstance(template, Mapping) else [template]
    bracketed = {name for text in templates for name in _BRACKETED.findall(str(text or ""))}
    return {name for name in bracketed if not _INDEX.fullmatch(name)}
