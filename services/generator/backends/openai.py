"""A server that speaks the OpenAI chat-completions protocol: vLLM, SGLang, llama.cpp, `transformers serve`, TGI.

The server applies the model's chat template. An adapter is asked for by its name in place of the model's, as vLLM
has it. Decoding is greedy as far as the server obeys a temperature of 0.
"""

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import openai

from services.generator import chat_format, remote
from services.generator.ports import Chat, Completion
from services.generator.settings import GeneratorSettings, ServerSettings

WHOLE = ("stop", "length")


def build(settings: GeneratorSettings, home: Path) -> remote.Server:
    """A client; nothing is asked yet. Raises ValueError where no server or model is named."""
    server = ServerSettings()
    if not server.url or not server.model:
        raise ValueError("backend 'openai' needs TILTYARD_GENERATOR_SERVER_URL and TILTYARD_GENERATOR_SERVER_MODEL")
    opens = partial(opened, server, httpx.create_ssl_context())
    return remote.Server("openai", server, opens, home=home, admission=settings.admission)


@asynccontextmanager
async def opened(server: ServerSettings, context: ssl.SSLContext) -> AsyncIterator[remote.Ask]:
    """Connections for one batch. The client's own tries are off: tries are counted, and bounded, in one place."""
    async with openai.AsyncOpenAI(
        base_url=server.url,
        api_key=server.api_key.get_secret_value() or "none",
        max_retries=0,
        timeout=server.timeout_s,
        http_client=openai.DefaultAsyncHttpxClient(verify=context),
    ) as client:
        yield partial(_ask, client, server.model, set())


async def _ask(
    client: openai.AsyncOpenAI, base: str, held: set[str], chat: Chat, speaker: str | None, longest: int
) -> Completion:
    turns: Any = chat_format.turns(chat)
    try:
        if speaker and speaker not in held:
            await _require(client, speaker)
            held.add(speaker)
        answer = await client.chat.completions.create(
            model=speaker or base, messages=turns, max_tokens=longest, temperature=0.0
        )
    except openai.APIStatusError as error:
        raise remote.from_status(error.status_code, error.response.text) from error
    except openai.OpenAIError as error:
        raise remote.from_transport(error.__cause__ or error) from error
    return _read(answer)


async def _require(client: openai.AsyncOpenAI, speaker: str) -> None:
    """Some servers answer to any name with the model they have: then the base would pose as the adapter."""
    if speaker not in [model.id async for model in client.models.list()]:
        raise remote.fault("refused", "the server does not list the adapter among its models")


def _read(answer: Any) -> Completion:
    """The first choice; one that was cut at its longest is an answer. Servers are lax: what is needed is checked."""
    if not isinstance(answer, openai.types.chat.ChatCompletion) or not answer.choices or not answer.choices[0].message:
        raise remote.fault("garbled", remote.GARBLED)
    choice, usage = answer.choices[0], answer.usage
    if choice.finish_reason == "content_filter":
        raise remote.fault("refused", "the server filtered the answer out")
    if choice.finish_reason not in WHOLE:
        raise remote.fault("cut", f"the answer ended by {choice.finish_reason!r}")
    text = (choice.message.content or "").strip()
    read, written = (usage.prompt_tokens, usage.completion_tokens) if usage else (0, 0)
    counts = remote.tokens(read), remote.tokens(written)
    return Completion(text, *counts, seconds=0.0, cut=choice.finish_reason == "length")
