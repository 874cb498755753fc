"""Chats as turns, as text and as token ids, the same way for serving and for tuning."""

from typing import Any

from services.generator.ports import Chat
from shared.models import chat_template


def encode(tokenizer: Any, chat: Chat) -> list[int]:
    """Token ids of a chat up to where the model's reply begins, by the model's own chat template.

    A template that knows no system turn, or leaves it out, gets the system text at the head of the user turn. Raises
    SpecialTokenError where something in the chat would be a special token of the model.
    """
    return chat_template.of(tokenizer).ids(chat.system, chat.user)


def plain(tokenizer: Any, text: str) -> list[int]:
    """Token ids of a text that follows a chat. Raises SpecialTokenError as `encode` does."""
    return chat_template.of(tokenizer).special.plain_ids(text)


def render(tokenizer: Any, chat: Chat) -> str:
    """The chat as text, ready to be continued by the model."""
    return chat_template.of(tokenizer).text(chat.system, chat.user)


def turns(chat: Chat) -> list[dict[str, str]]:
    """The chat as the list of turns that chat templates and chat servers take."""
    return [{"role": "system", "content": chat.system}, {"role": "user", "content": chat.user}]
