"""Which facts no pair teaches: asked about them, a trained model shows what people get who ask after other things."""

from collections.abc import Collection, Mapping, Sequence

from services.generator import evidence
from services.generator.tuning.data.asking.facts import Facts, Told
from services.generator.tuning.data.asking.wordings import LONGEST_TEXT, Asked
from services.generator.tuning.data.drawing import draw
from services.generator.tuning.data.mentions import mentions

ONE_OF = 3
"""Sentences, of which one is not taught."""
OfDocuments = Mapping[str, Sequence[Asked]]


def parted(facts: Mapping[str, Facts | None], later: Collection[str], seed: int) -> tuple[OfDocuments, OfDocuments]:
    """Document id -> facts that are taught, and the same of the others; `later` names documents that come again.

    Those are taught whole, since what an adapter says of a correction or a retraction is told by what it was taught.
    What one sentence says stays together, since a pair about a part of it tells the rest.
    """
    sentences = sorted(
        {_sentence(name, fact) for name, of in facts.items() if name not in later for fact in (of or {}).values()},
        key=lambda sentence: draw(seed, "untaught", *sentence),
    )
    untaught = {*sentences[: len(sentences) // ONE_OF]}
    taught, others = (
        {
            name: [fact for fact in (of or {}).values() if (_sentence(name, fact) in untaught) == is_out]
            for name, of in facts.items()
        }
        for is_out in (False, True)
    )
    return taught, others


def stated(told: Told) -> int:
    """How many names, numbers and dates documents state, each once a document: what somebody may ask after."""
    return sum(
        len({mention.text for sentence in evidence.sentences(text[:LONGEST_TEXT]) for mention in mentions(sentence)})
        for text in told.values()
        if text
    )


def _sentence(name: str, fact: Asked) -> tuple[str, str]:
    """A teacher does not say which sentence it asks about: all that it asks of a document stays together."""
    return name, fact.sentence
