"""What a training holds its model to its base on: general questions, and the passages that examples show."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from itertools import islice
from typing import Any

from services.generator import chat_format
from services.generator.answer_prompt import Prompt
from services.generator.contexts import closed_book
from services.generator.tuning.data.example import Example
from services.generator.tuning.training.memory import Load
from services.generator.tuning.training.plan import TrainingPlan
from services.generator.tuning.training.tokens import Encoded, batches, steps_of
from shared.messages import Question
from shared.models.special_tokens import SpecialTokenError

SETS = "services.generator.tuning.training.sets"
TOGETHER, TEXTS_TOGETHER = 8, 4
TEXT_TOKENS = 128


@dataclass(frozen=True)
class Held:
    """What a run holds its model to: general questions as prompts in tokens, and passages behind a text's beginning."""

    prompts: tuple[tuple[int, ...], ...] = ()
    texts: tuple[Encoded, ...] = ()


NOTHING = Held()


def of(examples: Sequence[Example], plan: TrainingPlan, tokenizer: Any, prompt: Prompt) -> Held:
    """The packaged questions, asked from memory, and each passage once; nothing where the plan holds to nothing.

    A passage in which a word would be a special token is left out.
    """
    if plan.hold is None:
        return NOTHING
    asked = questions(plan.hold.questions_from) if plan.hold.questions else []
    passages = dict.fromkeys(passage for example in examples for passage in example.passages)
    texts = [_text(tokenizer, passage) for passage in passages] if plan.hold.texts else []
    chats = [closed_book.chat(Question(question_id="held", text=question), prompt) for question in asked]
    prompts = tuple(tuple(chat_format.encode(tokenizer, chat)) for chat in chats)
    return Held(prompts, tuple(text for text in texts if text is not None))


def questions(name: str) -> list[str]:
    """A packaged set of general questions; none of them is one that the gates ask."""
    text = (resources.files(SETS) / f"{name}.txt").read_text(encoding="utf-8")
    return [line.strip() for line in text.splitlines() if line.strip()]


def _text(tokenizer: Any, passage: str) -> Encoded | None:
    first = tokenizer.bos_token_id
    try:
        ids = chat_format.plain(tokenizer, passage)[:TEXT_TOKENS]
    except SpecialTokenError:
        return None
    return Encoded((tokenizer.eos_token_id if first is None else first,), tuple(ids)) if ids else None


def spread(answers: Sequence[Encoded], held: Held, plan: TrainingPlan, steps: int) -> list[list[list[Encoded]]]:
    """For each step the batches that hold it, evenly over the run. `answers`: the base's, to the questions."""
    if plan.hold is None:
        return [[] for _ in range(steps)]
    kinds = (
        (answers, TOGETHER, plan.hold.questions),
        (held.texts, TEXTS_TOGETHER, plan.hold.texts),
    )
    in_step: list[list[list[Encoded]]] = [[] for _ in range(steps)]
    for rows, size, passes in kinds:
        count = passes * steps_of(rows, size, plan.seed) if rows else 0
        for place, batch in enumerate(islice(batches(rows, size, plan.seed), count) if count else ()):
            in_step[(place + 1) * steps // count - 1 if count <= steps else place * steps // count].append(batch)
    return in_step


def tokens_in(held: Held, plan: TrainingPlan) -> int:
    """The tokens that a run reads for it, without the answers, which nobody knows before the base has given them."""
    if plan.hold is None:
        return 0
    return plan.hold.questions * sum(map(len, held.prompts)) + plan.hold.texts * sum(map(len, held.texts))


def largest(held: Held) -> Load:
    """The largest batch of texts."""
    longest = max(map(len, held.texts))
    return Load(min(TEXTS_TOGETHER, len(held.texts)), longest, longest - 1)
