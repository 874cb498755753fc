"""Which of a question's choices a text names: in words, by letter, or by number from 1."""

import re
import unicodedata
from collections.abc import Sequence

from shared import normalise

VERSION = f"naming-3:words-{normalise.VERSION}"  # part of the versions of measures
_ANSWER = r"(?:the\s+)?(?:(?:correct|right|best)\s+)?answer\b(?:\s+is\b)?\s*(?::|[-\u2013\u2014](?=\s))?\s*"
_PLACE = r"(?:the\s+)?(?:(?:correct|right|best)\s+)?(?:option|choice)(?:\s+is)?\s*:?\s*"
_OPENING = re.compile(rf"^[^\w+\-\u2212]*(?:{_ANSWER})?", re.IGNORECASE)
_LABEL = rf"^[\s*_\"'(\[]*(?P<place>{_PLACE})?[\s*_\"'(\[]*(?P<label>[a-z]|\d{{1,2}})"
_ALONE = re.compile(_LABEL + r"[).:\]]?\W*$")
_LEADING = re.compile(_LABEL + r"(?:[).:\]][)*_]*|[*_]*\s+[-\u2013\u2014])\s+(?P<rest>\S.*)", re.DOTALL)
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_AROUND = " \t\n.,:;!?\"'()[]*_\u201c\u201d\u2018\u2019\u3002"


class Choices:
    """The choices of one question, ready to be found in texts."""

    def __init__(self, choices: Sequence[str]) -> None:
        self._choices = choices
        self._written = [normalise.words(choice) for choice in choices]

    def named(self, text: str) -> frozenset[int]:
        """Places of the choices that the text names, from 0; several where it is ambiguous, none where it names none.

        A text that is a choice, with or without "the answer is" before it, names it, also where that choice is "2" or
        "B". Else a label names one: alone ("B", "(2)", "option 2", "the answer is c") or before its own choice ("B) the
        harbour"). Else, and beside a label before other text, each choice names itself whose words stand in the text
        outside those of longer choices.
        """
        said = _OPENING.sub("", unicodedata.normalize("NFKC", text).strip())
        if places := self.exactly(text) or self.exactly(said):
            return places
        if alone := _ALONE.match(self._behind_a_word(said).casefold()):
            return self._labelled(alone)
        leading = _LEADING.match(said.casefold())
        if not leading:
            return self._mentioned(text)
        place = self._at(leading["label"])
        return (
            place
            if place and place <= self.exactly(leading["rest"])
            else self._labelled(leading) | self._mentioned(text)
        )

    def _behind_a_word(self, said: str) -> str:
        """What follows one word and a colon, as in "Antwort: B", unless that word is a choice."""
        word, colon, rest = said.partition(":")
        is_said = bool(colon) and len(word.split()) == 1 and len(word.strip()) > 1 and not re.search(r"\d", word)
        return rest.strip() if is_said and not self._mentioned(word) else said

    def exactly(self, text: str) -> frozenset[int]:
        """The choices that a text is: sign for sign, as -2 and 2 have the same words, else word for word."""
        signs, words = _signs(text), normalise.words(text)
        alike = frozenset(place for place, choice in enumerate(self._choices) if signs and _signs(choice) == signs)
        return alike or frozenset(place for place, written in enumerate(self._written) if words and written == words)

    def _at(self, label: str) -> frozenset[int]:
        """The place that a label stands for, if there is such a choice."""
        place = int(label) - 1 if label.isdecimal() else ord(label) - ord("a")
        return frozenset({place} if 0 <= place < len(self._written) else ())

    def _labelled(self, match: re.Match[str]) -> frozenset[int]:
        """What a label names. A number may be said for the one choice that holds it ("2" for "2 hours"); where choices
        are numbers, another number is no place among them, and likewise with letters, unless "option" is said."""
        label = match["label"]
        if match["place"]:
            return self._at(label)
        holding = frozenset(place for place, words in enumerate(self._written) if label in words.split())
        if label.isdecimal() and len(holding) == 1:
            return holding
        return frozenset() if any(_alike(words, label) for words in self._written) else self._at(label)

    def _mentioned(self, text: str) -> frozenset[int]:
        """What is found is taken out, the longest first, so that "harbour" is not found in "old harbour"."""
        left, mentioned = f" {normalise.words(text)} ", set()
        for words in sorted({words for words in self._written if words}, key=lambda words: (-len(words), words)):
            if f" {words} " in left:
                mentioned.add(words)
                left = left.replace(f" {words} ", " | ")
        candidates = [place for place, words in enumerate(self._written) if words in mentioned or not mentioned]
        return frozenset(place for place in candidates if normalise.occurs(self._choices[place], text))


def _signs(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().replace("\u2212", "-").strip(_AROUND)


def _alike(words: str, label: str) -> bool:
    """Whether a choice is of the label's kind: a number, or a single letter."""
    return _NUMBER.fullmatch(words) is not None if label.isdecimal() else len(words) == 1 and words.isalpha()
