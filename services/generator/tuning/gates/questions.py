"""What each gate asks of an adapter, and what is so where it has nothing to ask.

Whether an adapter may serve untried is decided here, gate by gate (docs/adr/0038).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from services.generator.answer_prompt import neutral
from services.generator.tuning.data.dataset import Dataset
from services.generator.tuning.gates import asking, probes
from services.generator.tuning.gates.asking import Sums, Text
from services.generator.tuning.gates.judging import Before, Unasked
from services.generator.tuning.gates.measuring import FEWEST, Measure
from services.generator.tuning.gates.plan import Gate, GatePlan
from services.generator.tuning.gates.probes import Probe

NO_FACTS = Unasked(
    "no fact of the training can be asked, since no example is a question with an answer of its own: give pairs, best "
    "in two wordings each or more",
    blocks=True,
)
FIRST = Unasked("no adapter on this base serves before it, so that there is nothing to lose", blocks=False)
NOTHING_STANDS = Unasked("nothing that the adapter before was tried with still stands", blocks=False)
EMPTY_SET = Unasked("its set of questions is empty", blocks=True)
NO_TEXT = Unasked(
    "no document is held out whole (a larger share `validation` in the recipe holds out some), and the gate general "
    "looks after the same harm",
    blocks=False,
)
NOT_TAKEN = Unasked("the model takes none of the held-out texts", blocks=True)
SWITCHED_OFF = Unasked("the recipe asks nothing here", blocks=False)


@dataclass(frozen=True)
class GateQuestions:
    """One gate with what it asks. `unasked` holds where that is nothing; `remark` says what is special about it."""

    gate: Gate
    measure: Measure
    ask: Callable[[asking.Speaker], Sums]
    count: int
    unasked: Unasked
    remark: str = ""


def asked_of(plan: GatePlan, dataset: Dataset, older: Sequence[Probe], before: Before) -> list[GateQuestions]:
    """The gates with their questions; `older` were those of the adapter `before`.

    Raises ValueError where a set of one's own cannot be read.
    """
    general = probes.read(Path(plan.general_set)) if plan.general_set else probes.packaged("general")
    unanswerable = (
        probes.read(Path(plan.unanswerable_set)) if plan.unanswerable_set else probes.packaged("unanswerable")
    )
    still = list(probes.still_true(older, dataset))
    gates = [
        _learned(plan.learned, dataset),
        _right("older", plan.older, still, "share of older facts right", _without_older(before)),
        _right("general", plan.general, general, "share of general questions right", EMPTY_SET),
        _abstaining(plan.abstention, [*probes.declined(dataset), *unanswerable]),
        _perplexity(plan, dataset),
    ]
    return [_excused(questions, plan) for questions in gates]


def kept(dataset: Dataset, older: Sequence[Probe]) -> list[Probe]:
    """What later adapters are to be tried with: this one's held-out wordings and those of the adapters before it."""
    return [*probes.learned(dataset), *probes.still_true(older, dataset)]


def _excused(questions: GateQuestions, plan: GatePlan) -> GateQuestions:
    """Where the recipe itself asks nothing, or lets what was not measured pass."""
    if not questions.gate.questions:
        return replace(questions, unasked=SWITCHED_OFF)
    excused = plan.unmeasured == "pass"
    return replace(questions, unasked=replace(questions.unasked, blocks=False)) if excused else questions


def _learned(gate: Gate, dataset: Dataset) -> GateQuestions:
    """Held-out wordings; where they are too few for any outcome to pass, questions of the training itself as well."""
    held_out = probes.drawn(probes.learned(dataset), gate.questions)
    enough = len(set(probes.facts(held_out).values())) >= FEWEST
    repeated = [] if enough else probes.drawn(probes.trained(dataset), gate.questions - len(held_out))
    says, remark = "share of learned facts right", " about facts of this training, in wordings that were held out"
    if repeated:
        how = f"{len(repeated)} of {len(held_out) + len(repeated)} asked in the very words of the training"
        says, remark = f"{says} ({how})", f" about facts of this training, {how}"
    questions = _right("learned", gate, [*held_out, *repeated], says, NO_FACTS)
    return replace(
        questions,
        measure=replace(questions.measure, clusters=probes.facts([*held_out, *repeated])),
        remark=remark,
    )


def _without_older(before: Before) -> Unasked:
    if before.lost:
        return Unasked(f"{before.name}, which serves, cannot be asked ({before.lost})", blocks=True)
    return NOTHING_STANDS if before.name else FIRST


def _right(name: str, gate: Gate, pool: Sequence[Probe], says: str, unasked: Unasked) -> GateQuestions:
    chosen = probes.drawn(pool, gate.questions)
    measure = Measure(name, says, probes.clusters(chosen))
    return GateQuestions(gate, measure, lambda speaker: speaker.right(chosen), len(chosen), unasked)


def _abstaining(gate: Gate, pool: Sequence[Probe]) -> GateQuestions:
    chosen = probes.drawn(pool, gate.questions)
    measure = Measure("abstention", "share of unanswerable questions declined", probes.clusters(chosen))
    return GateQuestions(gate, measure, lambda speaker: speaker.abstains(chosen), len(chosen), EMPTY_SET)


def _perplexity(plan: GatePlan, dataset: Dataset) -> GateQuestions:
    texts = list(_texts(dataset, plan))
    clusters: Mapping[str, str] = {text.key: text.key for text in texts}
    measure = Measure("perplexity", "perplexity of held-out news", clusters, perplexity=True)
    unasked = NOT_TAKEN if texts else NO_TEXT
    return GateQuestions(plan.perplexity, measure, lambda speaker: speaker.surprise(texts), len(texts), unasked)


def _texts(dataset: Dataset, plan: GatePlan) -> Iterator[Text]:
    """The beginning of each held-out document."""
    documents = [document for document in dataset.held_out if document.text.strip()]
    for document in sorted(documents, key=lambda document: document.revision.document_id)[: plan.perplexity.questions]:
        words = neutral(" ".join(document.text.split()[: plan.text_words]))
        yield Text(document.revision.document_id, document.revision.title, words)
