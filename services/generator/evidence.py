"""Making chunks fit a prompt: the best ones whole, the last one cut to the sentences nearest to the question.

Prefill is what retrieval costs on a small machine (about 420 tokens a second on two cores), and a small model
reads one passage better than three. Nothing is rewritten: a passage is made of its chunk's sentences, in order.
"""

import re
from collections.abc import Sequence

from services.generator.answer_prompt import neutral
from shared import normalise

_SENTENCE = re.compile(r"(?<=[.!?\"”])\s+(?=[\"“A-Z0-9])|\n+")
_MARK = re.compile(r"\[(\d{1,3})\]")
_COMMON = frozenset(
    """a an and are as at be been by did do does for from had has have he her his how in is it its of on or she
    that the their they this to was were what when where which who whom whose why will with""".split()  # noqa: SIM905
)
LEAST = 12
CHARACTERS = 10
"""Most characters of a word in a budget: English has six, its space included; text without spaces is one long word."""


def passages(texts: Sequence[str], question: str, words: int) -> list[str]:
    """Passages of the texts, best first, until the budget of `words` words is spent; the first always stays.

    A remainder of fewer than LEAST words is not worth a passage.
    """
    shown: list[str] = []
    for text in texts:
        if shown and words < LEAST:
            break
        shown.append(passage(text, question, words))
        words -= size(shown[-1])
    return shown


def passage(text: str, question: str, words: int) -> str:
    """At most `words` words of a chunk on one line, its first line (title and date) among them; see `size`.

    Template tokens are broken, and bracketed numbers made round, so that a document can neither open a turn
    nor pretend to be another passage.
    """
    parts = sentences(text)
    kept = _nearest(parts, stems(question), words)
    line = " ".join(" ".join(parts[index] for index in sorted(kept)).split()[: max(1, words)])
    line = line[: CHARACTERS * max(LEAST, words)]
    return _MARK.sub(r"(\1)", neutral(line))


def size(text: str) -> int:
    """Words of a text, or a word for each CHARACTERS characters where that is more."""
    return max(len(text.split()), -(-len(text) // CHARACTERS))


def sentences(text: str) -> list[str]:
    """The sentences of a text, and each line of it at least one."""
    return [part.strip() for part in _SENTENCE.split(text) if part.strip()]


def _nearest(parts: list[str], wanted: set[str], words: int) -> list[int]:
    """Indexes of the first sentence and of those that share most with the question, while they fit."""
    order = sorted(range(1, len(parts)), key=lambda index: (-len(wanted & stems(parts[index])), index))
    kept, used = [0] if parts else [], size(parts[0]) if parts else 0
    for index in order:
        if used + (needed := size(parts[index])) <= words:
            kept.append(index)
            used += needed
    return kept


def stems(text: str) -> set[str]:
    """Content words cut to five letters, which takes most English endings off."""
    return {word[:5] for word in content_words(text)}


def content_words(text: str) -> list[str]:
    """The words that carry meaning, each once, in their order and without capitals."""
    return [word for word in dict.fromkeys(normalise.words(text).split()) if word not in _COMMON]
