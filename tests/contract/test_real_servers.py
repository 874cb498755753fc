"""The promises of the backend `openai`, held against real servers of others that this test starts and stops.

`transformers serve` comes with the development packages. llama.cpp's server is built from source by whoever installs
`llama-cpp-python[server]`, so it runs where TILTYARD_LLAMA_CPP_PYTHON names an interpreter that has it.
"""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from services.generator.ports import Backend, Chat, Completion, Failed
from services.generator.settings import GeneratorSettings
from shared import plugins
from shared.models import conversion
from tests import adapters
from tests.contract.test_backends import (
    CHATS,
    FOLDER,
    backend,
    model_folder,
    point_at,
    said,
    test_a_backend_names_itself_and_its_model,
    test_a_completion_says_what_it_cost,
    test_a_prompt_whose_time_is_over_is_late_and_its_neighbours_are_not,
    test_an_adapter_that_was_not_taken_up_does_not_speak,
    test_no_chats_are_no_work,
    test_one_completion_per_chat_in_order,
    test_the_same_prompt_gives_the_same_answer,
)

__all__ = [
    "backend",
    "model_folder",
    "test_a_backend_names_itself_and_its_model",
    "test_a_completion_says_what_it_cost",
    "test_a_prompt_whose_time_is_over_is_late_and_its_neighbours_are_not",
    "test_an_adapter_that_was_not_taken_up_does_not_speak",
    "test_no_chats_are_no_work",
    "test_one_completion_per_chat_in_order",
    "test_the_same_prompt_gives_the_same_answer",
]
LLAMA = "TILTYARD_LLAMA_CPP_PYTHON"
WITHIN_S = 120.0


@dataclass(frozen=True)
class Running:
    """A server that answers, and what it calls its model."""

    url: str
    model: str


@pytest.fixture(scope="session")
def transformers_serve(model_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    home = tmp_path_factory.mktemp("hub")
    (home / "hub").mkdir()
    command = [str(Path(sys.executable).with_name("transformers")), "serve", str(model_folder), "--device", "cpu"]
    with started(command, home, HF_HOME=str(home)) as url:
        yield Running(url, str(model_folder))


@pytest.fixture(scope="session")
def llama_cpp(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    python = os.environ.get(LLAMA, "")
    if not python or subprocess.run([python, "-c", "import llama_cpp.server"], check=False).returncode:
        pytest.skip(f"{LLAMA} names no interpreter with llama-cpp-python[server]")
    model = ["--model", str(conversion.source()), "--model_alias", "smollm2", "--n_ctx", "512", "--n_threads", "1"]
    with started([python, "-m", "llama_cpp.server", *model], tmp_path_factory.mktemp("llama")) as url:
        yield Running(url, "smollm2")


@pytest.fixture(params=[pytest.param("transformers_serve", marks=pytest.mark.e2e), "llama_cpp"])
def running(request: pytest.FixtureRequest) -> Running:
    server: Running = request.getfixturevalue(request.param)
    return server


@pytest.fixture
def make(
    running: Running, model_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], Backend]:
    point_at(monkeypatch, running.url, running.model, model_folder)
    return lambda: plugins.load(FOLDER, "openai")(GeneratorSettings(), tmp_path)


class started:  # noqa: N801  (read as a sentence: with started(...))
    """A server's process, from its first answer to its end; its words go to a file in the folder."""

    def __init__(self, command: list[str], folder: Path, **environment: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = str(free.getsockname()[1])
        self._command = [*command, "--host", "127.0.0.1", "--port", self._port]
        self._log = folder / "server.log"
        self._environment = os.environ | {"HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"} | environment

    def __enter__(self) -> str:
        with self._log.open("w") as log:
            self._process = subprocess.Popen(self._command, stdout=log, stderr=log, env=self._environment)
        until = time.monotonic() + WITHIN_S
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > until:
                self.__exit__()
                pytest.fail(f"{self._command[0]} did not start:\n{self._log.read_text()[-2000:]}")
            time.sleep(0.2)
        return f"http://127.0.0.1:{self._port}/v1"

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _answers(self) -> bool:
        try:
            return httpx.get(f"http://127.0.0.1:{self._port}/v1/models", timeout=5).status_code == 200
        except httpx.HTTPError:
            return False


@pytest.mark.e2e
def test_a_server_says_word_for_word_what_the_same_model_says_here(
    transformers_serve: Running, model_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    point_at(monkeypatch, transformers_serve.url, transformers_serve.model, model_folder)
    there = plugins.load(FOLDER, "openai")(GeneratorSettings(), tmp_path)
    here = plugins.load(FOLDER, "transformers")(GeneratorSettings(model=str(model_folder)), tmp_path)

    assert said(there) == said(here)
    assert [
        (outcome.prompt_tokens, outcome.completion_tokens) for outcome in there.complete(CHATS, max_new_tokens=8)
    ] == [(outcome.prompt_tokens, outcome.completion_tokens) for outcome in here.complete(CHATS, max_new_tokens=8)]


def test_an_adapter_that_the_server_does_not_hold_never_speaks_as_the_base(
    make: Callable[[], Backend], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TILTYARD_GENERATOR_SERVER_BASE_SHA256", "")
    backend, adapter = make(), adapters.saved(tmp_path)
    backend.take_up(adapter)

    [outcome] = backend.complete(CHATS[:1], max_new_tokens=8, adapter=adapter)

    assert isinstance(outcome, Failed)
    assert outcome.kind == "refused"


def test_a_prompt_longer_than_llama_cpp_reads_fails_alone(
    llama_cpp: Running, model_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    point_at(monkeypatch, llama_cpp.url, llama_cpp.model, model_folder)
    backend: Backend = plugins.load(FOLDER, "openai")(GeneratorSettings(), tmp_path)

    failed, answered = backend.complete([Chat("", "word " * 900), CHATS[0]], max_new_tokens=8)

    assert isinstance(failed, Failed)
    assert failed.kind == "prompt_too_long"
    assert isinstance(answered, Completion)
    assert "harbour" in answered.text
