"""What a training holds its model to its base on: general questions, and the documents that it learns from."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from itertools import islice
from typing import Any

from services.generator import chat_format
from services.generator.answer_prompt import Prompt
from services.generator.contexts import closed_book
from services.generator.tuning.data.drawing import kept
from services.generator.tuning.training.memory import Load
from services.generator.tuning.training.plan import TrainingPlan
from services.generator.tuning.training.tokens import Encoded, batches, first_token, steps_of, text_ids
from shared.messages import Question

SETS = "services.generator.tuning.training.sets"
TOGETHER, TEXTS_TOGETHER = 8, 4
TEXT_TOKENS, ANSWER_TOKENS = 128, 24


@dataclass(frozen=True)
class Held:
    """What a run holds its model on: general questions as prompts in tokens, and texts behind a text's first token."""

    prompts: tuple[tuple[int, ...], ...] = ()
    texts: tuple[Encoded, ...] = ()


NOTHING = Held()


def of(texts: Sequence[str], plan: TrainingPlan, tokenizer: Any, prompt: Prompt) -> Held:
    """The packaged questions, asked from memory, and the beginnings of some texts; nothing where no plan asks for it.

    A text in which a word would be a special token is left out.
    """
    if plan.hold is None:
        return NOTHING
    asked = questions(plan.hold.questions_from) if plan.hold.questions else []
    most = plan.hold.most_texts if plan.hold.texts else 0
    shown = [_text(tokenizer, text) for text in kept(list(dict.fromkeys(texts)), most, seed=plan.seed, name_of=str)]
    chats = [closed_book.chat(Question(question_id="held", text=question), prompt) for question in asked]
    prompts = tuple(tuple(chat_format.encode(tokenizer, chat)) for chat in chats)
    return Held(prompts, tuple(text for text in shown if text is not None))


def questions(name: str) -> list[str]:
    """A packaged set of general questions; none of them is one that the gates ask."""
    text = (resources.files(SETS) / f"{name}.txt").read_text(encoding="utf-8")
    return [line.strip() for line in text.splitlines() if line.strip()]


def _text(tokenizer: Any, text: str) -> Encoded | None:
    ids = text_ids(tokenizer, text)[:TEXT_TOKENS]
    return Encoded((first_token(tokenizer),), tuple(ids)) if ids else None


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
    """The tokens that a run reads for it. Answers are not among them: nobody knows them before the base gave them."""
    if plan.hold is None:
        return 0
    return plan.hold.questions * sum(map(len, held.prompts)) + plan.hold.texts * sum(map(len, held.texts))


def largest(held: Held) -> list[Load]:
    """The largest batch of texts and of answers, where there are any."""
    loads: list[Load] = []
    if held.texts:
        longest = max(map(len, held.texts))
        loads.append(Load(min(TEXTS_TOGETHER, len(held.texts)), longest, longest - 1))
    if held.prompts:
        longest = max(map(len, held.prompts)) + ANSWER_TOKENS
        loads.append(Load(min(TOGETHER, len(held.prompts)), longest, ANSWER_TOKENS))
    return loads
