"""Chats as turns, as text and as token ids, the same way for serving and for tuning."""

from typing import Any

from services.generator.ports import Chat


def encode(tokenizer: Any, chat: Chat) -> list[int]:
    """Token ids of a chat up to where the model's reply begins, by the model's own chat template.

    A template that knows no system turn gets the system text at the head of the user turn.
    """
    return list(tokenizer(render(tokenizer, chat), add_special_tokens=False)["input_ids"])


def render(tokenizer: Any, chat: Chat) -> str:
    """The chat as text, ready to be continued by the model."""
    from jinja2 import TemplateError

    joined = [{"role": "user", "content": f"{chat.system}\n\n{chat.user}"}]
    try:
        return str(tokenizer.apply_chat_template(turns(chat), tokenize=False, add_generation_prompt=True))
    except TemplateError:
        return str(tokenizer.apply_chat_template(joined, tokenize=False, add_generation_prompt=True))


def turns(chat: Chat) -> list[dict[str, str]]:
    """The chat as the list of turns that chat templates and chat servers take."""
    return [{"role": "system", "content": chat.system}, {"role": "user", "content": chat.user}]
