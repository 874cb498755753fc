"""A server on this machine over a real small model, speaking two published protocols: OpenAI's and TGI's.

`/v1/chat/completions` and `/v1/models`; `/generate_stream`, `/generate` and `/info`. It loads and runs the model with
transformers and PEFT by itself, so that a backend is compared with something other than itself. `script` holds what
it does with the requests to come, in place of an answer.
"""

import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

Act = Callable[["Handler"], None]


class TooLongError(ValueError):
    """A prompt that the model cannot read; in the words of both servers."""


class ModelServer(ThreadingHTTPServer):
    """Answers one prompt at a time; keeps what it was asked, and how many requests it had at once."""

    daemon_threads = True

    def __init__(self, folder: Path | None) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.script: list[Act] = []
        self.requests: list[dict[str, Any]] = []
        self.most_at_once = self._at_once = 0
        self._lock = threading.Lock()
        self._counting = threading.Lock()
        self.adapters: dict[str, str] = {}
        self.tokenizer: Any
        self.network: Any
        self.tokenizer, self.network = _loaded(folder) if folder else (None, None)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def hold(self, name: str, folder: Path) -> None:
        """Load an adapter under a name, as an operator does."""
        from peft import PeftModel

        with self._lock:
            key = f"{name}-{len(self.adapters)}-{folder.stat().st_ino}".replace(
                ".", "_"
            )  # a name of PEFT's has no dots
            if isinstance(self.network, PeftModel):
                self.network.load_adapter(folder, key)
            else:
                self.network = PeftModel.from_pretrained(self.network, folder, adapter_name=key).eval()
            self.adapters[name] = key

    def generate(self, prompt: str, most: int, adapter: str | None) -> tuple[int, list[dict[str, Any]], str]:
        """Prompt tokens, what TGI says of each generated token, and the whole text."""
        import torch

        with self._lock, torch.inference_mode():
            ids = self.tokenizer(prompt, add_special_tokens=False, return_tensors="pt")["input_ids"]
            if ids.shape[1] + most > (reads := self.network.config.max_position_embeddings):
                raise TooLongError(f"`inputs` tokens + `max_new_tokens` must be <= {reads}; maximum context length")
            if adapter:
                self.network.set_adapter(self.adapters[adapter])
            bare = self.network.disable_adapter() if self.adapters and not adapter else nullcontext()
            with bare:
                made = self.network.generate(
                    input_ids=ids, attention_mask=torch.ones_like(ids), max_new_tokens=most, do_sample=False,
                    return_dict_in_generate=True, output_logits=True,
                )  # fmt: skip
        row = made.sequences[0, ids.shape[1] :].tolist()
        likely = [step[0].log_softmax(-1)[token].item() for token, step in zip(row, made.logits, strict=True)]
        special = set(self.tokenizer.all_special_ids)
        tokens = [
            {
                "id": token,
                "text": self.tokenizer.decode([token]),
                "logprob": log_probability,
                "special": token in special,
            }
            for token, log_probability in zip(row, likely, strict=True)
        ]
        return ids.shape[1], tokens, str(self.tokenizer.decode(row, skip_special_tokens=True))

    @contextmanager
    def counted(self) -> Iterator[None]:
        with self._counting:
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            yield
        finally:
            with self._counting:
                self._at_once -= 1


def _loaded(folder: Path) -> tuple[Any, Any]:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    network: Any = AutoModelForCausalLM.from_pretrained(folder)
    return AutoTokenizer.from_pretrained(folder), network.eval()


class Handler(BaseHTTPRequestHandler):
    server: ModelServer
    asked: dict[str, Any]

    def do_GET(self) -> None:
        models = [{"id": name, "object": "model", "created": 0, "owned_by": "me"} for name in self.server.adapters]
        self.reply(200, {"object": "list", "data": models} if self.path == "/v1/models" else {"model_id": "tiny"})

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.asked = asked
        self.server.requests.append(asked | {"path": self.path, "key": self.headers["Authorization"]})
        with self.server.counted():
            if self.server.script:
                self.server.script.pop(0)(self)
                return
            try:
                {"/v1/chat/completions": self.chat, "/generate_stream": self.stream}[self.path](asked)
            except TooLongError as error:
                tgi = {"error": f"Input validation error: {error}", "error_type": "validation"}
                self.reply(422, tgi) if "generate" in self.path else self.reply(400, {"error": {"message": str(error)}})

    def chat(self, asked: dict[str, Any]) -> None:
        prompt = self.server.tokenizer.apply_chat_template(
            asked["messages"], tokenize=False, add_generation_prompt=True
        )
        adapter = asked["model"] if asked["model"] in self.server.adapters else None
        before, tokens, text = self.server.generate(prompt, asked["max_tokens"], adapter)
        self.reply(200, completion(text, before, len(tokens), cut=not tokens[-1]["special"]))

    def stream(self, asked: dict[str, Any]) -> None:
        wanted = asked["parameters"]
        before, tokens, text = self.server.generate(asked["inputs"], wanted["max_new_tokens"], wanted.get("adapter_id"))
        events: list[dict[str, Any]] = [{"index": n, "token": token} for n, token in enumerate(tokens, start=1)]
        reason = "eos_token" if tokens[-1]["special"] else "length"
        details = {"finish_reason": reason, "generated_tokens": len(tokens), "input_length": before, "seed": None}
        events[-1] |= {"generated_text": text, "details": details}
        self.reply_stream(events)

    def reply(self, status: int, body: dict[str, Any] | bytes, **headers: str) -> None:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", "Content-Length": str(len(content)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def reply_stream(self, events: list[dict[str, Any]]) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        for event in events:
            self.wfile.write(f"data:{json.dumps(event)}\n\n".encode())

    def log_message(self, *_: Any) -> None:
        """A test's output is for its failures."""


def completion(text: str | None, before: int = 3, made: int = 2, *, cut: bool = False) -> dict[str, Any]:
    """An answer of the OpenAI protocol."""
    message = {"role": "assistant", "content": text}
    usage = {"prompt_tokens": before, "completion_tokens": made, "total_tokens": before + made}
    choice = {"index": 0, "message": message, "finish_reason": "length" if cut else "stop"}
    return {"id": "1", "object": "chat.completion", "created": 0, "model": "m", "choices": [choice], "usage": usage}


def status(code: int, **body: Any) -> Act:
    """Answer with an error."""
    return lambda handler: handler.reply(code, body or {"error": {"message": "no"}})


def body(content: dict[str, Any] | bytes) -> Act:
    """Answer with this."""
    return lambda handler: handler.reply(200, content)


def together(number: int, acts: Sequence[Act]) -> list[Act]:
    """The same acts, each once so many requests are there at the same time; within half a minute, or none."""
    meeting = threading.Barrier(number)

    def met(act: Act) -> Act:
        def acting(handler: "Handler") -> None:
            meeting.wait(timeout=30)
            act(handler)

        return acting

    return [met(act) for act in acts]


def events(*those: dict[str, Any]) -> Act:
    """Answer with these events and no more."""
    return lambda handler: handler.reply_stream(list(those))


def silence(seconds: float) -> Act:
    """Take the request and say nothing."""
    return lambda _: time.sleep(seconds)


def trickle(seconds: float) -> Act:
    """Say something all the time and never finish."""

    def act(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "application/json")
        handler.end_headers()
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            handler.wfile.write(b" ")
            handler.wfile.flush()
            time.sleep(0.02)

    return act


def broken(handler: Handler) -> None:
    """Promise more than is sent."""
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b'{"id": "1", "choices": [')
    handler.close_connection = True


@contextmanager
def serving(folder: Path | None = None) -> Iterator[ModelServer]:
    """The server, for as long as the block runs."""
    with ModelServer(folder) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()
