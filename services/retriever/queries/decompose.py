"""A question that asks several things, taken apart by rules: the whole first, then each of its questions.

It is parted where a question or a clause ends, and at an "and" that opens another question; in a language whose
question words are not listed here, at the signs alone.
"""

import re
from collections.abc import Iterator

from services.retriever import words
from services.retriever.ports import Knowledge, Rephrase
from services.retriever.settings import RetrieverSettings

FEWEST_WORDS = 3
_ENDS = r"[?\uff1f\u061f\u037e;\uff1b\u061b\u0964\u3002\n]+"
_AND = "and|or|but|und|oder|et|ou|y|o"
_OPENING = (
    "who|whom|whose|what|which|when|where|why|how|is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|"
    "wer|wen|wem|wann|wo|warum|wie|welche[rsmn]?|qui|que|quoi|quand|où|pourquoi|comment|quel(?:le)?s?|"
    "quién(?:es)?|qué|cuándo|dónde|cómo|cuál(?:es)?|cuánt[oa]s?"
)
_PARTING = re.compile(rf"{_ENDS}|(?<!\s)\s++(?:{_AND})\s++(?=(?:{_OPENING})\b)", re.IGNORECASE)


def build(_: Knowledge, settings: RetrieverSettings) -> Rephrase:
    """At most `decompose_most` queries; never none."""
    return lambda text, _: list(dict.fromkeys([text, *parts(text)]))[: settings.decompose_most]


def parts(text: str) -> Iterator[str]:
    """The questions inside one; a part of less than three words (in Chinese, signs) says too little by itself."""
    stripped = [part.strip(" \t,") for part in _PARTING.split(text)]
    enough = [part for part in stripped if len(words.spaced(part).split()) >= FEWEST_WORDS]
    if len(enough) > 1:
        yield from enough
