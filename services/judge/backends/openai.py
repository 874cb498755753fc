"""A judge on a server that speaks the OpenAI chat protocol (OpenAI, vLLM, SGLang, llama.cpp, `transformers serve`).

A server that is away for a moment is asked again, bounded; a sheet that it refuses has no reply, and the next one is
asked. No message of an error repeats a text.
"""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import openai
from openai.types.chat import ChatCompletionMessageParam

from services.judge.ports import Said, Sheet
from services.judge.settings import JudgeSettings
from shared import openai_server
from shared.access import UnreachableError
from shared.masking import masked

GARBLED = "the server's answer is not of its protocol"


class Remote:
    """Implements Backend. Decoding is greedy as far as the server can."""

    name = "openai"
    sees_references = False

    def __init__(self, client: openai.OpenAI, settings: JudgeSettings) -> None:
        self.model = settings.model
        self._client = client
        self._settings = settings

    def judge(self, sheets: Sequence[Sheet]) -> list[Said]:
        started = time.perf_counter()
        with ThreadPoolExecutor(self._settings.concurrency) as together:
            replies = list(together.map(self._ask, sheets))
        seconds = time.perf_counter() - started
        return [replace(reply, seconds=seconds) for reply in replies]

    def _ask(self, sheet: Sheet) -> Said:
        turns: list[ChatCompletionMessageParam] = [
            {"role": "system", "content": sheet.system},
            {"role": "user", "content": sheet.user},
        ]
        longest = self._settings.max_new_tokens
        try:
            completion = self._client.chat.completions.create(
                model=self.model, messages=turns, temperature=0, max_tokens=longest, extra_body=self._settings.options
            )
        except openai.APIConnectionError as error:
            raise UnreachableError(f"no judge answers at {masked(self._settings.url)}") from error
        except openai.APIStatusError as error:
            if error.status_code in openai_server.REFUSED:
                return Said("", failure=f"the server refuses the prompt ({error.status_code})")
            raise
        except (openai.APIError, ValueError):
            return Said("", failure=GARBLED)
        if not completion.choices:
            return Said("", failure=GARBLED)
        chosen = completion.choices[0]
        cut = f"cut off after {longest} tokens" if chosen.finish_reason == "length" else None
        return Said(chosen.message.content or "", failure=cut)


def build(settings: JudgeSettings, home: Path) -> Remote:  # noqa: ARG001  (every backend is built alike)
    """A client; raises ValueError where no server or model is named."""
    client = openai_server.client(settings, who="judge backend", prefix="JUDGE")
    return Remote(client, settings)
