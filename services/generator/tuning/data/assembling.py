"""From documents and pairs to a dataset: choose, split, build, hold out, cap."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from services.generator.tuning.data import caps, carrying, checking, losses, split, unlearning
from services.generator.tuning.data.checking import Earlier, Supplied
from services.generator.tuning.data.choosing import Choice, choose
from services.generator.tuning.data.dataset import Dataset
from services.generator.tuning.data.drawing import draw, kept
from services.generator.tuning.data.example import Example, LeftOut
from services.generator.tuning.data.material import Chunks, Material, Previous, Serving, as_example
from services.generator.tuning.data.nearest import Nearest
from services.generator.tuning.data.plan import BUILDERS, DataPlan, Stage
from services.generator.tuning.data.teaching import Teacher
from services.generator.tuning.data.wordings import normal
from shared import plugins
from shared.messages import TrainingPair
from shared.stored import StoredDocument

TWICE, PROBE, CAPPED = "example twice", "example in a wording held out for a probe", "example above its source's limit"
SUPPLIED = Supplied()
Step = Callable[[list[Example]], list[Example]]


@dataclass(frozen=True)
class Assembly:
    """What a dataset is made with: the plan, how serving shows things, and where chunks and a teacher come from.

    `earlier` reads what documents said before.
    """

    plan: DataPlan
    serving: Serving
    chunks: Chunks
    previous: Previous | None = None
    teacher: Teacher | None = None
    earlier: Earlier = lambda _: {}

    def dataset(
        self,
        documents: Iterable[StoredDocument],
        pairs: Sequence[TrainingPair],
        cutoff: datetime | None = None,
        supplied: Supplied = SUPPLIED,
    ) -> Dataset:
        """The dataset of these documents and pairs.

        Time is when a document was first seen; without a cutoff it is that of the newest document learned. Raises
        ValueError where nothing is left to learn, or nothing of a file's pairs.
        """
        choice = choose(documents, self.plan, cutoff, self.previous)
        checked = checking.checked(pairs, choice, self.earlier, supplied.replaced)
        losses.require_learned(choice, checked, pairs[: supplied.of_file])
        training, validating = (self._material(choice, checked.pairs, held_out=held_out) for held_out in (False, True))
        stages = self.plan.builders if training.pairs else self.plan.without_pairs
        lost = losses.lost(choice, pairs, checked, supplied)
        examples, probes = self._split(training, stages, choice, lost)
        if not examples:
            raise ValueError(losses.nothing(choice, lost))
        used = sorted({identifier for example in examples for identifier in example.document_ids})
        revisions = tuple(choice.learnable[identifier].revision for identifier in used)
        made = Dataset(
            examples=tuple(examples),
            revisions=revisions,
            cutoff=cutoff or max(of.first_seen_at for of in revisions),
            left_out=dict(lost),
            validation=tuple(_once(self._built(validating, stages, Counter()))),
            probes=tuple(probes),
            texts=tuple(choice.learnable[identifier].text for identifier in used),
            held_out=tuple(choice.taught(choice.learnable, held_out=True).values()),
            documents_left_out=choice.left_out(),
            pairs=checking.report(pairs, checked, training.pairs, choice) if pairs else None,
        )
        return made if self.previous is None else self._after(self.previous, made, choice, training.pairs)

    def _after(self, before: Previous, made: Dataset, choice: Choice, pairs: Sequence[TrainingPair]) -> Dataset:
        """The dataset with what is to be said of the adapter before."""
        return replace(
            made,
            previous=before.name,
            unlearn=tuple(unlearning.unlearn(before, choice.stored, choice.verdict)),
            earlier=carrying.earlier(before, made.revisions),
            carried=carrying.carried(before, choice.learnable, pairs=pairs, examples=made.examples),
        )

    def _material(self, choice: Choice, pairs: Sequence[TrainingPair], *, held_out: bool) -> Material:
        """What the builders of one side may see."""
        documents, learnable = (choice.taught(of, held_out=held_out) for of in (choice.live, choice.learnable))
        return Material(
            documents=documents,
            learnable=learnable,
            pairs=[pair for pair in pairs if pair.document_id in documents],
            serving=self.serving,
            nearest=Nearest(lambda: self.chunks([*learnable.values()])),
            known={name: of.text for name, of in choice.learnable.items()},
            seed=self.plan.seed,
            previous=None if held_out else self.previous,
            teacher=self.teacher,
        )

    def _split(
        self, training: Material, stages: Sequence[Stage], choice: Choice, lost: Counter[str]
    ) -> tuple[list[Example], list[Example]]:
        """Examples and probes. Supplied wordings are held out before a builder sees them, written ones after."""
        own = list(map(as_example, training.pairs))
        probed = self._probed(own, choice.probed, choice)
        supplied = split.probes(own, probed, self.plan.seed)
        wordings = {normal(probe.question) for probe in supplied}
        shown = [pair for pair in training.pairs if normal(pair.question) not in wordings]
        built = self._built(replace(training, pairs=shown), stages, lost)
        groups = {probe.group for probe in supplied}
        probed = self._probed([*own, *built], probed, choice)
        written = [probe for probe in split.probes(built, probed, self.plan.seed) if probe.group not in groups]
        probes = [*supplied, *written]
        steps: tuple[tuple[str, Step], ...] = (
            (PROBE, lambda examples: split.without(examples, probes)),
            (TWICE, _once),
            (CAPPED, lambda examples: caps.capped(examples, choice.learnable, self.plan)),
        )
        for why, step in steps:
            staying = step(built)
            lost.update({why: len(built) - len(staying)} if len(staying) < len(built) else {})
            built = staying
        return built, split.trained(probes, built)

    def _probed(self, examples: Sequence[Example], probed: set[str], choice: Choice) -> set[str]:
        """The documents of which wordings are held out: more than the plan's share where that gives too few probes."""
        least = self.plan.least_probes if self.plan.probe else 0
        return split.enough(examples, probed, choice.places, least)

    def _built(self, material: Material, stages: Sequence[Stage], lost: Counter[str]) -> list[Example]:
        """What the builders make in their order; each sees what those before it have made."""
        examples: list[Example] = []
        for stage in stages:
            build: Any = plugins.load(BUILDERS, stage.builder)
            built = list(build(replace(material, made=tuple(examples)), stage.options))
            lost.update(left_out.reason for left_out in built if isinstance(left_out, LeftOut))
            examples += self._chosen([example for example in built if isinstance(example, Example)], stage)
        return examples

    def _chosen(self, examples: Sequence[Example], stage: Stage) -> list[Example]:
        """The share and the number that the stage keeps."""
        seed, options = self.plan.seed, stage.options
        drawn = [example for example in examples if draw(seed, "share", example.model_dump_json()) < options.share]
        most = len(drawn) if options.at_most is None else options.at_most
        chosen = kept(drawn, most, seed=seed, name_of=Example.model_dump_json)
        wordings = Counter(example.group for example in chosen if example.group)
        wanted = options.times_a_fact
        return [
            example.model_copy(
                update={"times": -(-wanted // wordings.get(example.group, 1)) if wanted else options.times}
            )
            for example in chosen
        ]


def _once(examples: Iterable[Example]) -> list[Example]:
    """What is asked and answered alike in the same form once, in the name of all the documents that it came from."""
    first: dict[tuple[object, ...], Example] = {}
    for example in examples:
        key = example.form, normal(example.question), example.choices, example.passages, example.answer
        known = first.setdefault(key, example)
        together = tuple(dict.fromkeys([*known.document_ids, *example.document_ids]))
        first[key] = known.model_copy(update={"document_ids": together})
    return list(first.values())
