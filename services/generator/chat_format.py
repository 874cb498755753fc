"""Chats as turns, as text and as token ids, the same way for serving and for tuning."""

from collections.abc import Sequence
from typing import Any

from services.generator.ports import Chat, Failed
from shared.models import chat_template
from shared.models.special_tokens import SpecialTokenError

Pair = tuple[list[int], list[int]]
"""Token ids of a prompt, and of what follows it."""


def encode(tokenizer: Any, chat: Chat) -> list[int]:
    """Token ids of a chat up to where the model's reply begins, by the model's own chat template.

    A template that knows no system turn, or leaves it out, gets the system text at the head of the user turn. Raises
    SpecialTokenError where something in the chat would be a special token of the model.
    """
    return chat_template.of(tokenizer).ids(chat.system, chat.user, chat.preamble)


def preamble_tokens(tokenizer: Any, chat: Chat) -> int:
    """How many tokens, from the first on, a chat shares with all others of its system text and preamble."""
    return len(chat_template.of(tokenizer).preamble_ids(chat.system, chat.preamble)) if chat.preamble else 0


def plain(tokenizer: Any, text: str) -> list[int]:
    """Token ids of a text that follows a chat. Raises SpecialTokenError as `encode` does."""
    return chat_template.of(tokenizer).special.plain_ids(text)


def pairs(
    tokenizer: Any, chats: Sequence[Chat], continuations: Sequence[str] = ()
) -> tuple[list[Pair], dict[int, Failed]]:
    """Each chat in tokens with what follows it, if anything does; and the places of those that fail, and why."""
    made: list[Pair] = []
    failed: dict[int, Failed] = {}
    for place, (chat, text) in enumerate(zip(chats, continuations or [""] * len(chats), strict=True)):
        try:
            made.append((encode(tokenizer, chat), plain(tokenizer, text)))
        except SpecialTokenError as error:
            made.append(([], []))
            failed[place] = Failed("special_token", str(error))
    return made, failed


def render(tokenizer: Any, chat: Chat) -> str:
    """The chat as text, ready to be continued by the model."""
    return chat_template.of(tokenizer).text(chat.system, chat.user_turn)


def turns(chat: Chat) -> list[dict[str, str]]:
    """The chat as the list of turns that chat templates and chat servers take."""
    return [{"role": "system", "content": chat.system}, {"role": "user", "content": chat.user_turn}]


def until_end(row: list[int], ends: set[int]) -> list[int]:
    """The tokens before the first end of turn, which padding follows in a batch."""
    return next((row[:place] for place, token in enumerate(row) if token in ends), row)
