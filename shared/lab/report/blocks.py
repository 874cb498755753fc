"""What a page is made of, whatever it is rendered as: sections of paragraphs, lists, tables, figures and examples.

Texts are plain: a renderer escapes every one of them, so that titles and answers of strangers stay data. A command or
a name between backticks is set as code, where it has no character that could mean more; in a card it stays as it is.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

CODE = re.compile(r"(?<!`)`([A-Za-z0-9-](?:[\w .,:=+/\"-]{0,98}[\w\"/])?)`(?!`)")


@dataclass(frozen=True)
class Paragraph:
    """`small`: how to read something, rather than what was found."""

    text: str
    small: bool = False


@dataclass(frozen=True)
class Bullets:
    items: Sequence[str]


@dataclass(frozen=True)
class Table:
    """`numbers`: places of the columns that hold numbers, from 0."""

    caption: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    numbers: Sequence[int] = ()


@dataclass(frozen=True)
class Figure:
    """A picture, as an SVG element, with its caption and what it shows for those who cannot see it.

    `narrow`: it was drawn to be read whole on a telephone, so that it is neither widened nor scrolled.
    """

    svg: str
    caption: str
    alt: str
    narrow: bool = False


@dataclass(frozen=True)
class Card:
    """One example: a heading and labelled texts."""

    heading: str
    fields: Sequence[tuple[str, str]]


Block = Paragraph | Bullets | Table | Figure | Card


@dataclass(frozen=True)
class Section:
    """`anchor` is its name within the page."""

    title: str
    anchor: str
    blocks: Sequence[Block]


def with_code(text: str, escape: Callable[[str], str], code: Callable[[str], str]) -> str:
    """A text in which `code` writes what stands between backticks, and `escape` all the rest."""
    parts = CODE.split(text)
    return "".join(code(part) if place % 2 else escape(part) for place, part in enumerate(parts))
