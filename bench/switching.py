"""`python -m bench.switching`: what one worker costs that speaks in several ways over one base.

Two adapters of random weights on the configured model (the embedded one by default), each in a track of its own. A
worker with three speakers (base and two tracks) answers prompts of the sample newswire with a passage, `--call` in a
call, and a worker with one speaker, which merges, answers the same. Prints one JSON object: seconds of a switch (a call
without prompts), prompts a second of each way, seconds of a step and of a prompt token with the adapter merged and
beside the weights, and resident memory. Seconds are of one thread's processor time, so that other work on the machine
hardly counts.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from itertools import cycle, islice
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import psutil

from bench.serving import ONLY, records
from bench.swap import random_adapter
from services.generator import chat_format, models
from services.generator.arms import Served
from services.generator.backends import transformers
from services.generator.ports import Chat, Completion, Outcome
from services.generator.settings import GeneratorSettings
from shared import observe
from shared.messages import AdapterAnnounced
from shared.settings import HomeSettings

Voice = tuple[AdapterAnnounced | None, float]
"""Who speaks, and at which strength."""
SHORT, LONG, MANY = 4, 16, 100


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.switching", description=__doc__)
    parser.add_argument("--prompts", type=int, default=24)
    parser.add_argument("--call", type=int, default=8, help="prompts that are put to the model at once")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--rank", type=int, default=16)
    options = parser.parse_args()
    observe.configure_logging("bench", "WARNING")
    settings, home = GeneratorSettings(worker="all", speakers="base,tuned,other"), HomeSettings().home
    model = models.configured(settings, home)
    with TemporaryDirectory() as folder:
        made = [
            random_adapter(model, Path(folder) / name, name, options.rank, track=track)
            for name, track in (("a", "tuned"), ("b", "other"))
        ]
        figures = measure(settings, home, made, options)
    sys.stdout.write(json.dumps({"model": model.label} | vars(options) | figures, indent=2) + "\n")
    return 0


def measure(
    settings: GeneratorSettings, home: Path, made: Sequence[AdapterAnnounced], options: argparse.Namespace
) -> dict[str, Any]:
    """Every figure, of one worker after the other in this process."""
    asked = Served.of(settings, lambda: ONLY).asked_by(records(options.prompts))
    chats, size = [arm.style.ask(record).chat for record, arm in asked], options.call
    calls = [chats[start : start + size] for start in range(0, len(chats), size)]
    memory = {"before any model": _resident_mib()}
    several = transformers.build(settings, home)
    memory["three speakers: the base"] = _resident_mib()
    for adapter in made:
        several.take_up(adapter)
        memory[f"three speakers: with the adapter of {adapter.track}"] = _resident_mib()
    tuned, other = made
    voices: list[Voice] = [(None, 1.0), (tuned, 1.0), (tuned, 0.5), (other, 1.0)]
    switches = _switches(several, voices)
    single = transformers.build(settings.model_copy(update={"speakers": "tuned"}), home)
    single.take_up(tuned)
    memory["with a second worker's network, of one speaker"] = _resident_mib()
    ways: dict[str, Callable[[], list[Outcome]]] = {
        "one speaker, merged": lambda: _spoken(single, calls, [(tuned, 1.0)]),
        "three speakers, the adapter alone": lambda: _spoken(several, calls, [(tuned, 1.0)]),
        "three speakers, the adapter at 0.5 alone": lambda: _spoken(several, calls, [(tuned, 0.5)]),
        "three speakers, the base alone": lambda: _spoken(several, calls, [(None, 1.0)]),
        "three speakers in turn, one a call": lambda: _spoken(several, calls, voices),
    }
    rates = _rates(ways, len(chats), options.rounds)
    tokens = {
        "merged": _token_seconds(single, (tuned, 1.0), calls[0], options.rounds),
        "beside": _token_seconds(several, (tuned, 1.0), calls[0], options.rounds),
    }
    started = time.process_time()
    single.complete([], max_new_tokens=1, adapter=tuned, strength=0.5)
    ends_merging = time.process_time() - started
    return {
        "switch_s": switches,
        "first_other_strength_of_a_merging_worker_s": round(ends_merging, 3),
        "prompts_per_s": rates,
        "seconds_a_token": tokens,
        "resident_mib": memory,
    }


def _switches(backend: transformers.Transformers, voices: Sequence[Voice]) -> dict[str, float]:
    """Median seconds until each voice may speak, coming from the one before in the round; the model says nothing."""
    took: dict[str, list[float]] = {}
    for adapter, strength in islice(cycle(voices), MANY * len(voices)):
        started = time.process_time()
        backend.complete([], max_new_tokens=1, adapter=adapter, strength=strength)
        took.setdefault(_name(adapter, strength), []).append(time.process_time() - started)
    return {name: round(median(seconds), 5) for name, seconds in took.items()}


def _spoken(
    backend: transformers.Transformers, calls: Sequence[Sequence[Chat]], voices: Sequence[Voice]
) -> list[Outcome]:
    """All prompts, each call by the voice whose turn it is."""
    outcomes: list[Outcome] = []
    for call, (adapter, strength) in zip(calls, cycle(voices), strict=False):
        outcomes += backend.complete(call, max_new_tokens=24, adapter=adapter, strength=strength)
    return outcomes


def _rates(ways: dict[str, Callable[[], list[Outcome]]], prompts: int, rounds: int) -> dict[str, float]:
    """Prompts a second of each way: the median of its rounds, which are taken in turns."""
    took: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            started = time.process_time()
            outcomes = way()
            took[name].append(time.process_time() - started)
            assert all(isinstance(outcome, Completion) for outcome in outcomes), "every prompt must be answered"
    return {name: round(prompts / median(seconds), 3) for name, seconds in took.items()}


def _token_seconds(
    backend: transformers.Transformers, voice: Voice, call: Sequence[Chat], rounds: int
) -> dict[str, float]:
    """Of one call: seconds of a step, which is one token of each of its prompts, and of one token of a prompt."""
    adapter, strength = voice
    prompts = [chat_format.render(backend.tokenizer, chat) for chat in call]
    batch = backend.tokenizer(prompts, padding=True, add_special_tokens=False, return_tensors="pt")
    size, step, read = batch["input_ids"].numel(), list[float](), list[float]()
    backend.complete([], max_new_tokens=1, adapter=adapter, strength=strength)
    for _ in range(rounds):
        short, long = (_generated(backend, batch, tokens) for tokens in (SHORT, LONG))
        step.append((long - short) / (LONG - SHORT))
        read.append((short - SHORT * step[-1]) / size)
    return {"step": round(median(step), 4), "prompt_token": round(median(read), 6)}


def _generated(backend: transformers.Transformers, batch: Any, tokens: int) -> float:
    """Seconds of exactly so many tokens for each prompt."""
    import torch

    started = time.process_time()
    with torch.inference_mode():
        backend.network.generate(**batch, min_new_tokens=tokens, max_new_tokens=tokens, do_sample=False)
    return time.process_time() - started


def _name(adapter: AdapterAnnounced | None, strength: float) -> str:
    return f"{adapter.track} at {strength:g}" if adapter else "base"


def _resident_mib() -> int:
    return int(psutil.Process().memory_info().rss / 1024**2)


if __name__ == "__main__":
    sys.exit(main())
