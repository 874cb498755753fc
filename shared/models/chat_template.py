"""Chats as text and as token ids by a model's own chat template: the same for answering, tuning and judging.

What a template does with a system turn is found out by rendering: whether it writes the text, raises, or leaves it
out. A template of which no text comes out whole is refused before the first question.
"""

import multiprocessing
import resource
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from multiprocessing.connection import Connection
from typing import Any

import psutil

from shared.models.special_tokens import SpecialTokenError, SpecialTokens
from shared.records import bounded

WITHIN_S = 10.0
MOST_BYTES = 2 * 1024**3
"""What rendering one chat may take; one that is well takes milliseconds and some kilobytes."""
PLAIN = "Uvwxy zyxwvU"
_SYSTEM = "Answer briefly, as 'Ünal & Søn' would: 5 < 6, {{ 7 * 7 }}."
_USER = 'Who says "It\'s [1]  shut"?\n\n<b>Zoë</b> {% x %} \\n 東京, #2 & 3 % ' + "of many words " * 500 + "End?"
TODAY = datetime(2024, 7, 26, tzinfo=UTC)
"""What a template that writes the date is told at all times, so that a prompt does not change from day to day.

It is the date that Llama 3's own templates take where they have no clock.
"""
REMEDY = (
    "Name another model, or put a `chat_template.jinja` beside this one that writes both turns as they are, "
    "and nothing that changes."
)


@dataclass(frozen=True)
class ChatFormat:
    """How a tokenizer's model is told a chat. `joins`: the system text stands at the head of the user's turn."""

    tokenizer: Any
    special: SpecialTokens
    joins: bool

    def text(self, system: str, user: str) -> str:
        """The chat, ready to be continued by the model. No special token is left in what the user says."""
        return _rendered(self.tokenizer, system, self.special.broken(user), joins=self.joins)

    def ids(self, system: str, user: str, preamble: str = "") -> list[int]:
        """Token ids of `text`, in which every special token is the template's.

        The user says `preamble` and then `user`. They begin with `preamble_ids`, whatever follows it.
        Raises SpecialTokenError where a word became a token, or where the template writes something else around these
        words than around others.
        """
        shared, ids = _preamble(self, system, preamble) if preamble else ("", ())
        said, (before, after) = shared + self.special.broken(user), _frame(self, system)
        text = _rendered(self.tokenizer, system, said, joins=self.joins)
        start, end = len(before), len(text) - len(after)
        framed = text.startswith(before + shared) and text.endswith(after) and start + len(shared) <= end
        if not framed or text[start:end].strip() != said.strip():
            raise SpecialTokenError("the model's chat template obeys something in the text")
        if not shared:
            return self.special.ids_around(text, start, end)
        cut = start + len(shared)
        return [*ids, *self.special.ids_around(text[cut:], 0, end - cut)]

    def preamble_ids(self, system: str, preamble: str) -> tuple[int, ...]:
        """Token ids up to the end of a preamble, which begins with a word. Raises SpecialTokenError as `ids` does."""
        return _preamble(self, system, preamble)[1]


@lru_cache(maxsize=64)
def _frame(form: ChatFormat, system: str) -> tuple[str, str]:
    """What the template writes before and behind what the user says."""
    before, _, after = form.text(system, PLAIN).rpartition(PLAIN)
    return before, after


@lru_cache(maxsize=8)
def _preamble(form: ChatFormat, system: str, preamble: str) -> tuple[str, tuple[int, ...]]:
    """A preamble without special tokens; and the ids of what the template writes before it, and of itself."""
    said, (before, _) = form.special.broken(preamble), _frame(form, system)
    return said, tuple(form.special.ids_around(before + said, len(before), len(before + said)))


def of(tokenizer: Any) -> ChatFormat:
    """The format of a tokenizer by its template. Raises ValueError where no chat comes out whole."""
    return _of(tokenizer, str(getattr(tokenizer, "chat_template", "")))


@lru_cache(maxsize=16)
def _of(tokenizer: Any, _template: str) -> ChatFormat:
    return ChatFormat(tokenizer, SpecialTokens(tokenizer), _joins(tokenizer))


def require(tokenizer: Any, model: str, within_s: float = WITHIN_S) -> None:
    """Raises ValueError where `model` cannot be told a chat: the reason, and what to do about it."""
    if not getattr(tokenizer, "chat_template", None):
        raise ValueError(f"{model} has no chat template, so it is no chat model. {REMEDY}")
    if reason := _apart(lambda: _fault(tokenizer), within_s):
        raise ValueError(f"the chat template of {model} {reason}. {REMEDY}")


def _fault(tokenizer: Any) -> str:
    """What is wrong with a template; empty for nothing."""
    try:
        joins = _joins(tokenizer)
    except ValueError as error:
        return str(error)
    texts = {_rendered(tokenizer, _SYSTEM, _USER, joins=joins) for _ in range(2)}
    return "writes something into the prompt that changes" if len(texts) > 1 else ""


def _joins(tokenizer: Any) -> bool:
    """Whether the system text must stand in the user's turn. Raises ValueError where neither way writes both texts."""
    raised = []
    for joins in (False, True):
        try:
            text = _rendered(tokenizer, _SYSTEM, _USER, joins=joins)
        except Exception as error:  # what a template does may raise anything
            raised.append(_raises(error))
            continue
        if _whole(text, joins=joins):
            return joins
    raise ValueError(raised[-1] if len(raised) > 1 else "leaves out or rewrites what it is given")


def _raises(error: Exception) -> str:
    return bounded(f"raises {type(error).__name__}: {error}", 200)


def _whole(text: str, *, joins: bool) -> bool:
    """Both texts, the user's once and after the system's."""
    before, _, _ = text.partition(_USER)
    return text.count(_USER) == 1 and (before.endswith(f"{_SYSTEM}\n\n") if joins else _SYSTEM in before)


def _rendered(tokenizer: Any, system: str, user: str, *, joins: bool) -> str:
    turns = (
        [{"role": "user", "content": f"{system}\n\n{user}"}]
        if joins
        else [{"role": "system", "content": system}, {"role": "user", "content": user}]
    )
    return str(
        tokenizer.apply_chat_template(turns, tokenize=False, add_generation_prompt=True, strftime_now=TODAY.strftime)
    )


def _apart(work: Callable[[], str], within_s: float) -> str:
    """What work says in a process of its own: a template may loop for ever, and no thread can be ended."""
    context = multiprocessing.get_context("fork")
    hears, says = context.Pipe(duplex=False)
    process = context.Process(target=_tell, args=(work, says), daemon=True)
    process.start()
    says.close()
    try:
        return str(hears.recv()) if hears.poll(within_s) else f"takes longer than {within_s:g} s for one chat"
    except EOFError:
        return "ended the process that rendered one chat"
    finally:
        process.kill()
        process.join()
        hears.close()


def _tell(work: Callable[[], str], says: Connection) -> None:
    most = psutil.Process().memory_info().vms + MOST_BYTES
    resource.setrlimit(resource.RLIMIT_AS, (most, resource.getrlimit(resource.RLIMIT_AS)[1]))
    try:
        says.send(work())
    except Exception as error:  # what a template does may raise anything
        says.send(_raises(error))
