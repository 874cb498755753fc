"""Servers that fail: every way of not answering has its kind, costs bounded time, and no neighbour its answer."""

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import stamina

from services.generator import remote
from services.generator.ports import LATE, Backend, Chat, Completion, Failed, NotOfferedError, Outcome
from services.generator.settings import GeneratorSettings
from shared import plugins
from tests import adapters, tiny_model
from tests.model_server import (  # fmt: skip
    Act,
    Handler,
    ModelServer,
    body,
    broken,
    completion,
    events,
    serving,
    silence,
    status,
    together,
    trickle,
)

TOKEN = {"index": 1, "token": {"id": 1, "text": "yes", "logprob": -0.5, "special": False}}
DONE = {"finish_reason": "length", "generated_tokens": 1, "input_length": 3, "seed": None}
ANSWERS: dict[str, Act] = {
    "openai": body(completion("yes", 3, 1, cut=True)),
    "tgi": events(TOKEN | {"generated_text": "yes", "details": DONE}),
}
CHAT = Chat("Answer briefly.", "A secret: is it?")
Make = Callable[..., Backend]


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_model.save(tmp_path_factory.mktemp("tokenizer"))


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with serving() as running:
        yield running


@pytest.fixture(autouse=True)
def _without_pauses() -> Iterator[None]:
    with stamina.set_testing(True, attempts=10, cap=True):
        yield


@pytest.fixture(params=["openai", "tgi"])
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def make(name: str, server: ModelServer, tokenizer: Path, monkeypatch: pytest.MonkeyPatch) -> Make:
    def made(**settings: object) -> Backend:
        wanted = {"url": server.url + ("/v1" if name == "openai" else ""), "model": "m", "tokenizer": tokenizer}
        for setting, value in (wanted | settings).items():
            monkeypatch.setenv(f"TILTYARD_GENERATOR_SERVER_{setting.upper()}", str(value))
        backend: Backend = plugins.load("services.generator.backends", name)(GeneratorSettings(), tokenizer)
        return backend

    return made


def ask(backend: Backend, prompts: int = 1, within_s: list[float] | None = None) -> list[Outcome]:
    return backend.complete([CHAT] * prompts, max_new_tokens=1, within_s=within_s)


def kind(outcome: Outcome) -> str:
    assert isinstance(outcome, Failed)
    assert "secret" not in outcome.reason
    return outcome.kind


def test_an_answer_cut_at_its_longest_is_an_answer(make: Make, server: ModelServer, name: str) -> None:
    server.script = [ANSWERS[name]]

    [outcome] = ask(make())

    assert isinstance(outcome, Completion)
    assert (outcome.text, outcome.completion_tokens) == ("yes", 1)
    assert outcome.cut
    assert outcome.seconds > 0


def test_what_is_asked_is_greedy_bounded_and_carries_the_key(make: Make, server: ModelServer, name: str) -> None:
    server.script = [ANSWERS[name]]
    ask(make(api_key="k-1"))

    [asked] = server.requests
    assert asked["key"] == "Bearer k-1"
    if name == "openai":
        assert (asked["model"], asked["max_tokens"], asked["temperature"]) == ("m", 1, 0.0)
        assert [turn["role"] for turn in asked["messages"]] == ["system", "user"]
    else:
        assert asked["parameters"] | {"max_new_tokens": 1, "do_sample": False, "details": True} == asked["parameters"]
        assert asked["inputs"].endswith("<|im_start|>assistant\n")


def test_without_a_key_no_token_that_the_user_has_for_others_is_sent(
    make: Make, server: ModelServer, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_of_the_user")
    monkeypatch.setenv("OPENAI_API_KEY", "sk_of_the_user")
    server.script = [ANSWERS[name]]
    ask(make())

    assert server.requests[0]["key"] == "Bearer none"


@pytest.mark.parametrize("first", [status(429), status(500), status(503), broken])
def test_a_server_that_is_busy_or_broken_for_a_moment_is_asked_again(
    first: Act, make: Make, server: ModelServer, name: str
) -> None:
    server.script = [first, first, ANSWERS[name]]

    [outcome] = ask(make(retries=2))

    assert isinstance(outcome, Completion)
    assert len(server.requests) == 3


@pytest.mark.parametrize(
    ("act", "expected"),
    [
        (status(429), "rate_limited"),
        (status(500), "server_error"),
        (status(500, error="CUDA out of memory. Tried to allocate 2 GiB: A secret"), "out_of_memory"),
        (broken, "cut"),
    ],
)
def test_a_server_that_stays_so_is_given_up_on_after_the_retries(
    act: Act, expected: str, make: Make, server: ModelServer
) -> None:
    server.script = [act] * 10

    [outcome] = ask(make(retries=2))

    assert kind(outcome) == expected
    assert len(server.requests) == (1 if expected == "out_of_memory" else 3)


@pytest.mark.parametrize(
    ("act", "expected"),
    [
        (status(400, error={"message": "maximum context length is 512 tokens: A secret"}), "prompt_too_long"),
        (status(422, error="`max_new_tokens` must be <= 512", error_type="validation"), "prompt_too_long"),
        (status(401), "refused"),
        (status(404, error={"message": "no such model: A secret"}), "refused"),
        (body(b"<html>A secret</html>"), "garbled"),
        (body(b'{"data": "A secret"}'), "garbled"),
    ],
)
def test_what_asking_again_cannot_help_is_asked_once(
    act: Act, expected: str, make: Make, server: ModelServer, name: str
) -> None:
    server.script = [act] * 10

    [outcome] = ask(make(retries=2))

    if name == "tgi" and expected == "garbled":
        expected = "cut"  # a stream without an event has no last one
    assert kind(outcome) == expected
    assert len(server.requests) == (3 if expected == "cut" else 1)


def test_an_answer_that_ends_for_no_reason_is_cut(make: Make, server: ModelServer, name: str) -> None:
    endless = completion("yes")
    endless["choices"][0]["finish_reason"] = None
    server.script = [body(endless) if name == "openai" else events(TOKEN)] * 2

    [outcome] = ask(make(retries=0))

    assert kind(outcome) == "cut"


def test_an_empty_answer_is_a_completion_without_text_which_the_handler_fails(
    make: Make, server: ModelServer, name: str
) -> None:
    nothing = TOKEN | {"generated_text": "", "details": DONE}
    server.script = [body(completion(None)) if name == "openai" else events(nothing)]

    [outcome] = ask(make())

    assert isinstance(outcome, Completion)
    assert outcome.text == ""


@pytest.mark.parametrize("act", [silence(3), trickle(3)])
def test_a_slow_server_is_left_after_the_time_out_and_not_asked_again(
    act: Act, make: Make, server: ModelServer
) -> None:
    server.script = [act] * 4
    started = time.monotonic()

    [outcome] = ask(make(timeout_s=0.3, retries=3))

    assert kind(outcome) == "timeout"
    assert time.monotonic() - started < 2.8, "it waited for the server"
    assert len(server.requests) == 1


def test_a_question_whose_time_ends_on_the_way_is_late_and_its_neighbour_is_answered(
    make: Make, server: ModelServer, name: str
) -> None:
    server.script = [silence(2), ANSWERS[name]]

    assert ask(make(in_flight=1), 1, [0.2]) == [LATE]
    [late, answered] = ask(make(in_flight=1), 2, [-1, 30])

    assert late == LATE
    assert isinstance(answered, Completion)


def test_a_server_that_is_not_there_is_unreachable(make: Make, server: ModelServer) -> None:
    backend = make(retries=1)
    server.server_close()
    server.shutdown()

    assert kind(ask(backend)[0]) == "unreachable"


def test_one_failure_costs_no_neighbour_its_answer_and_no_more_than_so_many_are_in_flight(
    make: Make, server: ModelServer, name: str
) -> None:
    server.script = together(3, [status(404), *[ANSWERS[name]] * 8])

    outcomes = ask(make(in_flight=3), 9)

    assert [isinstance(outcome, Failed) for outcome in outcomes].count(True) == 1
    assert server.most_at_once == 3


def test_answers_stand_in_the_order_of_the_prompts_however_they_come(
    make: Make, server: ModelServer, name: str
) -> None:
    def said_back(handler: Handler) -> None:
        [number] = re.findall(r"number (\d)", str(handler.asked))
        time.sleep(0.1 * (4 - int(number)))
        if name == "openai":
            handler.reply(200, completion(number))
        else:
            handler.reply_stream([TOKEN | {"generated_text": number, "details": DONE}])

    server.script = [said_back] * 4
    outcomes = make(in_flight=4).complete([Chat("s", f"number {n}") for n in range(4)], max_new_tokens=1)

    assert [outcome.text for outcome in outcomes if isinstance(outcome, Completion)] == ["0", "1", "2", "3"]


def test_an_adapter_that_the_server_does_not_list_never_speaks_as_the_base(
    make: Make, server: ModelServer, name: str, tmp_path: Path
) -> None:
    backend, adapter = make(), adapters.saved(tmp_path)
    backend.take_up(adapter)
    server.script = [ANSWERS[name]]

    [outcome] = backend.complete([CHAT], max_new_tokens=1, adapter=adapter)

    if name == "openai":
        assert kind(outcome) == "refused"
        assert server.requests == []
    else:
        assert server.requests[0]["parameters"]["adapter_id"] == adapter.name


def test_a_server_weighs_no_choices(make: Make) -> None:
    with pytest.raises(NotOfferedError, match="'transformers' does"):
        make().score([], [])


@pytest.mark.parametrize("missing", ["url", "model"])
def test_a_server_that_is_not_named_ends_the_worker_with_what_is_missing(missing: str, make: Make) -> None:
    with pytest.raises(ValueError, match="TILTYARD_GENERATOR_SERVER_URL"):
        make(**{missing: ""})


@pytest.mark.parametrize("stated", [-1, 2**31, int("9" * 400), None, "12"])
def test_numbers_of_tokens_that_cannot_be_count_as_not_stated(stated: object) -> None:
    assert remote.tokens(stated) == 0
    assert remote.tokens(2**31 - 1) == 2**31 - 1
