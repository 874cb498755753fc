"""A report as Markdown: the same sentences and tables, without the pictures."""

import re
from collections.abc import Iterator, Sequence

from shared.lab.report.blocks import Block, Bullets, Card, Figure, Paragraph, Section, Table
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
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


def _block(block: Block) -> Iterator[str]:
    if isinstance(block, Paragraph):
        yield escape(block.text)
    elif isinstance(block, Bullets):
        yield from (f"- {escape(item)}" for item in block.items)
    elif isinstance(block, Table):
        yield from _table(block)
    elif isinstance(block, Card):
        yield f"**{escape(block.heading)}**"
        yield ""
        yield from (f"- {escape(label)}: {escape(text)}" for label, text in block.fields)
    elif isinstance(block, Figure):
        yield f"(Figure in the page of HTML: {escape(block.caption)})"


def _table(table: Table) -> Iterator[str]:
    yield f"{escape(table.caption)}:"
    yield ""
    yield f"| {' | '.join(map(escape, table.heads))} |"
    yield "|" + "".join("---:|" if place in table.numbers else "---|" for place in range(len(table.heads)))
    yield from (f"| {' | '.join(map(escape, row))} |" for row in table.rows)
