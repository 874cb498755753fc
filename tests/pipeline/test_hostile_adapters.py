"""Adapters as strangers announce them, through the real check and load: refused with a reason, or they really serve."""

import random
from collections.abc import Mapping
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from structlog.testing import capture_logs

from services.generator.adapter_files import CONFIG, WEIGHTS
from services.generator.adapters import NewestAdapters
from services.generator.backends import transformers
from services.generator.hashing import sha256_of
from services.generator.ports import Chat, Completion
from services.generator.settings import GeneratorSettings
from shared.messages import AdapterAnnounced
from shared.models.language import weights_sha256
from tests import adapters, tiny_model
from tests.hostile_adapters import MUTATIONS, hostile

CHATS = [Chat("Answer briefly.", "Where is the fair?"), Chat("Answer briefly.", "Who?")]


class Worker:
    """A worker that speaks with a good adapter, and what it says with it and without."""

    def __init__(self, home: Path, speakers: str) -> None:
        self.base = tiny_model.save(home / "tiny", width=16)
        (home / "good").mkdir()
        tiny_model.save_lora(self.base, home / "good", 0.5)
        self.settings = GeneratorSettings(worker="tuned", speakers=speakers, model=str(self.base), batch_size=2)
        self.backend = transformers.build(self.settings, home)
        self.good = self.announced("good", home / "good")
        self.take_up(self.good)
        self.said = self.says()
        assert self.said["tuned"] != self.said["base"], "they must be told apart"

    def announced(self, name: str, folder: Path) -> AdapterAnnounced:
        """With the hashes of what lies there, as whoever made it would announce it."""
        hashes: dict[str, Any] = {
            field: sha256_of(folder / file) if _is_read(folder / file) else "0" * 64
            for field, file in (("weights_sha256", WEIGHTS), ("config_sha256", CONFIG))
        }
        return adapters.announced(name, base_sha256=weights_sha256(self.base), location=str(folder), **hashes)

    def take_up(self, *announced: AdapterAnnounced) -> list[str]:
        """The reasons of those that were refused."""
        known = {adapter.name: adapter for adapter in announced}
        with capture_logs() as logs:
            NewestAdapters(self.backend, lambda: known, self.settings).keep_up()
        return [entry["reason"] for entry in logs if entry["event"] == "adapter refused"]

    def says(self) -> Mapping[str, list[str]]:
        speakers = {"base": None, "tuned": self.backend.adapters["tuned"]}
        return {name: [self._text(outcome) for outcome in self.backend.complete(CHATS, max_new_tokens=6, adapter=who)]
                for name, who in speakers.items()}  # fmt: skip

    def _text(self, outcome: Any) -> str:
        assert isinstance(outcome, Completion), outcome
        assert outcome.log_probability == outcome.log_probability, "what it says is no number"
        return outcome.text

    def holds(self, folder: Path) -> bool:
        """Whether every weight of the folder is in the network, under the adapter that speaks."""
        inside = self.backend.network.state_dict()
        key = self.backend.network.active_adapter
        return all(
            torch.equal(inside[name.replace(".weight", f".{key}.weight")], tensor.float())
            for name, tensor in load_file(folder / WEIGHTS).items()
        )


def _is_read(file: Path) -> bool:
    return file.is_file() and file.resolve().is_relative_to(file.parents[1].resolve())


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("speakers", "count"), [("base,tuned", 200), ("tuned", 60)], ids=["beside", "merged"])
def test_a_folder_of_a_stranger_is_refused_with_a_reason_or_really_serves(
    tmp_path: Path, speakers: str, count: int
) -> None:
    worker, served, draw = Worker(tmp_path, speakers), 0, random.Random(7)  # noqa: S311 (a sample, not a secret)
    (tmp_path / "hostile").mkdir()

    for kind, folder in islice(hostile(tmp_path / "good", tmp_path / "hostile", draw), count):
        adapter = worker.announced(folder.name, folder).model_copy(
            update={"changed_at": worker.good.since.replace(year=2030)}
        )
        reasons = worker.take_up(worker.good, adapter)

        if reasons:
            assert (len(reasons), bool(reasons[0])) == (1, True), kind
            assert worker.backend.adapters["tuned"] == worker.good, kind
        else:
            served += 1
            assert worker.backend.adapters["tuned"] == adapter, kind
            assert worker.holds(folder), kind
            assert worker.says()["base"] == worker.said["base"], kind
            worker.take_up(worker.good)
        assert worker.says() == worker.said, kind

    assert 0 < served < count
    assert count >= len(MUTATIONS)
