"""text-generation-inference by its own protocol, through huggingface_hub's client.

The prompt is put into the model's chat template here, so the tokenizer's folder must be at hand. An adapter is asked
for as `adapter_id`. Answers are streamed, so that one that broke off is noticed: its last event is missing.
"""

from collections.abc import AsyncIterable
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
from huggingface_hub import AsyncInferenceClient, errors, set_async_client_factory
from transformers import AutoTokenizer

from services.generator import chat_format, remote
from services.generator.batching import too_long
from services.generator.ports import Chat, Completion
from services.generator.settings import GeneratorSettings, ServerSettings
from shared.models import chat_template
from shared.models.special_tokens import SpecialTokenError

STATUSES: dict[type[Exception], int] = {errors.ValidationError: 422, errors.OverloadedError: 429}


def build(settings: GeneratorSettings, home: Path) -> remote.Server:
    """A client; nothing is asked yet. Raises ValueError where a setting is missing or there is no tokenizer."""
    server = ServerSettings()
    if not server.url or not server.model or not server.tokenizer:
        raise ValueError("backend 'tgi' needs TILTYARD_GENERATOR_SERVER_URL, ..._MODEL and ..._TOKENIZER")
    try:
        tokenizer = AutoTokenizer.from_pretrained(server.tokenizer, local_files_only=True)
    except OSError as error:
        raise ValueError(f"TILTYARD_GENERATOR_SERVER_TOKENIZER: no tokenizer in {server.tokenizer}") from error
    chat_template.require(tokenizer, server.tokenizer)
    # The hub's own client refuses every address under HF_HUB_OFFLINE, and follows redirects.
    context, hooks = httpx.create_ssl_context(), {"response": [_read_errors]}
    set_async_client_factory(lambda: httpx.AsyncClient(verify=context, timeout=server.timeout_s, event_hooks=hooks))
    ask = asking(server, tokenizer, settings.max_prompt_tokens)
    return remote.Server("tgi", server, lambda: nullcontext(ask), home=home, admission=settings.admission)


def asking(server: ServerSettings, tokenizer: Any, longest_prompt: int) -> remote.Ask:
    """How one chat is sent: greedy, as a stream with details, over a connection of its own."""
    address = f"{server.url.rstrip('/')}/generate_stream"
    # Said in any case: without it the client would send the token that the user has for the hub.
    headers = {"authorization": f"Bearer {server.api_key.get_secret_value() or 'none'}"}

    async def ask(chat: Chat, speaker: str | None, max_new_tokens: int) -> Completion:
        prompt, tokens = chat_format.render(tokenizer, chat), _counted(tokenizer, chat)
        if failed := too_long(tokens, 0, reads=None, most=longest_prompt):
            raise remote.ServerFault(failed)
        async with AsyncInferenceClient(address, headers=headers, timeout=server.timeout_s) as client:
            try:
                events = await client.text_generation(
                    _without_start(tokenizer, prompt),
                    adapter_id=speaker, details=True, stream=True, do_sample=False, max_new_tokens=max_new_tokens,
                )  # fmt: skip
                return await _read(events, tokens)
            except (errors.TextGenerationError, errors.HfHubHTTPError) as error:
                raise _fault(error) from error
            except (ValueError, TypeError) as error:
                raise remote.fault("garbled", remote.GARBLED) from error

    return ask


def _counted(tokenizer: Any, chat: Chat) -> int:
    """Tokens of a prompt. Raises ServerFault where the server would read a special token in what was said."""
    try:
        return len(chat_format.encode(tokenizer, chat))
    except SpecialTokenError as error:
        raise remote.fault("special_token", str(error)) from error


async def _read(events: AsyncIterable[Any], prompt_tokens: int) -> Completion:
    """The last event, which alone holds the whole text; without it the stream was cut."""
    likely: list[float] = []
    async for event in events:
        if not event.token.special:
            likely.append(event.token.logprob)
        if event.details is not None:
            text, details = (event.generated_text or "").strip(), event.details
            written = remote.tokens(details.generated_tokens)
            completion = Completion(text, prompt_tokens, written, 0.0, sum(likely), len(likely))
            return replace(completion, cut=details.finish_reason == "length")
    raise remote.fault("cut", "the answer broke off")


async def _read_errors(response: httpx.Response) -> None:
    """Have the words of an error at hand, which the hub's client reads also where it has only opened a stream."""
    if response.is_error:
        await response.aread()


def _without_start(tokenizer: Any, prompt: str) -> str:
    """The prompt without the token that opens a text, where the server's tokenizer puts it there by itself."""
    start = tokenizer.bos_token
    puts = start and tokenizer("").get("input_ids", [])[:1] == [tokenizer.bos_token_id]
    return prompt.removeprefix(start) if puts else prompt


def _fault(error: Exception) -> remote.ServerFault:
    """Of an error that the server sent as a status, or as an event in the middle of a stream."""
    if isinstance(error, errors.HfHubHTTPError):
        return remote.from_status(error.response.status_code, str(error))
    return remote.from_status(STATUSES.get(type(error), 500), str(error))
