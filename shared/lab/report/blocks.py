"""What a page is made of, whatever it is rendered as: sections of paragraphs, lists, tables, figures and examples.

Texts are plain: a renderer escapes every one of them, so that titles and answers of strangers stay data.
"""

from collections.abc import Sequence
from dataclasses import dataclass


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
    """A picture, as an SVG element, with its caption and what it shows for those who cannot see it."""

    svg: str
    caption: str
    alt: str


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
