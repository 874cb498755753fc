"""Which of a question's choices a text names: by letter, by number from 1, or in words."""

import re
from collections.abc import Sequence

from shared import normalise

_OPENING = r"^\W*(?:(?:the\s+)?(?:correct\s+)?(?:answer|option|choice)(?:\s+is)?\s*:?\s*)?\(?(?P<label>[a-z]|\d{1,2})"
_ALONE = re.compile(_OPENING + r"[).:]?\W*$")
_LEADING = re.compile(_OPENING + r"(?:[).:]\)?|\s+[-\u2013\u2014])\s+\S")


class Choices:
    """The choices of one question, ready to be found in texts."""

    def __init__(self, choices: Sequence[str]) -> None:
        self._written = [normalise.words(choice) for choice in choices]

    def named(self, text: str) -> frozenset[int]:
        """Places of the choices that the text names, from 0; several where it is ambiguous, none where it names none.

        A text that is a choice, word for word, names it, also where that choice is "2" or "B". Else a label names
        one: alone ("B", "(2)", "the answer is c") or before more text ("B) the harbour"). Else, and beside a label
        before text, each choice names itself whose words stand in the text outside those of longer choices.
        """
        spoken, folded = normalise.words(text), text.casefold().strip()
        if spoken and spoken in self._written:
            return frozenset(place for place, words in enumerate(self._written) if words == spoken)
        if alone := _ALONE.match(folded):
            return self._labelled(alone["label"])
        leading = _LEADING.match(folded)
        labelled = self._labelled(leading["label"]) if leading else frozenset[int]()
        return labelled | self._mentioned(spoken)

    def _labelled(self, label: str) -> frozenset[int]:
        place = int(label) - 1 if label.isdecimal() else ord(label) - ord("a")
        return frozenset({place} if 0 <= place < len(self._written) else ())

    def _mentioned(self, spoken: str) -> frozenset[int]:
        """What is found is taken out, the longest first, so that "harbour" is not found in "old harbour"."""
        left, mentioned = f" {spoken} ", set()
        for words in sorted({words for words in self._written if words}, key=lambda words: (-len(words), words)):
            if f" {words} " in left:
                mentioned.add(words)
                left = left.replace(f" {words} ", " | ")
        return frozenset(place for place, words in enumerate(self._written) if words in mentioned)
