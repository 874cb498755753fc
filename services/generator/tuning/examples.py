"""Examples as token ids in exactly the chat format of the closed-book arm, and batches of like length."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from services.generator import chat_format
from services.generator.arms import closed_book
from services.generator.prompting import Prompt, neutral
from services.generator.tuning.dataset import Pair
from shared.messages import Question

WINDOW = 8
NO_LOSS = -100
Rows = list[list[int]]


@dataclass(frozen=True)
class Example:
    """A prompt and the reply to learn, end of turn included; only the reply counts in the loss."""

    prompt: tuple[int, ...]
    reply: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.prompt) + len(self.reply)


def encode(pair: Pair, *, tokenizer: Any, prompt: Prompt, max_tokens: int) -> Example:
    """One pair in tokens; past `max_tokens` the reply is cut, and then it has no end of turn."""
    asked = closed_book.chat(Question(question_id="example", text=pair.question), prompt)
    before = chat_format.encode(tokenizer, asked)
    reply = tokenizer(neutral(pair.answer.strip()), add_special_tokens=False)["input_ids"] + [tokenizer.eos_token_id]
    return Example(tuple(before), tuple(reply[: max(1, max_tokens - len(before))]))


def batches(examples: Sequence[Example], size: int, seed: int) -> Iterator[list[Example]]:
    """Endless batches: each epoch every example once, shuffled, those of like length together."""
    order = random.Random(seed)  # noqa: S311  (an order, not a secret)
    while True:
        shuffled = order.sample(examples, len(examples))
        windows = [shuffled[start : start + size * WINDOW] for start in range(0, len(shuffled), size * WINDOW)]
        epoch = [
            by_length[start : start + size]
            for by_length in (sorted(window, key=len) for window in windows)
            for start in range(0, len(by_length), size)
        ]
        yield from order.sample(epoch, len(epoch))


def padded(batch: Sequence[Example], filler: int) -> tuple[Rows, Rows, Rows]:
    """Ids, attention mask and labels of shape (examples, longest), padded on the left; prompts carry no label."""
    longest = max(map(len, batch))
    ids, mask, labels = [], [], []
    for example in batch:
        room = longest - len(example)
        ids.append([filler] * room + [*example.prompt, *example.reply])
        mask.append([0] * room + [1] * len(example))
        labels.append([NO_LOSS] * (room + len(example.prompt)) + [*example.reply])
    return ids, mask, labels
