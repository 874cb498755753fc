"""A report as one page of HTML: no script, no request to anywhere, readable on a telephone and on paper."""

from collections.abc import Iterator, Sequence
from html import escape as escaped

from shared.lab.report.blocks import Block, Bullets, Card, Figure, Paragraph, Section, Table
from shared.lab.report.style import STYLE

# Even a text that slipped through unescaped could load and run nothing.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def render(title: str, subtitle: str, sections: Sequence[Section]) -> str:
    """The whole page; every text is escaped, pictures alone are taken as they are."""
    links = "\n".join(f'<li><a href="#{one.anchor}">{escape(one.title)}</a></li>' for one in sections)
    body = "\n".join(line for section in sections for line in _section(section))
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title>
<style>
{STYLE}</style>
</head>
<body>
<header>
<h1>{escape(title)}</h1>
<p class="small">{escape(subtitle)}</p>
</header>
<nav aria-label="Sections"><ul>
{links}
</ul></nav>
<main>
{body}
</main>
</body>
</html>
"""


def escape(text: str) -> str:
    """Text that means nothing to HTML; a number stays on one line with its unit."""
    for loose in (" %", "n = ", "p = ", "p < "):
        text = text.replace(loose, loose.replace(" ", "\N{NO-BREAK SPACE}"))
    return escaped(text).replace("\N{NO-BREAK SPACE}", "&nbsp;")


def _section(section: Section) -> Iterator[str]:
    yield f'<section id="{escape(section.anchor)}">'
    yield f"<h2>{escape(section.title)}</h2>"
    for block in section.blocks:
        yield from _block(block)
    yield "</section>"


def _block(block: Block) -> Iterator[str]:
    if isinstance(block, Paragraph):
        yield f'<p class="small">{escape(block.text)}</p>' if block.small else f"<p>{escape(block.text)}</p>"
    elif isinstance(block, Bullets):
        yield f"<ul>{''.join(f'<li>{escape(item)}</li>' for item in block.items)}</ul>"
    elif isinstance(block, Table):
        yield from _table(block)
    elif isinstance(block, Card):
        yield f'<div class="card"><h3>{escape(block.heading)}</h3><dl>'
        yield from (f"<dt>{escape(label)}</dt><dd>{escape(text)}</dd>" for label, text in block.fields)
        yield "</dl></div>"
    elif isinstance(block, Figure):
        yield f'<figure><div class="picture" role="img" aria-label="{escape(block.alt)}">{block.svg}</div>'
        yield f"<figcaption>{escape(block.caption)}</figcaption></figure>"


def _table(table: Table) -> Iterator[str]:
    yield f'<div class="wide" tabindex="0"><table><caption>{escape(table.caption)}</caption>'
    if any(table.heads):
        yield f"<thead><tr>{''.join(_cells(table, table.heads, 'th'))}</tr></thead>"
    yield "<tbody>"
    yield from (f"<tr>{''.join(_cells(table, row, 'td'))}</tr>" for row in table.rows)
    yield "</tbody></table></div>"


def _cells(table: Table, texts: Sequence[str], tag: str) -> Iterator[str]:
    for place, text in enumerate(texts):
        kind = ' class="number"' if place in table.numbers else ""
        scope = ' scope="col"' if tag == "th" else ""
        yield f"<{tag}{scope}{kind}>{escape(text)}</{tag}>"
