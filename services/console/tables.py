"""Tables in the width that there is: what is too wide becomes several under each other, and every row keeps its name.

Widths are given out here: the library would narrow columns below what they need and cut what stands at the right.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from rich import box
from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

from shared.printable import printable

NAME, TEXT, NARROW = 36, 16, 8
"""How far a name and a text are kept on one line, where there is room and where there is little; numbers always are."""
EDGES, GAP = 2, 2


@dataclass(frozen=True)
class _Column:
    heading: str
    cells: Sequence[str]
    is_number: bool
    is_name: bool

    @property
    def longest(self) -> int:
        return max(cell_len(line) for cell in (self.heading, *self.cells) for line in cell.split("\n"))

    def least(self, names: int, width: int) -> int:
        """What it needs: a number everything, names together half of the width at most."""
        if self.is_number:
            return self.longest
        return min(self.longest, min(NAME, max(1, width // (2 + names))) if self.is_name else TEXT)


def fitting(
    title: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
    right: Sequence[str] = (),
    *,
    names: int = 1,
    width: int,
) -> Iterator[Table]:
    """The tables, each with the first `names` columns; the columns called as in `right` are numbers.

    No name is dropped, and nothing is cut: names and texts are folded, and so is a number that alone is too wide.
    """
    cells = [[printable(str(cell)) for cell in row] for row in rows]
    every = [
        _Column(name, [row[place] for row in cells], name in right, place < names) for place, name in enumerate(columns)
    ]
    for place, chosen in enumerate(_parts(every[:names], every[names:], width)):
        yield _drawn("" if place else title, chosen, _widths(chosen, names, width))


def _parts(named: list[_Column], others: Sequence[_Column], width: int) -> list[list[_Column]]:
    """The columns of each table: those of names, and as many more as there is room for, at least one."""
    parts = [named]
    for column in others:
        wider = [*parts[-1], column]
        needs = sum(part.least(len(named), width) for part in wider)
        if needs > _room(len(wider), width) and len(parts[-1]) > len(named):
            parts.append([*named, column])
        else:
            parts[-1] = wider
    return parts


def _room(columns: int, width: int) -> int:
    return width - EDGES - GAP * (columns - 1)


def _widths(columns: Sequence[_Column], names: int, width: int) -> list[int]:
    """What each needs, and of what is left over as much as it can use; less where even that is not there."""
    room, most = _room(len(columns), width), [column.longest for column in columns]
    widths = [column.least(names, width) for column in columns]
    while (over := sum(widths) - room) > 0 and max(widths) > 1:
        foldable = [place for place, column in enumerate(columns) if not column.is_number and widths[place] > NARROW]
        widest = max(foldable or range(len(widths)), key=lambda place: widths[place])
        widths[widest] -= min(over, max(1, widths[widest] // 4))
    while (spare := room - sum(widths)) > 0 and (
        growing := [place for place, most_of in enumerate(most) if widths[place] < most_of]
    ):
        for place in growing[:spare]:
            widths[place] += min(max(1, spare // len(growing)), most[place] - widths[place])
    return widths


def _drawn(title: str, columns: Sequence[_Column], widths: Sequence[int]) -> Table:
    table = Table(title=title or None, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    for column, width in zip(columns, widths, strict=True):
        heading = Text(printable(column.heading))
        justify: Literal["left", "right"] = "right" if column.is_number else "left"
        table.add_column(heading, justify=justify, overflow="fold", width=max(1, width))
    for row in zip(*(column.cells for column in columns), strict=True):
        table.add_row(*map(Text, row))
    return table
