"""The invented world of a wire: its towns, firms and people, which stories share, and the values that stories state."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date

from shared.lab.wires import values
from shared.lab.wires.draw import WHOLE, Draw
from shared.lab.wires.grammar import chosen
from shared.lab.wires.kind import Kind, Spec, common
from shared.lab.wires.knobs import Knobs
from shared.lab.wires.names import Names
from shared.lab.wires.values import Person, Said, Style, Value

SUFFIXES = {
    "construction": ("Construction", "Builders", "Bridgeworks", "Civil Engineering"),
    "shipping": ("Lines", "Shipping", "Ferries"),
    "": ("Works", "Foods", "Instruments", "Timber", "Metals", "Glass", "Textiles", "Paper", "Engines", "Ceramics"),
}
TEAMS = ("Rovers", "Wanderers", "United", "Athletic", "Rangers", "Harriers")
KNOWN_FIRM, KNOWN_PERSON, TRIES = 650, 300, 40


class World:
    """Everything that exists in a wire; grows as stories need it."""

    def __init__(self, knobs: Knobs) -> None:
        self._draw = Draw("world", knobs.seed)
        self._names = Names(self._draw.child("names"))
        self._alike = int(knobs.namesakes * WHOLE + 0.5)
        self._used: dict[tuple[str, str], set[str]] = defaultdict(set)
        self._people: dict[str, list[Person]] = defaultdict(list)
        self._stated: dict[tuple[str, str], list[int]] = defaultdict(list)
        self._written: set[str] = set()
        self.region = self._names.word()
        self.currency = self._draw.pick(common()["currencies"])
        self.desks = [
            pattern.format(region=self.region, word=self._names.word()) for pattern in common()["desks"]["patterns"]
        ]
        self._places = [self._place()]
        for _ in range(max(9, knobs.documents // 4) - 1):
            self._new_place()
        self._firms = {
            sector: [self._firm(sector) for _ in range(max(2, knobs.documents // 12))] for sector in SUFFIXES
        }

    @property
    def shared_surnames(self) -> frozenset[str]:
        return self._names.shared_surnames()

    def cast(self, kind: Kind, facts: list[str], published: date, style: Style) -> dict[str, Value]:
        """Values for every slot of a story and for the facts that it says."""
        cast: dict[str, Value] = {}
        for slot in [*kind.slots, *facts]:
            cast[slot] = self.value(kind, slot, cast, published, style)
        return cast

    def value(self, kind: Kind, slot: str, cast: Mapping[str, Value], published: date, style: Style) -> Value:
        """A value for one slot, other than every value that the story has already."""
        wanted = kind.spec(slot)
        others = {value.text for value in cast.values()}
        part = wanted.rest if wanted.type == "person" else slot  # nobody plays a part twice in stories of a kind
        taken = self._used[kind.name, part] if slot in kind.alone or wanted.type == "person" else set()
        drawn = self._entity(wanted, slot, others | taken, cast) or self._plain(wanted, others, published, style)
        self._used[kind.name, part].add(drawn.text)
        return drawn

    def _entity(self, wanted: Spec, slot: str, without: set[str], cast: Mapping[str, Value]) -> Value | None:
        draw = self._draw
        if wanted.type == "place":
            free = [place for place in self._places if place.text not in without]
            return draw.pick(free) if free else self._new_place()
        if wanted.type == "firm":
            sector = wanted.rest or draw.pick(sorted(SUFFIXES))
            known = [firm for firm in self._firms[sector] if firm.text not in without]
            return draw.pick(known) if known and draw.chance(KNOWN_FIRM) else self._new_firm(sector)
        if wanted.type == "person":
            return self._person(draw.pick(wanted.options), slot, without, cast)
        if wanted.type == "team":
            town = cast[wanted.rest].text if wanted.rest else self._names.word()
            return Said(f"{town} {draw.pick(TEAMS)}")
        return None

    def _person(self, role: str, slot: str, without: set[str], cast: Mapping[str, Value]) -> Person:
        surnames = {value.surname for value in cast.values() if isinstance(value, Person)}
        known = [p for p in self._people[role] if p.text not in without and p.surname not in surnames]
        if slot != "speaker" and known and self._draw.chance(KNOWN_PERSON):
            return self._draw.pick(known)
        person = self._names.person(role, self._alike)
        while person.surname in surnames:
            person = self._names.person(role, 0)
        if slot != "speaker":
            self._people[role].append(person)
        return person

    def _plain(self, wanted: Spec, others: set[str], published: date, style: Style) -> Said:
        for _ in range(TRIES):
            said = self._said(wanted, published, style)
            if said.text not in self._written:
                break
        while said.text in others:
            said = self._said(wanted, published, style)
        self._written.add(said.text)
        if said.amount:
            self._stated[wanted.type, wanted.rest].append(said.amount)
        return said

    def _said(self, wanted: Spec, published: date, style: Style) -> Said:
        draw = self._draw
        if wanted.type == "name":
            return Said(chosen(f"[{wanted.rest}]", draw).replace("{word}", self._names.word()))
        if wanted.type == "given":
            return Said(self._names.given())
        if wanted.type == "pick":
            return Said(draw.pick(wanted.options))
        if wanted.type == "title":
            works = common()["works"]
            return Said(f"{draw.pick(works['first'])} {draw.pick([*works['second'], *[self._names.word()] * 20])}")
        if wanted.type == "score":
            conceded = draw.below(4)
            return Said(f"{conceded + draw.between(1, 3)}-{conceded}")
        return self._amount(wanted, published, style)

    def _amount(self, wanted: Spec, published: date, style: Style) -> Said:
        amount = self._number(wanted)
        if wanted.type == "money":
            return values.money(amount, style)
        if wanted.type == "tenths":
            return values.tenths(amount, wanted.rest.replace("per cent", style.per_cent))
        if wanted.type == "date":
            return values.day(values.days_after(published, amount), style)
        if wanted.type == "month":
            return values.month(published, amount)
        if wanted.type == "year":
            return Said(str(amount), (), amount)
        if wanted.type == "ordinal":
            return Said(f"{values.ordinal(amount)} {wanted.rest}", (values.ordinal(amount),), amount)
        return values.number(amount, wanted.rest, style)

    def _number(self, wanted: Spec) -> int:
        """A number within bounds; sometimes close to what an earlier story states of the same kind of thing."""
        stated = [n for n in self._stated[wanted.type, wanted.rest] if wanted.low <= n <= wanted.high]
        if stated and wanted.type not in ("date", "month") and self._draw.chance(self._alike):
            near = self._draw.pick(stated) + self._draw.pick((-2, -1, 1, 2)) * wanted.step
            return min(max(near, wanted.low), wanted.high)
        return wanted.low + self._draw.below((wanted.high - wanted.low) // wanted.step + 1) * wanted.step

    def _place(self) -> Said:
        return Said(self._names.word())

    def _new_place(self) -> Said:
        alike = self._draw.chance(self._alike)
        place = Said(self._names.near(self._draw.pick(self._places).text)) if alike else self._place()
        self._places.append(place)
        return place

    def _firm(self, sector: str) -> Said:
        return Said(f"{self._names.word()} {self._draw.pick(SUFFIXES[sector])}")

    def _new_firm(self, sector: str) -> Said:
        firm = self._firm(sector)
        self._firms[sector].append(firm)
        return firm
