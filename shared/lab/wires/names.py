"""Invented names, built from syllables by how they sound; no two in a wire are alike but those that are meant to be."""

import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from shared.lab.wires.draw import Draw
from shared.lab.wires.kind import vocabulary
from shared.lab.wires.values import Person

CULTURES = Path(__file__).parent / "cultures.toml"
LONGEST = 13
SPOKEN = 3
SHORTEST_ALONE = 6
"""Letters of a given name that stands alone: shorter ones are often somebody's."""
KNOWN = frozenset(
    [
        "adebayo",
        "adewale",
        "amanda",
        "brenda",
        "carmelo",
        "emelia",
        "eogan",
        "giulia",
        "halina",
        "irina",
        "jonna",
        "karina",
        "lauri",
        "ludmila",
        "margrit",
        "rosalia",
        "stanislav",
        "torsten",
        "vladislav",
        "zdenek",
    ]
)
"""Given names that the syllables make and people bear."""
"""So many cultures name most of a wire's people and places."""
Syllables = Sequence[Sequence[str]]


@cache
def cultures() -> dict[str, dict[str, Syllables]]:
    parsed: dict[str, dict[str, Syllables]] = tomllib.loads(CULTURES.read_text(encoding="utf-8"))
    return parsed


class Names:
    """The names of one wire; each word is given once."""

    def __init__(self, draw: Draw) -> None:
        self._draw = draw
        self._taken = set(vocabulary())
        self._spoken = draw.shuffled(sorted(cultures()))[:SPOKEN]
        self._people: list[Person] = []

    def word(self) -> str:
        """A new word for a place or a thing."""
        return self._new("word", self._culture())

    def given(self) -> str:
        """A new given name that nobody has."""
        while True:
            name = self._built(self._draw.pick(("female", "male")), self._culture())
            if len(name) >= SHORTEST_ALONE and name.lower() not in self._taken | KNOWN:
                return self._keep(name)

    def person(self, role: str, namesake: int) -> Person:
        """Somebody new; `namesake` in a thousand bear the surname of somebody else in the wire."""
        culture, female = self._culture(), self._draw.chance(500)
        given = self._built("female" if female else "male", culture)
        while given.lower() in self._taken | KNOWN:
            given = self._built("female" if female else "male", culture)
        if self._people and self._draw.chance(namesake):
            surname = self._draw.pick(self._people).surname
        else:
            surname = self._new("surname", culture)
        person = Person(given, surname, female, role)
        if person.text in {somebody.text for somebody in self._people}:
            return self.person(role, 0)
        self._people.append(person)
        return person

    def near(self, word: str) -> str:
        """A word that begins like another and ends differently, so that they are easily mixed up; or a new one."""
        for culture in cultures().values():
            ends = [end for end in culture["word"][-1] if word.endswith(end)]
            others = [word.removesuffix(end) + other for end in ends for other in culture["word"][-1] if other != end]
            free = [other for other in others if other.lower() not in self._taken and len(other) <= LONGEST]
            if free:
                return self._keep(self._draw.pick(free))
        return self.word()

    def shared_surnames(self) -> frozenset[str]:
        """Surnames that more than one person of the wire has."""
        surnames = [person.surname for person in self._people]
        return frozenset(surname for surname in surnames if surnames.count(surname) > 1)

    def _culture(self) -> str:
        return self._draw.pick(self._spoken) if self._draw.chance(800) else self._draw.pick(sorted(cultures()))

    def _new(self, form: str, culture: str) -> str:
        while True:
            name = self._built(form, culture)
            if name.lower() not in self._taken and len(name) <= LONGEST:
                return self._keep(name)

    def _keep(self, name: str) -> str:
        self._taken.add(name.lower())
        return name

    def _built(self, form: str, culture: str) -> str:
        name = "".join(self._draw.pick(syllables) for syllables in cultures()[culture][form])
        return _eased(name)


def _eased(name: str) -> str:
    """No letter three times in a row, no double vowel at a joint that nobody would write."""
    eased = name[0]
    for letter in name[1:]:
        if letter.lower() == eased[-1].lower() and (letter in "aiouy" or eased[-2:].lower() == letter * 2):
            continue
        eased += letter
    return eased
