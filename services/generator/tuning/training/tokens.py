"""Examples as token ids in exactly the chat format of the arms, and batches of like length."""

import itertools
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from services.generator import chat_format
from services.generator.answer_prompt import Prompt, neutral
from services.generator.contexts import closed_book, passages
from services.generator.tuning.data.example import Example
from shared.messages import Question
from shared.models.special_tokens import SpecialTokenError

WINDOW = 8
NO_LOSS = -100
Rows = list[list[int]]


@dataclass(frozen=True)
class Prompts:
    """The prompts of the arms, which training uses word for word."""

    closed_book: Prompt
    rag: Prompt


@dataclass(frozen=True)
class Encoded:
    """A prompt and the reply to learn, end of turn included; only the reply counts in the loss.

    Prompts of one `family` begin with the same passages, which a batch of them computes once.
    """

    prompt: tuple[int, ...]
    reply: tuple[int, ...]
    family: str = ""

    def __len__(self) -> int:
        return len(self.prompt) + len(self.reply)


def encode(example: Example, *, tokenizer: Any, prompts: Prompts, max_tokens: int) -> Encoded:
    """One example in tokens; past `max_tokens` the reply is cut, and then it has no end of turn.

    Raises SpecialTokenError where something in it would be a special token of the model.
    """
    before = _before(example, tokenizer, prompts)
    reply = [*chat_format.plain(tokenizer, neutral(example.answer.strip())), tokenizer.eos_token_id]
    family = "\n".join(example.passages) if example.form == "rag" else ""
    return Encoded(tuple(before), tuple(reply[: max(1, max_tokens - len(before))]), family)


def _before(example: Example, tokenizer: Any, prompts: Prompts) -> list[int]:
    """The prompt: the very words that the arm of this form asks with, or nothing but the beginning of a text."""
    if example.form == "text":
        return [first_token(tokenizer)]
    question = Question(question_id="example", text=example.question, choices=example.choices)
    if example.form == "rag":
        return chat_format.encode(tokenizer, passages.chat(question, example.passages, prompts.rag))
    return chat_format.encode(tokenizer, closed_book.chat(question, prompts.closed_book))


def first_token(tokenizer: Any) -> int:
    """The token that begins, or else ends, texts of this model."""
    first: int = tokenizer.eos_token_id if tokenizer.bos_token_id is None else tokenizer.bos_token_id
    return first


def text_ids(tokenizer: Any, text: str) -> list[int]:
    """A text in tokens; none where a word in it would be a special token."""
    try:
        return chat_format.plain(tokenizer, text)
    except SpecialTokenError:
        return []


def batches(examples: Sequence[Encoded], size: int, seed: int, most_tokens: int = 0) -> Iterator[list[Encoded]]:
    """Endless batches: each epoch every example once, shuffled, those of one family or of like length together."""
    order = random.Random(seed)  # noqa: S311  (an order, not a secret)
    while True:
        yield from _epoch(examples, size, most_tokens, order)


def steps_of(examples: Sequence[Encoded], size: int, seed: int, most_tokens: int = 0) -> int:
    """How many batches the first epoch has; without `most_tokens` as many as any."""
    return len(_epoch(examples, size, most_tokens, random.Random(seed)))  # noqa: S311


def _epoch(examples: Sequence[Encoded], size: int, most_tokens: int, order: random.Random) -> list[list[Encoded]]:
    shuffled = order.sample(examples, len(examples))
    families, others = _families(shuffled, size)
    windows = [others[start : start + size * WINDOW] for start in range(0, len(others), size * WINDOW)]
    epoch = families + [batch for window in windows for batch in _cut(sorted(window, key=len), size, most_tokens)]
    return order.sample(epoch, len(epoch))


def _families(examples: Sequence[Encoded], size: int) -> tuple[list[list[Encoded]], list[Encoded]]:
    """Batches of one family each, of at most `size` and more than one; and the examples that are in none."""
    families: dict[str, list[Encoded]] = {}
    for example in examples:
        families.setdefault(example.family, []).append(example)
    alone = families.pop("", [])
    cut = [family[start : start + size] for family in families.values() for start in range(0, len(family), size)]
    together = [batch for batch in cut if len(batch) > 1]
    return together, alone + [example for batch in cut if len(batch) == 1 for example in batch]


def _cut(by_length: Sequence[Encoded], size: int, most_tokens: int) -> Iterator[list[Encoded]]:
    """Batches of at most `size` examples and, where more than one, of at most `most_tokens` tokens after padding."""
    batch: list[Encoded] = []
    for example in by_length:
        full = len(batch) == size or (most_tokens and (len(batch) + 1) * len(example) > most_tokens)
        if batch and full:
            yield batch
            batch = []
        batch.append(example)
    yield batch


def common_beginning(batch: Sequence[Encoded]) -> int:
    """How many tokens all prompts of a batch begin with; at least one token of each prompt is left over."""
    most = min(len(example.prompt) for example in batch) - 1
    columns = zip(*(example.prompt[: max(0, most)] for example in batch), strict=True)
    return sum(1 for _ in itertools.takewhile(lambda column: len(set(column)) == 1, columns))


def padded(batch: Sequence[Encoded], filler: int, skip: int = 0) -> tuple[Rows, Rows, Rows]:
    """Ids, attention mask and labels of shape (examples, longest), padded on the left; prompts carry no label.

    `skip` leaves out the first tokens of every prompt.
    """
    longest = max(map(len, batch)) - skip
    ids, mask, labels = [], [], []
    for example in batch:
        room = longest - (len(example) - skip)
        ids.append([filler] * room + [*example.prompt[skip:], *example.reply])
        mask.append([0] * room + [1] * (longest - room))
        labels.append([NO_LOSS] * (longest - len(example.reply)) + [*example.reply])
    return ids, mask, labels
