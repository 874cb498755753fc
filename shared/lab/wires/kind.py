"""A kind of story: its file in `kinds`, checked so that every wire made of it keeps its promises."""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from shared.lab.wires.grammar import slots_of

FOLDER = Path(__file__).parent / "kinds"
COMMON = Path(__file__).parent / "common.toml"
WORDINGS, TAUGHT = 6, 4
"""Of a fact's question; so many are for training, the others for testing."""
ENTITIES = ("place", "firm", "person")
"""What two stories may have in common."""
ALWAYS = frozenset({"weekday", "region"})
_SPEC = re.compile(r"(?P<type>[a-z]+)(?: (?P<low>-?\d+)\.\.(?P<high>-?\d+)(?:/(?P<step>\d+))?)?(?: ?:?(?P<rest>.*))?")
Templates = Annotated[tuple[str, ...], Field(min_length=2)]


@dataclass(frozen=True)
class Spec:
    """What a slot holds: `person:architect|engineer`, `number 40..390/10 metres`, `pick larch|oak`."""

    type: str
    low: int
    high: int
    step: int
    rest: str

    @property
    def options(self) -> Sequence[str]:
        return self.rest.split("|")


@cache
def spec(text: str) -> Spec:
    """ValueError: no such form."""
    match = _SPEC.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} says no type of value, such as `number 40..390 metres`")
    low, high, step = match["low"] or 0, match["high"] or 0, match["step"] or 1
    return Spec(match["type"], int(low), int(high), int(step), match["rest"] or "")


class Fact(BaseModel):
    """Something that a story may say: its value, sentences that say it, and wordings of the question for it.

    `multi` asks for it by one entity of the story alone, `change` are sentences of a later story with a new value.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    value: str
    sentences: Templates
    questions: Annotated[tuple[str, ...], Field(min_length=WORDINGS, max_length=WORDINGS)]
    multi: Mapping[str, str] = {}
    change: tuple[str, ...] = ()


class Kind(BaseModel):
    """A kind of story. `key` is the slot that every question about it names, `unsaid` are questions nothing answers.

    `pronouns` say what a sentence begins with instead of It, She or They where another subject stands before it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    name: str
    tags: Annotated[tuple[str, ...], Field(min_length=1, max_length=3)]
    key: str
    titles: Templates
    leads: Templates
    quotes: Templates
    fillers: Templates
    unsaid: Templates
    pronouns: Mapping[str, str] = {}
    slots: Mapping[str, str]
    describe: Mapping[str, str]
    facts: Mapping[str, Fact]

    @property
    def alone(self) -> frozenset[str]:
        """Slots whose value no two stories of the kind share: what tells a story from the others of its kind."""
        asked_by = {slot for fact in self.facts.values() for slot in fact.multi}
        described_by = {slot for text in self.describe.values() for slot in slots_of(text)}
        return frozenset({self.key} | asked_by | described_by)

    def spec(self, slot: str) -> Spec:
        return spec(self.slots[slot] if slot in self.slots else self.facts[slot].value)

    def problems(self) -> Iterator[str]:
        """What would let a wire break a promise."""
        given = set(self.slots) | ALWAYS
        for text in (*self.titles, *self.leads, *self.fillers, *self.unsaid, *self.pronouns.values()):
            yield from (f"{text!r} speaks of {slot!r}, which no slot is" for slot in slots_of(text) - given)
        yield from (f"{text!r} does not name the key" for text in self.unsaid if self.key not in slots_of(text))
        yield from (f"the quotation {text!r} has no two halves" for text in self.quotes if text.count(" // ") != 1)
        for name, fact in self.facts.items():
            yield from self._problems_of(name, fact, given)

    def _problems_of(self, name: str, fact: Fact, given: set[str]) -> Iterator[str]:
        for text in (*fact.sentences, *fact.change):
            if name not in slots_of(text) or slots_of(text) - given - {name}:
                yield f"{text!r} must speak of {name!r}, and of nothing else that a story may leave out"
        for text in fact.questions:
            if self.key not in slots_of(text) or slots_of(text) - set(self.slots):
                yield f"{text!r} must name {self.key!r}, and only what every story has"
        for slot, text in fact.multi.items():
            if slots_of(text) != {slot} or self.spec(slot).type not in ENTITIES:
                yield f"{text!r} must name {slot!r} alone, and that must be a place, a firm or a person"


@cache
def kinds() -> Sequence[Kind]:
    """Every kind in the folder, by name. ValueError names the file that is wrong."""
    return [_read(file) for file in sorted(FOLDER.glob("*.toml"))]


@cache
def common() -> Mapping[str, Any]:
    """What stories of all kinds share."""
    return tomllib.loads(COMMON.read_text(encoding="utf-8"))


@cache
def vocabulary() -> frozenset[str]:
    """Every word of the templates, in lower case: no invented name may be one of them."""
    files = [COMMON, *sorted(FOLDER.glob("*.toml"))]
    return frozenset(word for file in files for word in re.findall(r"\w+", file.read_text(encoding="utf-8").lower()))


def _read(file: Path) -> Kind:
    kind = Kind(name=file.stem, **tomllib.loads(file.read_text(encoding="utf-8")))
    if problems := list(kind.problems()):
        raise ValueError(f"{file}: {problems[0]}")
    return kind
