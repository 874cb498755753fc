"""A report as Markdown: the same sentences and tables, without the pictures."""

import re
from collections.abc import Iterator, Sequence

from shared.lab.report.blocks import Block, Bullets, Card, Figure, Paragraph, Section, Table, with_code
from shared.printable import printable

_SPECIAL = re.compile(r"([\\`*_\[\]<>#|~!$&])")


def render(title: str, sections: Sequence[Section]) -> str:
    """The whole document; every text of a stranger is escaped."""
    lines = [f"# {title}", ""]
    for section in sections:
        lines += [f"## {escape(section.title)}", ""]
        for block in section.blocks:
            lines += [*_block(block), ""]
    return printable("\n".join(lines))


def escape(text: str) -> str:
    """Text that means nothing to Markdown, on one line."""
    return _escaped(" ".join(text.split()))


def _escaped(line: str) -> str:
    return _SPECIAL.sub(r"\\\1", line)


def set_in(text: str) -> str:
    """A text of ours on one line: escaped, but for commands and names between backticks."""
    return with_code(" ".join(text.split()), _escaped, "`{}`".format)


def _block(block: Block) -> Iterator[str]:
    if isinstance(block, Paragraph):
        yield set_in(block.text)
    elif isinstance(block, Bullets):
        yield from (f"- {set_in(item)}" for item in block.items)
    elif isinstance(block, Table):
        yield from _table(block)
    elif isinstance(block, Card):
        yield f"**{escape(block.heading)}**"
        yield ""
        yield from (f"- {escape(label)}: {escape(text)}" for label, text in block.fields)
    elif isinstance(block, Figure):
        yield f"(Figure in the page of HTML: {set_in(block.caption)})"


def _table(table: Table) -> Iterator[str]:
    yield f"{set_in(table.caption)}:"
    yield ""
    yield f"| {' | '.join(map(set_in, table.heads))} |"
    yield "|" + "".join("---:|" if place in table.numbers else "---|" for place in range(len(table.heads)))
    yield from (f"| {' | '.join(map(set_in, row))} |" for row in table.rows)
