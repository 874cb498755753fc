"""Numbers in a text, in digits as English writes them and in English words."""

import math
import re
from collections.abc import Iterator

_UNITS = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19,
}  # fmt: skip
_TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}
_POWERS = {"thousand": 1e3, "million": 1e6, "mn": 1e6, "billion": 1e9, "bn": 1e9, "trillion": 1e12, "tn": 1e12}
_TOKEN = re.compile(
    r"(?P<digits>(?:(?<![\w.,)])[-\u2212](?=\d))?(?<!\w)(?:\d{1,3}(?:[,'\u2019\u00a0\u2007\u2009\u202f]\d{3})+(?!\d)|\d+)(?:\.\d+)?)"
    r"|(?P<word>[^\W\d_]+)|(?P<stop>[^\s\w-])"
)


def numbers(text: str) -> Iterator[float]:
    """The finite numbers of a text, in order.

    Commas, apostrophes and narrow spaces group thousands, a point begins decimals, `3.7 million`, `2bn` and `two
    hundred and five` are one number each, an ordinal such as 3rd counts as its number.
    Letters right before digits (N7) make a name.
    """
    reading = _Reading()
    for token in _TOKEN.finditer(text.casefold()):
        if token["digits"]:
            yield from reading.end()
            reading.start(float(re.sub(r"[^\d.\u2212-]", "", token["digits"]).replace("\u2212", "-")))
        elif not (token["word"] and reading.takes(token["word"])):
            yield from reading.end()
            if token["word"]:
                reading.takes(token["word"])
    yield from reading.end()


class _Reading:
    """One number while it is read: what is complete below the next power, and what has been said since."""

    def __init__(self) -> None:
        self._whole: float | None = None
        self._part: float | None = None
        self._room = math.inf  # what comes next must be smaller

    def start(self, value: float) -> None:
        self._part, self._room = value, 0.0

    def end(self) -> Iterator[float]:
        """The number, if one was begun; the next begins."""
        if self._whole is not None or self._part is not None:
            value = (self._whole or 0.0) + (self._part or 0.0)
            if math.isfinite(value):
                yield value
        self._whole, self._part, self._room = None, None, math.inf

    def takes(self, word: str) -> bool:
        """Whether the word goes on with the number, or begins one where none was begun."""
        begun = self._whole is not None or self._part is not None
        if word in _UNITS:
            return self._adds(float(_UNITS[word]), room=1.0)
        if word in _TENS:
            return self._adds(float(_TENS[word]), room=10.0)
        if word == "hundred":
            return self._multiplies(100.0)
        if word in _POWERS:
            return self._rises(_POWERS[word])
        return begun and word == "and" and self._room >= 100.0

    def _adds(self, value: float, *, room: float) -> bool:
        if not value < self._room or (value == 0 and self._part is not None):
            return False
        self._part, self._room = (self._part or 0.0) + value, room
        return True

    def _multiplies(self, by: float) -> bool:
        if self._part is not None and abs(self._part) >= by:
            return False
        self._part, self._room = (1.0 if self._part is None else self._part) * by, by
        return True

    def _rises(self, power: float) -> bool:
        if self._part is None and self._whole is not None:
            return False
        self._whole = (self._whole or 0.0) + (1.0 if self._part is None else self._part) * power
        self._part, self._room = None, power
        return True
