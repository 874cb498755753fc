"""Many prompts to one server at a time, answered in their order: how many, how long, how often, and what went wrong.

Every way of not getting an answer is a Failed of its own kind. A server that is away or busy for a moment is asked
again, with growing pauses; one that is slow is not, for it would only get slower.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from functools import partial
from json import JSONDecodeError
from pathlib import Path
from time import perf_counter

import httpx
import stamina
from pydantic import ValidationError

from services.generator import adapters, server_offer
from services.generator.adapter_addresses import Admission
from services.generator.ports import (
    LATE,
    Chat,
    Completion,
    Failed,
    FailureKind,
    NotOfferedError,
    Outcome,
    Scored,
    speaks_with,
)
from services.generator.settings import ServerSettings
from services.generator.time_left import TimeLeft
from shared.messages import AdapterAnnounced
from shared.messages.schema import MOST_WHOLE

AGAIN: frozenset[FailureKind] = frozenset({"rate_limited", "server_error", "unreachable", "cut"})
_TOO_LONG = re.compile(
    r"context[ _](?:length|size|window)|too long|`?max_new_tokens`? must be <=|inputs` must have less"
)
_NO_MEMORY = re.compile(r"out of memory|allocate memory", re.IGNORECASE)
GARBLED = "the server's answer is not of its protocol"
Ask = Callable[[Chat, str | None, int], Awaitable[Completion]]
Opened = Callable[[], AbstractAsyncContextManager[Ask]]
Send = Callable[[], Awaitable[Completion]]


class ServerFault(Exception):  # noqa: N818  (it is what a Failed says, on its way up)
    """One request got no answer."""

    def __init__(self, failed: Failed) -> None:
        super().__init__(failed.reason)
        self.failed = failed


class Server:
    """Implements Backend over a server; what its weights are is not known, only what it calls them.

    What `opened` opens, for one batch, sends one chat with the adapter's name on the server and the longest answer;
    it raises ServerFault, or what httpx, JSON and pydantic raise.
    """

    def __init__(
        self, name: str, settings: ServerSettings, opened: Opened, *, home: Path, admission: Admission
    ) -> None:
        self.name = name
        self.model = f"{settings.model}@{name}"
        self.adapters: dict[str, AdapterAnnounced] = {}
        self._settings, self._opened, self._home, self._admission = settings, opened, home, admission

    def complete(
        self,
        chats: Sequence[Chat],
        *,
        max_new_tokens: int,
        adapter: AdapterAnnounced | None = None,
        strength: float = 1.0,
        within_s: Sequence[float] | None = None,
    ) -> list[Outcome]:
        """At most `in_flight` requests at a time; answers in the order of the chats.

        Raises NotOfferedError for a strength where the server's names of adapters have no place for it.
        """
        speaks_with(self, adapter, strength)
        speaker = server_offer.called(self._settings, adapter.name, strength) if adapter else None
        left = TimeLeft(within_s)

        async def all_at_once() -> list[Outcome]:
            gate = asyncio.Semaphore(self._settings.in_flight)
            async with self._opened() as ask:
                sends = (partial(ask, chat, speaker, max_new_tokens) for chat in chats)
                return await asyncio.gather(*(self._one(send, left, place, gate) for place, send in enumerate(sends)))

        return asyncio.run(all_at_once()) if chats else []

    def score(self, *_: object, **__: object) -> list[Scored | Failed]:
        """Raises NotOfferedError, always."""
        raise NotOfferedError(server_offer.no_likelihood(self.name))

    def take_up(self, adapter: AdapterAnnounced) -> None:
        """The server must hold the adapter already; while it does not, its answers are failures that say so.

        Checked is the base, where the settings say what the server runs, and the weights, where the announced folder
        can be read here.
        """
        if adapter.kind != "lora":
            raise ValueError(
                f"adapter {adapter.name} is a {adapter.kind}, and a server takes LoRA by its name alone: "
                "serve it with TILTYARD_GENERATOR_BACKEND=transformers"
            )
        base = self._settings.base_sha256 or adapter.base_sha256
        if Path(adapter.location).is_dir():
            adapters.verify(adapter, base, self._home, self._admission)
        elif base != adapter.base_sha256:
            raise ValueError(f"adapter {adapter.name}: trained on a base with sha256 {adapter.base_sha256}, not {base}")
        self.adapters[adapter.track] = adapter

    async def _one(self, send: Send, left: TimeLeft, place: int, gate: asyncio.Semaphore) -> Outcome:
        async with gate:
            if left.over(place):
                return LATE
            try:
                async with asyncio.timeout(None if (seconds := left.of(place)) == float("inf") else seconds):
                    return await self._tried(send)
            except TimeoutError:
                return LATE
            except ServerFault as fault:
                return fault.failed

    async def _tried(self, send: Send) -> Completion:
        """Asked again while that may help; raises ServerFault of the last try."""
        attempts = stamina.retry_context(
            on=_may_help, attempts=1 + self._settings.retries, timeout=None, wait_initial=0.5, wait_max=8.0
        )
        async for attempt in attempts:
            with attempt:
                return await self._sent(send)
        raise AssertionError("the last attempt returns or raises")

    async def _sent(self, send: Send) -> Completion:
        started = perf_counter()
        try:
            async with asyncio.timeout(self._settings.timeout_s):
                completion = await send()
        except TimeoutError as error:
            raise fault("timeout", f"no whole answer within {self._settings.timeout_s:g} s") from error
        except (httpx.HTTPError, JSONDecodeError, ValidationError) as error:
            raise from_transport(error) from error
        return replace(completion, seconds=perf_counter() - started)


def fault(kind: FailureKind, reason: str) -> ServerFault:
    """A fault with its kind and reason, to be raised."""
    return ServerFault(Failed(kind, reason))


def tokens(stated: object) -> int:
    """A number of tokens as a server states it; 0, which stands for not stated, where it cannot be one."""
    return stated if isinstance(stated, int) and 0 <= stated <= MOST_WHOLE else 0


def from_status(status: int, body: str) -> ServerFault:
    """What an HTTP status and the server's words mean; they may hold the prompt and are not repeated."""
    if _NO_MEMORY.search(body):
        return fault("out_of_memory", f"the server is out of memory ({status})")
    if status == 429:
        return fault("rate_limited", "the server is busy (429)")
    if status >= 500:
        return fault("server_error", f"the server failed ({status})")
    if _TOO_LONG.search(body):
        return fault("prompt_too_long", f"the prompt is longer than the server's model reads ({status})")
    return fault("refused", f"the server refuses the request ({status})")


def from_transport(error: BaseException) -> ServerFault:
    """What an error below HTTP's statuses means, by the names that httpx and its successor httpx2 share."""
    names = {ancestor.__name__ for ancestor in type(error).__mro__}
    if names & {"ConnectError", "ConnectTimeout"}:
        return fault("unreachable", "the server cannot be reached")
    if "TimeoutException" in names:
        return fault("timeout", "the server fell silent")
    if "TransportError" in names:
        return fault("cut", "the answer broke off")
    return fault("garbled", GARBLED)


def _may_help(error: Exception) -> bool:
    return isinstance(error, ServerFault) and error.failed.kind in AGAIN
