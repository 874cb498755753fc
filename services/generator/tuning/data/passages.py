"""Passages for a question whose document is known: the one that answers it, and those that only look like it."""

from collections.abc import Sequence

from services.generator import evidence
from services.generator.tuning.data.drawing import generator
from services.generator.tuning.data.example import Example
from services.generator.tuning.data.material import Material
from services.generator.tuning.data.wordings import holds

Placed = tuple[str, str]  # document id and the chunk's text
NOT_REMOVED = "question whose answer cannot be taken out of its passage"
NO_DISTRACTOR = "question without a passage about something else"
LOOKED_AT = 10  # as many more as may say the answer too, or be reprints


def gold(material: Material, asked: Example) -> Placed | None:
    """The chunk of the question's document that says the answer, the likest to the question of several.

    Where no chunk says it in these words, the likest chunk; None where the document has none.
    """
    about, wanted = asked.document_ids[0], evidence.stems(asked.question)
    chunks = material.chunks.get(about, ())
    if not chunks:
        return None
    saying = [chunk for chunk in chunks if holds(chunk, asked.answer)]
    return about, max(saying or chunks, key=lambda chunk: len(wanted & evidence.stems(chunk)))


def distractors(material: Material, asked: Example, *, most: int, nearest: int) -> list[Placed]:
    """At most `most` passages of other documents that do not say the answer, drawn from the `nearest` likest."""
    about = material.origin(asked.document_ids[0])
    likest = [
        (name, chunk)
        for name, chunk in material.nearest.to(asked.question, nearest + LOOKED_AT)
        if material.origin(name) != about and not holds(chunk, asked.answer)
    ][:nearest]
    return generator(material.seed, "distractors", asked.question).sample(likest, min(most, len(likest)))


def shown(material: Material, order: Sequence[Placed], asked: Example) -> tuple[str, ...]:
    """The passages as serving shows them."""
    return material.serving.shown([chunk for _, chunk in order], asked.question)


def supports(passage: str, chunk: Placed, asked: Example) -> bool:
    """Whether a passage still says the answer, if its chunk did before it was cut."""
    return holds(passage, asked.answer) or not holds(chunk[1], asked.answer)


def without_answer(passage: str, answer: str) -> str | None:
    """The passage without the sentences that say the answer; None where none does, or too little is left."""
    sentences = evidence.sentences(passage)
    left = [sentence for sentence in sentences if not holds(sentence, answer)]
    return " ".join(left) if 1 < len(left) < len(sentences) and not holds(" ".join(left), answer) else None


def documents(asked: Example, order: Sequence[Placed]) -> tuple[str, ...]:
    """The documents behind a prompt, the one that the question is about first."""
    return tuple(dict.fromkeys([asked.document_ids[0], *(name for name, _ in order)]))
