"""Questions that take two stories: one tells which town, firm or person is meant, the other says something of it."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from shared.lab.wires.grammar import asked, slots_of
from shared.lab.wires.kind import ENTITIES
from shared.lab.wires.stories import Story
from shared.lab.wires.values import Said


@dataclass(frozen=True)
class Chain:
    """`described` tells which thing is meant by the text, `asked` states the fact of it."""

    described: Story
    asked: Story
    fact: str
    text: str


def chains(stories: Sequence[Story]) -> Iterator[Chain]:
    """Every question over two of the stories that share a place, a firm or a person."""
    descriptions: dict[str, list[tuple[Story, str]]] = defaultdict(list)
    for story in stories:
        for slot, template in story.kind.describe.items():
            if _says(story, slot) and all(_says(story, other) for other in slots_of(template)):
                descriptions[story.values[slot].text].append((story, asked(template, story.values)))
    for story in stories:
        for fact, slot, template in _asking(story):
            for described, description in descriptions[story.values[slot].text]:
                if described is not story and _is_open(story, fact, described):
                    yield Chain(described, story, fact, asked(template, {slot: Said(description)}))


def _asking(story: Story) -> Iterator[tuple[str, str, str]]:
    """Facts of a story that can be asked for by one entity of it: fact, slot of the entity, template."""
    for fact in story.said:
        for slot, template in story.kind.facts[fact].multi.items():
            if _says(story, slot) and story.kind.spec(slot).type in ENTITIES:
                yield fact, slot, template


def _says(story: Story, slot: str) -> bool:
    return slot in story.kind.slots or slot in story.said


def _is_open(story: Story, fact: str, described: Story) -> bool:
    """Whether the first story leaves the answer to the second."""
    return story.values[fact].text.lower() not in described.text.lower()
