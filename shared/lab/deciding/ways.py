"""What was compared, for who has never seen it: each contestant in plain words, and how news reaches it."""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.lab.deciding.evidence import Contestant, Evidence
from shared.lab.deciding.values import Values
from shared.lab.deciding.wording import worth
from shared.lab.report.blocks import Block, Paragraph, Section, Table
from shared.lab.report.numbers import Numbers
from shared.lab.report.phrasing import listed
from shared.messages import ArmTaken
from shared.messages.contests import BASE, CAG

MEASURED, FROM_MEMORY, TAKEN_AS_WRONG = "measured", "as from memory", "taken as wrong"


@dataclass(frozen=True)
class Way:
    """A contestant in words. `models`: which spoke for it. `pending`: where its answers about news that it has not
    taken up are from: its own, those that its model gives from memory, or nobody's."""

    name: str
    words: str
    updates: str
    models: tuple[str, ...]
    pending: str


def ways(evidence: Evidence, numbers: Numbers, without_memory: Sequence[str]) -> list[Way]:
    """One for each contestant, in the order of the evidence."""
    provenance = numbers.provenance
    arms = {arm.name: arm for arm in provenance.contest.arms}
    made = []
    for one in evidence.contestants:
        arm = arms.get(one.name, ArmTaken(name=one.name))
        models = tuple(sorted({voice.model for voice in provenance.voices if voice.arm == one.name}))
        made.append(Way(one.name, in_words(arm, list(arms.values())), _updates(arm, one), models,
                        _pending(arm, without_memory)))  # fmt: skip
    return made


def in_words(arm: ArmTaken, among: Sequence[ArmTaken]) -> str:
    """Who speaks, from what, and what it is shown; names of tracks and recipes only where there are several."""
    tracks = {other.speaker for other in among if other.is_tuned}
    searches = {other.context for other in among if other.searches}
    said = "the model as it is" if arm.speaker == BASE else "the model after training on the news"
    if arm.is_tuned and len(tracks) > 1:
        said += f" (adapter {arm.speaker})"
    if arm.is_tuned and arm.strength < 1:
        said += f" at {100 * arm.strength:.0f} % of its strength"
    said += f", {_context(arm, several=len(searches) > 1)}"
    return f"{said}; its prompt shows by examples how to answer" if arm.shows_examples else said


def section(described: Sequence[Way], values: Values) -> Section:
    """A table, and what worth and news are taken to be."""
    rows = [[way.name, way.words, way.updates] for way in described]
    models = sorted({model for way in described for model in way.models})
    blocks: list[Block] = [
        Paragraph(
            "A language model that answers questions about news can look the news up when it is asked, or learn it "
            "beforehand by training. Each way below answered the same questions, and what came of that is the base "
            "of this page."
        ),
        Table("Who competed", ["way", "what it is", "how an update reaches it"], rows),
        Paragraph(
            f"Worth counts a right answer as {worth(values.right)}, a wrong one as {worth(values.wrong)} and a "
            f"declined one as {worth(values.silent)}, less what waiting and the machine cost; you set these numbers. "
            f"An update is a document that is published, corrected or retracted."
            + (f" Spoke: {listed(models)}." if models else "")
        ),
    ]  # fmt: skip
    return Section("The ways that were compared", "ways", blocks)


def _context(arm: ArmTaken, *, several: bool) -> str:
    if not arm.reads:
        return "from memory"
    if arm.context == CAG:
        return "with the newest news in its prompt, as much as fits, the same for every question"
    return "with passages that a search found" + (f" (search {arm.context})" if several else "")


def _updates(arm: ArmTaken, one: Contestant) -> str:
    if one.updating.by_training:
        return "what it reads at once, the model itself by the next training" if arm.reads else "by the next training"
    return "as soon as it is stored" if arm.reads else "never: it knows what the model knew before"


def _pending(arm: ArmTaken, without_memory: Sequence[str]) -> str:
    if arm.is_tuned or not arm.reads:
        return MEASURED
    return TAKEN_AS_WRONG if arm.name in without_memory else FROM_MEMORY
