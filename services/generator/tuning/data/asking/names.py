"""What a name is of, as far as its words and how the documents speak of it tell: a person, a place, a firm, a body.

A name that two kinds are told of about as often is of none, and so is one that nothing is told of.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

from services.generator import evidence
from services.generator.tuning.data.asking.finite_verbs import AUXILIARIES, HAVE, PREPOSITIONS
from services.generator.tuning.data.asking.gaps import PLACES, is_coordinated, is_whole
from services.generator.tuning.data.asking.vocabulary import words as words_of
from services.generator.tuning.data.mentions import Mention, mentions

MOST_WORDS = 3
"""Of a person or a town; longer runs of capitals are headlines."""
HEADS = ("firms", "bodies", "sites", "landmarks", "regions")
_OF_HEAD = {word: head for head in HEADS for word in words_of(head)}
_TITLES, _TELLING, _TOWNS = words_of("titles"), words_of("telling"), words_of("towns")
_ROLES = {
    word: kind
    for kind, of in (("person", "persons"), ("firms", "organisations"), ("town", "towns"))
    for word in words_of(of)
}
_BEHIND = PREPOSITIONS | AUXILIARIES | HAVE | words_of("ends_of_phrases")
_AGE = re.compile(r", (?:\d\d,|who |whose )")
_POSSESSIVE = re.compile(r"['\u2019]s?$")
Kind = tuple[str, ...]


class Kinds:
    """Kinds of the names of some texts."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._told: dict[str, Counter[str]] = defaultdict(Counter)
        self._times: Counter[str] = Counter()
        self._with_article: Counter[str] = Counter()
        speaking: Counter[str] = Counter()
        for text in texts:
            speaking.update(self._listen(text))
        first_names = {name.split()[0] for name in self._told if " " in name and self._is(name, "person")}
        for name, times in speaking.items():
            if name.split()[0] in first_names:
                self._told[name]["person"] += times
        for last in {name.split()[-1] for name in [*self._told] if " " in name and self._is(name, "person")}:
            self._told[last]["person"] += 1

    def _listen(self, text: str) -> Iterator[str]:
        """Counts what a text says of its names; gives those of two words or more that speak.

        A full name is a person's where the last name speaks alone, as Marr does where Edith Marr came before.
        """
        last_names, full_names = set(), set()
        for sentence in evidence.sentences(text):
            opening = sentence.split(maxsplit=2)
            if opening[1:] and opening[1] in _TELLING:
                last_names.add(opening[0])
            for mention in mentions(sentence):
                if mention.kind == "entity":
                    name = _plain(mention.text)
                    self._times[name] += 1
                    self._with_article[name] += sentence[: mention.start].endswith(("the ", "The "))
                    if kind := _told(sentence, mention):
                        self._told[name][kind] += 1
                    if " " in name:
                        full_names.add(name)
                    if _speaks(sentence, mention):
                        last_names.add(name)
        for name in full_names:
            self._told[name]["person"] += name.split()[-1] in last_names
        yield from sorted(full_names & last_names)

    def of(self, sentence: str, mention: Mention) -> Kind | None:
        """What a name in a sentence is of; names of one kind can stand in each other's place.

        None where nothing tells, of a part of a longer name or noun, and of one with its title or its possessive.
        """
        name = mention.text
        if is_coordinated(sentence, mention) or _plain(name) != name or _says_which(sentence, mention):
            return None
        article = "the" if 2 * self._with_article[name] > self._times[name] else ""
        words = name.split()
        if len(words) > 1 and (words[-1] in _OF_HEAD or "&" in words):
            head = _OF_HEAD.get(words[-1], "firms")
            return (head, "" if head == "firms" else words[-1], article)
        if len(words) > MOST_WORDS or article or words[0] in _OF_HEAD or not all(map(_is_spelled_out, words)):
            return None
        if self._is(name, "person"):
            return ("person", "full" if len(words) > 1 else "last")
        if self._is(name, "town") and 3 * self._told[name]["town"] >= self._times[name]:
            return ("town",)
        return ("firms", "", "") if self._is(name, "firms") else None

    def _is(self, name: str, kind: str) -> bool:
        """Whether two thirds of what is told of a name say so."""
        told = self._told[name]
        return 0 < 2 * told.total() <= 3 * told[kind]


def _says_which(sentence: str, mention: Mention) -> bool:
    """Whether a name stands before a noun, as in Ostrel officials and the 2019 Ostrel champion."""
    following = sentence[mention.end :].split(maxsplit=1)
    is_plural = bool(following) and following[0].endswith("s") and following[0] not in _BEHIND
    return is_plural or sentence[: mention.start].rstrip()[-1:].isdigit()


def _plain(name: str) -> str:
    """Without a possessive, and without a title before it."""
    words = _POSSESSIVE.sub("", name).split()
    while len(words) > 1 and words[0] in _TITLES:
        words = words[1:]
    return " ".join(words)


def _told(sentence: str, mention: Mention) -> str | None:
    """What the words beside a name say that it is of."""
    before, behind = sentence[: mention.start].split()[-2:], sentence[mention.end :]
    previous = before[-1].rstrip(".") if before else ""
    if previous in _TITLES or mention.text.split()[0] in _TITLES or _AGE.match(behind):
        return "person"
    if previous in _ROLES:
        return _ROLES[previous]
    if len(before) > 1 and before[1] == "of" and before[0] in _TOWNS:
        return "town"
    is_there = previous in PLACES and is_whole(behind) and not behind.startswith(("'", "\u2019", "-"))
    return "town" if is_there else None


def _speaks(sentence: str, mention: Mention) -> bool:
    """Whether somebody of that name says something: Marr said, and said Marr."""
    behind = sentence[mention.end :].split(maxsplit=1)
    before = sentence[: mention.start].split()
    return (bool(behind) and behind[0].rstrip(",.:") in _TELLING) or before[-1:] in (["said"], ["says"])


def _is_spelled_out(word: str) -> bool:
    """A word as names are written, not one in capitals."""
    return word.replace("-", "").isalpha() and not word.isupper()
