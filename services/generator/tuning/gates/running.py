"""All gates of one new adapter: base, the adapter before and the new one answer the same questions."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from services.generator.answer_prompt import Prompt, neutral
from services.generator.ports import Backend
from services.generator.tuning.data.dataset import Dataset
from services.generator.tuning.gates import asking, judging, probes
from services.generator.tuning.gates.asking import Sums, Text
from services.generator.tuning.gates.judging import Measure
from services.generator.tuning.gates.plan import Gate, GatePlan, Speaker
from services.generator.tuning.gates.probes import Probe
from shared.jobs.events import Write
from shared.jobs.tuning import GateAsked
from shared.messages import AdapterAnnounced, GateResult

Ask = Callable[[asking.Speaker], Sums]
Measured = Mapping[str, Sums]
Who = Literal[Speaker, "new"]


@dataclass(frozen=True)
class GateQuestions:
    """One gate with what it asks."""

    gate: Gate
    measure: Measure
    ask: Ask
    count: int


@dataclass(frozen=True)
class GateRunner:
    """The model on which an adapter is tried: with the prompt and the answer length that the arms have."""

    backend: Backend
    prompt: Prompt
    longest: int
    say: Write

    def run(
        self,
        adapter: AdapterAnnounced,
        previous: AdapterAnnounced | None,
        asked: Sequence[GateQuestions],
        unmeasured: str,
    ) -> tuple[GateResult, ...]:
        """Every gate's result. Raises ValueError or OSError where an adapter cannot be taken up."""
        speakers = 2 if previous is None else 3
        others: dict[Speaker, Measured] = {"base": self._measure(None, "base", asked, (1, speakers))}
        if previous is not None:
            others["previous"] = self._measure(previous, "previous", asked, (2, speakers))
        new = self._measure(adapter, "new", asked, (speakers, speakers))
        return tuple(
            judging.judged(
                questions.gate,
                questions.measure,
                new[questions.measure.name],
                {speaker: measured[questions.measure.name] for speaker, measured in others.items()},
                previous=previous.name if previous else "",
                unmeasured=unmeasured,
            )
            for questions in asked
        )

    def _measure(
        self, adapter: AdapterAnnounced | None, who: Who, asked: Sequence[GateQuestions], turn: tuple[int, int]
    ) -> Measured:
        """What one speaker is worth; `turn` is its place among all and their number. Said is what is asked next."""
        if adapter is not None:
            self.backend.take_up(adapter)
        speaker = asking.Speaker(self.backend, adapter, self.prompt, self.longest)
        place, speakers = turn
        measured = {}
        for number, questions in enumerate(asked, start=1 + (place - 1) * len(asked)):
            name, of = questions.measure.name, speakers * len(asked)
            self.say(GateAsked(gate=name, speaker=who, asked=questions.count, number=number, of=of))
            measured[name] = questions.ask(speaker) if questions.count else {}
        return measured


def asked_of(plan: GatePlan, dataset: Dataset, older: Sequence[Probe]) -> list[GateQuestions]:
    """The gates with their questions. Raises ValueError where a set of one's own cannot be read."""
    general = probes.read(Path(plan.general_set)) if plan.general_set else probes.packaged("general")
    unanswerable = (
        probes.read(Path(plan.unanswerable_set)) if plan.unanswerable_set else probes.packaged("unanswerable")
    )
    return [
        _right("learned", plan.learned, probes.learned(dataset), "share of learned facts right"),
        _right("older", plan.older, list(probes.still_true(older, dataset)), "share of older facts right"),
        _right("general", plan.general, general, "share of general questions right"),
        _abstaining(plan.abstention, [*probes.declined(dataset), *unanswerable]),
        _perplexity(plan, dataset),
    ]


def kept(dataset: Dataset, older: Sequence[Probe]) -> list[Probe]:
    """What later adapters are to be tried with: this one's facts and those of the adapters before it."""
    return [*probes.learned(dataset), *probes.still_true(older, dataset)]


def _right(name: str, gate: Gate, pool: Sequence[Probe], says: str) -> GateQuestions:
    chosen = probes.drawn(pool, gate.questions)
    return GateQuestions(
        gate, Measure(name, says, probes.clusters(chosen)), lambda speaker: speaker.right(chosen), len(chosen)
    )


def _abstaining(gate: Gate, pool: Sequence[Probe]) -> GateQuestions:
    chosen = probes.drawn(pool, gate.questions)
    measure = Measure("abstention", "share of unanswerable questions declined", probes.clusters(chosen))
    return GateQuestions(gate, measure, lambda speaker: speaker.abstains(chosen), len(chosen))


def _perplexity(plan: GatePlan, dataset: Dataset) -> GateQuestions:
    texts = list(_texts(dataset, plan))
    clusters: Mapping[str, str] = {text.key: text.key for text in texts}
    measure = Measure("perplexity", "perplexity of held-out news", clusters, perplexity=True)
    return GateQuestions(plan.perplexity, measure, lambda speaker: speaker.surprise(texts), len(texts))


def _texts(dataset: Dataset, plan: GatePlan) -> Iterator[Text]:
    """The beginning of each held-out document."""
    documents = [document for document in dataset.held_out if document.text.strip()]
    for document in sorted(documents, key=lambda document: document.revision.document_id)[: plan.perplexity.questions]:
        words = neutral(" ".join(document.text.split()[: plan.text_words]))
        yield Text(document.revision.document_id, document.revision.title, words)
