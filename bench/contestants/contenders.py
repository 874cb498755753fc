"""Who is measured: the arms of `arms.toml`, and whatever a file in `variants/` builds.

A variant is one file with `build(setup) -> Contestant`; the file's name is the contestant's.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from bench.contestants import identity
from bench.contestants.asking import Asker, Remembering
from bench.contestants.identity import RecipeUsed
from bench.contestants.learning import Say, Track, job
from bench.contestants.library import Library
from bench.contestants.ports import Contestant, Cost, Edition
from services.generator.ports import Backend
from services.generator.settings import GeneratorSettings
from services.generator.tuning.settings import TuningSettings
from shared import plugins
from shared.contests import files
from shared.messages import Answer, Arm, Contest, Question
from shared.messages.contests import CAG

VARIANTS = "bench.contestants.variants"
ARMS = Path(__file__).with_name("arms.toml")
FIRST = Question(question_id="first", text="What is the newest of the news?")
"""Whoever asks first after news came waits until the model has read it; this one does, for the arm with a cache."""
RECIPES = {"tuned": "embedded", "continual": "embedded-continual", "cartridge": "embedded-cartridge"}
"""Of each track, where the command line names no other."""


def contest() -> Contest:
    """The arms that can be measured."""
    return files.read(ARMS)


def names() -> list[str]:
    """Everybody who can be measured."""
    return [*contest().arm_names, *plugins.names(VARIANTS)]


@dataclass
class SharedSetup:
    """What contestants share: one model, one store of news, and the folder that adapters are kept in."""

    backend: Remembering
    settings: GeneratorSettings
    library: Library
    home: Path
    folder: Path
    stream: str
    say: Say
    recipes: Mapping[str, str] = field(default_factory=lambda: RECIPES)
    seed: int | None = None
    _tracks: dict[str, Track] = field(default_factory=dict)

    @classmethod
    def around(cls, backend: Backend, settings: GeneratorSettings, library: Library, **others: object) -> "SharedSetup":
        """Over a bare backend."""
        return cls(Remembering(backend), settings, library, **others)  # type: ignore[arg-type]

    @cached_property
    def asker(self) -> Asker:
        """Puts questions to arms over this model and store."""
        return Asker(self.backend, self.settings, self.library)

    @property
    def digest(self) -> str:
        """Of what decides all contestants' answers."""
        return identity.of_setup(self.backend, self.settings, self.library.contest, self.library.settings)

    def track(self, name: str) -> Track:
        """A line of adapters, which all arms of its speaker share."""
        if name not in self._tracks:
            tuning = TuningSettings(track=name, recipe=self.recipes[name], threads=self.settings.threads)
            tuning = tuning if self.seed is None else tuning.model_copy(update={"seed": self.seed})
            made = job(tuning, self.settings, self.home, self.folder, self.say)
            self._tracks[name] = Track(made, self.backend, self.stream)
        return self._tracks[name]

    def contestant(self, name: str) -> Contestant:
        """Raises ValueError where nobody is called so."""
        for arm in self.library.contest.arms:
            if arm.name == name:
                track = self.track(arm.speaker) if arm.taken.is_tuned else None
                return ArmContestant(arm, self.asker, self.backend, track)
        if name not in plugins.names(VARIANTS):
            raise ValueError(f"nobody is called {name!r}: name some of {', '.join(names())}")
        built: Contestant = plugins.load(VARIANTS, name)(self)
        return built


@dataclass
class ArmContestant:
    """An arm of the product: it reads, or has learned, or both."""

    arm: Arm
    asker: Asker
    backend: Remembering
    track: Track | None = None

    def __post_init__(self) -> None:
        self.name, self.changes_weights = self.arm.name, self.track is not None
        self.recipe: RecipeUsed | None = self.track.recipe if self.track else None

    def update(self, edition: Edition) -> Cost:
        taken = self._taken(edition) if self.arm.taken.reads else None
        learned = self.track.learn(edition) if self.track else None
        if taken is None or learned is None:
            return taken or learned or Cost(0.0)
        return Cost(
            taken.seconds + learned.seconds, learned.tokens, taken.held_bytes + learned.held_bytes, learned.peak_mib
        )

    def _taken(self, edition: Edition) -> Cost:
        """News in the store and, of an arm that has them in its model's cache, there."""
        taken = self.asker.library.take(edition)
        if self.arm.context != CAG:
            return taken
        backend, started = self.backend, time.perf_counter()
        computed = backend.computed_tokens
        self.asker.ask(self.arm, [FIRST])
        seconds = time.perf_counter() - started
        return Cost(taken.seconds + seconds, backend.computed_tokens - computed, backend.cached_bytes)

    def catch_up(self, edition: Edition) -> None:
        self.update(edition)

    def answer(self, questions: Sequence[Question]) -> list[Answer]:
        if self.track:
            self.track.speak()
        return self.asker.ask(self.arm, questions)
