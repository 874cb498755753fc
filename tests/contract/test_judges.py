"""What every backend of the judge promises, held against each file of the folder; and what a server may do to it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openai
import pytest

from services.judge.ports import Backend, Said, Sheet
from services.judge.settings import JudgeSettings
from shared import plugins
from shared.access import UnreachableError
from tests import model_server, tiny_model
from tests.builders import a_question
from tests.model_server import Act, ModelServer

FOLDER = "services.judge.backends"
LABELS = {"a": ("a",), "b": ("b",), "tie": ("tie",), "both_bad": ("both bad",)}


def a_sheet(user: str = "Which is better?", *answers: str) -> Sheet:
    return Sheet("You judge.", user, a_question(), answers or ("The old harbour", "The pier"), LABELS)


SHEETS = [a_sheet(), a_sheet("Which of these two very different answers is the better one?"), a_sheet("A or B?")]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_model.save(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[ModelServer]:
    with model_server.serving(folder) as running:
        yield running


def made(name: str, folder: Path, server: ModelServer, **changes: Any) -> Backend:
    """A backend over the tiny model, here or on the server."""
    model = "tiny" if name == "openai" else str(folder)
    values: dict[str, Any] = {"backend": name, "model": model, "url": f"{server.url}/v1", "retries": 0}
    backend: Backend = plugins.load(FOLDER, name)(JudgeSettings(**values | {"batch_size": 2} | changes), folder)
    return backend


@pytest.fixture(params=plugins.names(FOLDER))
def backend(request: pytest.FixtureRequest, folder: Path, server: ModelServer) -> Backend:
    server.script.clear()
    return made(request.param, folder, server)


def said(backend: Backend, *sheets: Sheet) -> list[tuple[str, str | None]]:
    return [(reply.text, reply.failure) for reply in backend.judge(sheets)]


def test_each_sheet_has_its_reply_in_order_and_the_same_one_alone(backend: Backend) -> None:
    together = said(backend, *SHEETS)

    assert together == [said(backend, sheet)[0] for sheet in SHEETS]
    assert said(backend, *reversed(SHEETS)) == together[::-1]
    assert said(backend) == []


def test_a_backend_has_a_name_and_a_model_that_does_is_named(backend: Backend) -> None:
    assert backend.name in plugins.names(FOLDER)
    assert bool(backend.model) == (backend.name != "oracle")


@pytest.mark.parametrize("name", ["openai", "transformers"])
def test_a_sheet_too_long_for_the_model_has_no_reply_and_its_neighbours_have(
    name: str, folder: Path, server: ModelServer
) -> None:
    first, long, last = made(name, folder, server).judge([SHEETS[0], a_sheet("long " * 500), SHEETS[1]])

    assert long.text == ""
    assert long.failure
    assert [(reply.text, reply.failure) for reply in (first, last)] == said(made(name, folder, server), *SHEETS[:2])


@pytest.mark.parametrize("name", ["openai", "transformers"])
def test_a_reply_of_all_the_tokens_there_are_is_cut_off(name: str, folder: Path, server: ModelServer) -> None:
    reply = made(name, folder, server, max_new_tokens=1).judge(SHEETS[:1])[0]

    assert reply.failure == "cut off after 1 tokens"


def test_a_model_that_may_write_only_labels_writes_one_and_its_name_says_so(folder: Path, server: ModelServer) -> None:
    backend = made("transformers", folder, server, labels_only=True)
    replies = backend.judge([*SHEETS, a_sheet("Grade it.", "The pier")])

    assert {reply.text for reply in replies} <= {ways[0] for ways in LABELS.values()}
    assert [reply.failure for reply in replies] == [None] * 4
    assert backend.model.endswith("/labels-only")


def test_both_ways_to_the_same_model_say_the_same(folder: Path, server: ModelServer) -> None:
    assert said(made("openai", folder, server), *SHEETS) == said(made("transformers", folder, server), *SHEETS)


def test_a_server_is_asked_greedily_with_the_settings_own_fields(folder: Path, server: ModelServer) -> None:
    server.script[:] = [model_server.body(model_server.completion("A"))]
    backend = made("openai", folder, server, api_key="k", max_new_tokens=7, options={"chat_template_kwargs": {"x": 1}})

    assert backend.judge([a_sheet()])[0].text == "A"
    asked = server.requests[-1]
    assert (asked["temperature"], asked["max_tokens"], asked["chat_template_kwargs"]) == (0, 7, {"x": 1})
    assert asked["key"] == "Bearer k"
    assert [turn["role"] for turn in asked["messages"]] == ["system", "user"]


@pytest.mark.parametrize(
    ("act", "failure"),
    [
        (model_server.status(400), "the server refuses the prompt (400)"),
        (model_server.status(422), "the server refuses the prompt (422)"),
        (model_server.body(b"<html>"), "not of its protocol"),
        (model_server.body({"id": "1", "object": "chat.completion", "choices": []}), "not of its protocol"),
        (model_server.body(model_server.completion("A", cut=True)), "cut off after 16 tokens"),
    ],
)
def test_what_is_wrong_with_one_reply_is_its_failure(act: Act, failure: str, folder: Path, server: ModelServer) -> None:
    server.script[:] = [act, model_server.body(model_server.completion("B"))]
    first, second = made("openai", folder, server, concurrency=1).judge(SHEETS[:2])

    assert failure in (first.failure or "")
    assert second == Said("B", seconds=second.seconds)


def test_a_reply_without_text_is_empty(folder: Path, server: ModelServer) -> None:
    server.script[:] = [model_server.body(model_server.completion(None))]

    assert said(made("openai", folder, server), SHEETS[0]) == [("", None)]


def test_a_server_that_is_busy_for_a_moment_is_asked_again(folder: Path, server: ModelServer) -> None:
    server.script[:] = [model_server.status(503), model_server.body(model_server.completion("B"))]

    assert said(made("openai", folder, server, retries=1), SHEETS[0]) == [("B", None)]


def test_a_server_that_fails_for_good_ends_it_and_decides_nothing(folder: Path, server: ModelServer) -> None:
    server.script[:] = [model_server.status(500)]
    with pytest.raises(openai.InternalServerError):
        made("openai", folder, server).judge(SHEETS[:1])

    gone = made("openai", folder, server, url="http://127.0.0.1:9/v1")
    with pytest.raises(UnreachableError, match="no judge answers"):
        gone.judge(SHEETS[:1])


def test_settings_without_a_server_or_with_no_such_model_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="TILTYARD_JUDGE_URL"):
        plugins.load(FOLDER, "openai")(JudgeSettings(backend="openai"), tmp_path)
    with pytest.raises(ValueError, match="TILTYARD_JUDGE_MODEL"):
        plugins.load(FOLDER, "transformers")(JudgeSettings(model="no/such-model"), tmp_path)
