"""The small grammar of templates: `[one|another]` is a choice, `{slot}` a value, `{slot.form}` a form of it.

A person is named in full where a text first speaks of one, and by the surname from then on. A sentence begins with a
capital, and `a` before a slot becomes `an` where it must.
"""

import re
from collections.abc import Mapping

from shared.lab.wires.draw import Draw
from shared.lab.wires.values import Person, Value

CHOICE = re.compile(r"\[([^\[\]]*)\]")
SLOT = re.compile(r"(?P<article>\b[Aa] )?\{(?P<name>\w+)(?:\.(?P<form>\w+))?\}")
FORMS = ("full", "surname", "intro", "he", "his", "him", "himself")
_PRONOUNS = {"he": ("she", "he"), "his": ("her", "his"), "him": ("her", "him"), "himself": ("herself", "himself")}
_VOWEL = re.compile(r"[AEIOUaeiouÄäÖö][a-zäö]|8|11\b|18\b")
_CONSONANT_SOUND = re.compile(r"(?:[Ee]u|[Oo]ne|[Uu]ni)")
_SPACES = re.compile(r" {2,}")


def chosen(template: str, draw: Draw, *, together: bool = False) -> str:
    """A template in which every choice is made, the inner ones first.

    Where choices go `together`, those with equally many options take the same one: the second of each, say.
    """
    made: dict[int, int] = {}
    while match := CHOICE.search(template):
        options = match[1].split("|")
        place = made.setdefault(len(options), draw.below(len(options))) if together else draw.below(len(options))
        template = template[: match.start()] + options[place] + template[match.end() :]
    return _SPACES.sub(" ", template).replace(" ,", ",").replace(" .", ".").strip()


def slots_of(template: str) -> set[str]:
    """The names of the values that a template speaks of."""
    return {match["name"] for match in SLOT.finditer(template)}


class Writer:
    """Fills the templates of one text in their order, and remembers who was named."""

    def __init__(self, values: Mapping[str, Value]) -> None:
        self._values = values
        self._named: set[str] = set()

    def write(self, template: str) -> str:
        """One sentence or more, without choices left in it."""
        return capitalised(SLOT.sub(self._fill, template))

    def _fill(self, match: re.Match[str]) -> str:
        value = self._values[match["name"]]
        written = self._person(value, match["form"] or "") if isinstance(value, Person) else value.text
        if not match["article"]:
            return written
        return f"{match['article'][0]}{'n' if _needs_an(written) else ''} {written}"

    def _person(self, person: Person, form: str) -> str:
        if form in _PRONOUNS:
            return _PRONOUNS[form][0 if person.female else 1]
        if form == "surname" or (form != "full" and person.text in self._named):
            return person.surname
        self._named.add(person.text)
        return f"the {person.role} {person.text}" if form == "intro" else person.text


def asked(template: str, values: Mapping[str, Value]) -> str:
    """A question or a description, in which everybody is named in full."""
    written = SLOT.sub(lambda match: f"{match['article'] or ''}{values[match['name']].text}", template)
    return capitalised(written) if written.endswith(("?", ".")) else written


def capitalised(sentence: str) -> str:
    """The first letter a capital, also behind an opening quotation mark."""
    match = re.search(r"\w", sentence)
    return sentence if match is None else sentence[: match.start()] + match[0].upper() + sentence[match.end() :]


def _needs_an(word: str) -> bool:
    return bool(_VOWEL.match(word)) and not _CONSONANT_SOUND.match(word)
