"""The news that is sent: texts in which every chunk says of which document and revision it is.

A document has a name that stands in no other document. Each of its revisions has a mark that stands in no other
revision, in its title and in each of its sentences, so that whoever reads a passage knows what it was cut from.
"""

from dataclasses import dataclass
from random import Random
from typing import Any

from bench.cluster.faulting.partitioner import partition_of

SENTENCES = (
    "The pilots of {name} asked the harbour office for {thing} under the mark {mark}.",
    "Under {mark} the office gave {name} a berth beside the {thing} for {number} days.",
    "A {thing} of {name} was seen at quay {number}, and the paper for it is {mark}.",
    "Whoever looks for {name} finds it by {mark} behind {number} loads of {thing}.",
    "The {thing} cost {name} {number} crowns, which {mark} puts down to the wind.",
)
THINGS = (
    "timber", "salt", "lamps", "rope", "barley", "slate", "copper", "glass", "wool", "tar", "paper", "coal", "pears",
    "sails", "bricks", "herring", "seed", "honey", "bells", "looms", "clocks", "chalk", "boots", "ink", "nets",
)  # fmt: skip
CONSONANTS, VOWELS = "bdfgklmnprst", "aeiou"
FEWEST, MOST = 6, 16
"""Sentences of a text: two to five chunks of 48 words."""


@dataclass
class Story:
    """A document as it was sent last. `mark` is empty while it is retracted."""

    document_id: str
    name: str
    published: int = 0
    mark: str = ""
    message: dict[str, Any] | None = None


def word(draw: Random, syllables: int) -> str:
    """A word that can be spoken and that nobody uses."""
    return "".join(draw.choice(CONSONANTS) + draw.choice(VOWELS) for _ in range(syllables))


class Newsroom:
    """Makes documents and questions, in an order that its seed gives. `run` keeps ids of two runs apart."""

    def __init__(self, run: str, seed: int) -> None:
        self._run, self._draw = run, Random(seed)  # noqa: S311 (a measurement must come out the same)
        self._used: set[str] = set()
        self._asked = self._begun = 0

    def begin(self, partition: int | None = None, partitions: int = 1) -> Story:
        """A new document that was not sent yet; where a partition is named, of an id that lies there."""
        while True:
            self._begun += 1
            name = self._new(5)
            document_id = f"{self._run}-{self._begun}-{name}"
            if partition is None or partition_of(document_id.encode(), partitions) == partition:
                return Story(document_id, name)

    def revise(self, story: Story) -> dict[str, Any]:
        """The document with a text that it never had before."""
        story.mark, story.published = self._new(6), story.published + 1
        sentences = [self._sentence(story) for _ in range(self._draw.randint(FEWEST, MOST))]
        title = f"What {story.name} brings ({story.mark})"
        story.message = {"document_id": story.document_id, "title": title, "text": " ".join(sentences)}
        return story.message

    def retract(self, story: Story) -> dict[str, Any]:
        story.mark, story.message = "", None
        return {"document_id": story.document_id, "op": "retract"}

    def ask(self, story: Story, partition: int | None = None, partitions: int = 1) -> dict[str, Any]:
        """A question that only this document answers; an echo answers it with a passage."""
        while True:
            self._asked += 1
            question_id = f"{self._run}-q{self._asked}"
            if partition is None or partition_of(question_id.encode(), partitions) == partition:
                return {
                    "question_id": question_id, "text": f"What is said of {story.name}?", "references": [story.name],
                    "slice": "faults", "deadline_s": 3600.0,
                }  # fmt: skip

    def _new(self, syllables: int) -> str:
        while (made := word(self._draw, syllables)) in self._used:
            pass
        self._used.add(made)
        return made

    def _sentence(self, story: Story) -> str:
        pattern, thing = self._draw.choice(SENTENCES), self._draw.choice(THINGS)
        return pattern.format(name=story.name, mark=story.mark, thing=thing, number=self._draw.randint(2, 99))
