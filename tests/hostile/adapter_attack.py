"""An attack on a worker: adapter folders of strangers through the real check and load, refused or really serving."""

import traceback
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from random import Random
from shutil import rmtree
from tempfile import TemporaryDirectory
from typing import Any

from structlog.testing import capture_logs

from services.generator.adapter_files import CONFIG, WEIGHTS
from services.generator.adapters import NewestAdapters
from services.generator.hashing import sha256_of
from services.generator.ports import Chat, Completion
from services.generator.settings import GeneratorSettings
from shared.messages import AdapterAnnounced
from tests import adapters, tiny_model
from tests.hostile.adapters import hostile
from tests.hostile.clocks import Call, Clocks
from tests.hostile.figures import Measured, Say, unheard

SERVED = {"beside": "base,tuned", "merged": "tuned"}
"""Ways of serving an adapter, with who speaks."""
CHATS = [Chat("Answer briefly.", "Where is the fair?"), Chat("Answer briefly.", "Who?")]
MOST_S = 10.0
"""Processor seconds that taking up one folder may take."""
LOOKED_AT = 100


class Worker:
    """A worker that speaks with a good adapter, and what it says with it and without."""

    def __init__(self, home: Path, speakers: str) -> None:
        from services.generator.backends import transformers
        from shared.models.language import weights_sha256

        self.base = tiny_model.save(home / "tiny", width=16)
        self._base_sha256 = weights_sha256(self.base)
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
        return adapters.announced(name, base_sha256=self._base_sha256, location=str(folder), **hashes)

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
        import torch
        from safetensors.torch import load_file

        inside = self.backend.network.state_dict()
        key = self.backend.network.active_adapter
        return all(
            torch.equal(inside[name.replace(".weight", f".{key}.weight")], tensor.float())
            for name, tensor in load_file(folder / WEIGHTS).items()
        )


def _is_read(file: Path) -> bool:
    return file.is_file() and file.resolve().is_relative_to(file.parents[1].resolve())


@dataclass
class AdapterFigures(Measured):
    """What an attack came to; `kind` is a way of serving."""

    kind: str
    adapters: int = 0
    fates: Counter[str] = field(default_factory=Counter)
    longest: Call = field(default_factory=lambda: Call(0.0, 0.0))


@dataclass
class AdapterAttack:
    """On a worker that serves in one of the ways of SERVED."""

    kind: str
    seed: int

    def __call__(self, folders: int, say: Say = unheard) -> AdapterFigures:
        """So many folders, and what became of them."""
        self.figures, self._clocks = AdapterFigures(self.kind), Clocks(MOST_S)
        with TemporaryDirectory() as name:
            home = Path(name)
            (home / "hostile").mkdir()
            self._worker = Worker(home, SERVED[self.kind])
            draw = Random(self.seed)  # noqa: S311 (no secret)
            for mutation, folder in islice(hostile(home / "good", home / "hostile", draw), folders):
                self._meet(mutation, folder)
                rmtree(folder)
                if self.figures.adapters % LOOKED_AT == 0:
                    self.figures.look(self.kind, self.figures.adapters, folders, say)
        self.figures.wrong.update(f"too long: {call}" for call in self._clocks.too_long)
        self.figures.longest = self._clocks.longest.get("taking up", self.figures.longest)
        self.figures.end()
        return self.figures

    def _meet(self, mutation: str, folder: Path) -> None:
        """One folder is announced; what it is refused for, or whether it serves, and whether the good one speaks on."""
        self.figures.adapters += 1
        try:
            self._take_up(mutation, folder)
        except Exception as error:  # what is raised here would end a worker in production
            at = traceback.extract_tb(error.__traceback__)[-1]
            what = f"{type(error).__name__}: {str(error)[:200]} ({Path(at.filename).name}:{at.lineno})"
            self.figures.wrong[f"a worker ended, {mutation}: {what}"] += 1

    def _take_up(self, mutation: str, folder: Path) -> None:
        worker = self._worker
        made = worker.announced(folder.name, folder)
        adapter = made.model_copy(update={"changed_at": worker.good.since.replace(year=2030)})
        reasons = self._clocks.timed("taking up", lambda: worker.take_up(worker.good, adapter), lambda: mutation)
        if reasons:
            self.figures.fates["refused"] += 1
            self._expect(len(reasons) == 1 and bool(reasons[0]), f"refused without one reason, {mutation}")
            self._expect(worker.backend.adapters["tuned"] == worker.good, f"the good one went with it, {mutation}")
        else:
            self.figures.fates["served"] += 1
            self._expect(worker.backend.adapters["tuned"] == adapter, f"taken up and not served, {mutation}")
            self._expect(worker.holds(folder), f"it serves without some of its weights, {mutation}")
            self._expect(worker.says()["base"] == worker.said["base"], f"the base says something else, {mutation}")
            worker.take_up(worker.good)
        self._expect(worker.says() == worker.said, f"the good one says something else, {mutation}")

    def _expect(self, right: bool, wrong: str) -> None:
        if not right:
            self.figures.wrong[wrong] += 1
