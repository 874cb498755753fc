"""A teacher on any server that speaks the OpenAI chat protocol (OpenAI, vLLM, SGLang, llama.cpp, `transformers serve`).

Several requests at once, bounded. A server that is away for a moment is asked again, bounded; a request that it
refuses or does not finish in time gets no reply, and its document is counted as left out.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import openai

from services.generator.ports import Chat
from services.generator.settings import GeneratorSettings
from services.generator.tuning.data.teacher_settings import TeacherSettings
from shared import openai_server
from shared.access import UnreachableError
from shared.masking import masked


class Server:
    """Implements Teacher."""

    def __init__(self, client: openai.OpenAI, settings: TeacherSettings) -> None:
        self.name = settings.model
        self._client = client
        self._settings = settings

    def ask(self, chats: Sequence[Chat]) -> list[str]:
        with ThreadPoolExecutor(self._settings.at_once) as threads:
            try:
                return list(threads.map(self._asked, chats))
            except (UnreachableError, ValueError):
                threads.shutdown(cancel_futures=True)
                raise

    def _asked(self, chat: Chat) -> str:
        try:
            answer = self._client.chat.completions.create(
                model=self._settings.model,
                messages=[{"role": "system", "content": chat.system}, {"role": "user", "content": chat.user_turn}],
                max_tokens=self._settings.max_tokens,
                temperature=0,
            )
        except openai.APITimeoutError:
            return ""
        except openai.APIConnectionError as error:
            where = masked(self._settings.url)
            raise UnreachableError(f"no teacher answers at {where}: start it or set TILTYARD_TEACHER_URL.") from error
        except openai.APIStatusError as error:
            if error.status_code in openai_server.REFUSED:
                return ""
            raise ValueError(f"the teacher at {masked(self._settings.url)} refuses ({error.status_code})") from error
        return (answer.choices[0].message.content or "").strip() if answer.choices else ""


def build(settings: TeacherSettings, _: GeneratorSettings, __: Path) -> Server:
    """A client; raises ValueError where no server or model is named."""
    client = openai_server.client(settings, who="teacher", prefix="TEACHER")
    return Server(client, settings)
