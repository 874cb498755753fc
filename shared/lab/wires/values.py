"""What a story says of something, a person, a name, an amount or a date: how it is written, and what is accepted."""

from dataclasses import dataclass
from datetime import date, timedelta

from shared.lab.wires.draw import Draw

MILLION = 1_000_000
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
SMALL = (
    "no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
)  # fmt: skip
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True)
class Said:
    """Something as its story writes it; `short` are other accepted forms of it, `amount` compares neighbours."""

    text: str
    short: tuple[str, ...] = ()
    amount: int = 0


@dataclass(frozen=True)
class Person:
    """Somebody; the role goes before the name where a story first speaks of the person."""

    given: str
    surname: str
    female: bool
    role: str

    @property
    def text(self) -> str:
        return f"{self.given} {self.surname}"


Value = Said | Person


@dataclass(frozen=True)
class Style:
    """How a story's desk writes numbers and dates, and what money is called."""

    currency: str
    per_cent: str
    month_first: bool
    with_weekday: bool
    small_in_words: bool


def style(draw: Draw, currency: str) -> Style:
    return Style(
        currency, draw.pick(("per cent", "per cent", "percent")), month_first=draw.chance(300),
        with_weekday=draw.chance(250), small_in_words=draw.chance(700),
    )  # fmt: skip


def grouped(number: int) -> str:
    """12400 as 12,400."""
    return f"{number:,}"


def money(amount: int, written: Style) -> Said:
    """Whole units of the currency; from a million on, in millions with as many decimals as are needed."""
    if amount < MILLION:
        return Said(f"{grouped(amount)} {written.currency}", (grouped(amount),), amount)
    whole, rest = divmod(amount, MILLION)
    decimals = f"{rest:06}".rstrip("0")
    number = f"{whole}.{decimals} million" if decimals else f"{whole} million"
    return Said(f"{number} {written.currency}", (number,), amount)


def number(amount: int, unit: str, written: Style) -> Said:
    """A count of something; a small one is a word where the style has it so."""
    count = SMALL[amount] if written.small_in_words and amount < len(SMALL) else grouped(amount)
    return Said(f"{count} {unit}", (count,), amount)


def tenths(amount: int, unit: str) -> Said:
    """Tenths of a unit: 116 is 11.6."""
    written = f"{amount // 10}.{amount % 10}" if amount % 10 else f"{amount // 10}"
    return Said(f"{written} {unit}", (written,), amount)


def day(when: date, written: Style) -> Said:
    """A day without its year; with the weekday where the style has it."""
    month = MONTHS[when.month - 1]
    plain = f"{month} {when.day}" if written.month_first else f"{when.day} {month}"
    if not written.with_weekday:
        return Said(plain, (), when.toordinal())
    separator = ", " if written.month_first else " "
    return Said(f"{WEEKDAYS[when.weekday()]}{separator}{plain}", (plain,), when.toordinal())


def month(published: date, ahead: int) -> Said:
    """A month and a year, so many months after a day."""
    years, rest = divmod(published.month - 1 + ahead, 12)
    return Said(f"{MONTHS[rest]} {published.year + years}", (), (published.year + years) * 12 + rest)


def days_after(published: date, days: int) -> date:
    return published + timedelta(days=days)


def ordinal(number: int) -> str:
    """63 as 63rd."""
    ending = "th" if 10 < number % 100 < 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"
