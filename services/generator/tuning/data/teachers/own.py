"""The generator's own model as its teacher, in this process: needs no server, and teaches only what it can."""

from collections.abc import Sequence
from pathlib import Path

from services.generator.ports import Backend, Chat, Completion
from services.generator.settings import GeneratorSettings
from services.generator.tuning.data.teacher_settings import TeacherSettings
from shared import plugins


class Own:
    """Implements Teacher over a backend of the generator, without an adapter."""

    def __init__(self, backend: Backend, max_tokens: int) -> None:
        self.name = backend.model
        self._backend = backend
        self._max_tokens = max_tokens

    def ask(self, chats: Sequence[Chat]) -> list[str]:
        outcomes = self._backend.complete(chats, max_new_tokens=self._max_tokens)
        return [outcome.text.strip() if isinstance(outcome, Completion) else "" for outcome in outcomes]


def build(settings: TeacherSettings, generator: GeneratorSettings, home: Path) -> Own:
    """The configured backend and model; raises ValueError where there is none."""
    backend: Backend = plugins.load("services.generator.backends", generator.backend)(generator, home)
    return Own(backend, settings.max_tokens)
