"""A report as one page of HTML: no script, no request to anywhere, readable on a telephone and on paper."""

from collections.abc import Iterator, Sequence
from html import escape as escaped

from shared.lab.report.blocks import Block, Bullets, Card, Figure, Paragraph, Section, Table, with_code
from shared.printable import printable

STYLE = """\
:root { color-scheme: light; --ink: #1d2327; --soft: #505a62; --line: #d5dadd; --tint: #f4f6f7; --link: #00568a; }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 70rem; padding: 1.5rem; background: #fff; color: var(--ink);
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .3rem; }
h2 { font-size: 1.25rem; margin: 2.5rem 0 .6rem; padding-top: .8rem; border-top: 2px solid var(--ink); }
h3 { font-size: 1rem; margin: 0 0 .4rem; }
p, ul { margin: .6rem 0; max-width: 48rem; overflow-wrap: anywhere; }
ul { padding-left: 1.3rem; }
li { margin: .25rem 0; }
a { color: var(--link); }
.small, figcaption, caption { color: var(--soft); font-size: .875rem; }
nav ul { columns: 3 14rem; list-style: none; padding: .6rem 0; max-width: none; font-size: .9rem; }
nav li { margin: 0; padding: .15rem 0; break-inside: avoid; }
#verdict > p:first-of-type { background: var(--tint); border-left: 5px solid var(--link); padding: .9rem 1.1rem;
  font-size: 1.05rem; max-width: 54rem; }
figure { margin: 1.2rem 0; max-width: 54rem; }
.picture svg { display: block; width: 100%; height: auto; }
.picture.narrow { max-width: 38rem; }
code { font-family: ui-monospace, "DejaVu Sans Mono", monospace; font-size: .92em; background: var(--tint);
  padding: 0 .2em; }
.wide { overflow-x: auto; margin: 1rem 0; }
table { border-collapse: collapse; font-size: .875rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; padding-bottom: .4rem; }
th, td { padding: .3rem .7rem .3rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
th { vertical-align: bottom; border-bottom: 2px solid var(--soft); }
.number { text-align: right; white-space: nowrap; padding-left: .7rem; }
th.number { white-space: normal; }
.card { border: 1px solid var(--line); border-radius: 4px; padding: .7rem 1rem; margin: .8rem 0; max-width: 54rem; }
dl { display: grid; grid-template-columns: 7rem 1fr; gap: .2rem .8rem; margin: 0; font-size: .9rem; }
dt { color: var(--soft); }
dd { margin: 0; overflow-wrap: anywhere; white-space: pre-wrap; }
@media (max-width: 40rem) {
  body { padding: 1rem; }
  dl { grid-template-columns: 1fr; gap: 0; }
  dd { margin-bottom: .4rem; }
  nav ul { columns: 1; }
  .picture { overflow-x: auto; }
  .picture:not(.narrow) svg { min-width: 34rem; }
}
@media print {
  @page { size: A4; margin: 14mm; }
  html { font-size: 9.5pt; }
  body { max-width: none; padding: 0; }
  nav { display: none; }
  h2 { break-after: avoid; }
  figure, .card, tr { break-inside: avoid; }
  figure { max-width: 15cm; }
  thead { display: table-header-group; }
  .wide { overflow: visible; }
  table { font-size: 7.5pt; max-width: 100%; }
  th, td { padding-right: .25rem; }
  .number { white-space: normal; padding-left: .25rem; }
  #verdict > p:first-of-type { print-color-adjust: exact; }
}
"""
# Even a text that slipped through unescaped could load and run nothing.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def render(title: str, subtitle: str, sections: Sequence[Section]) -> str:
    """The whole page; every text is escaped, pictures alone are taken as they are."""
    links = "\n".join(f'<li><a href="#{section.anchor}">{escape(section.title)}</a></li>' for section in sections)
    body = "\n".join(line for section in sections for line in _section(section))
    page = f"""<!doctype html>
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
    return printable(page)


def escape(text: str) -> str:
    """Text that means nothing to HTML; a number stays on one line with its unit."""
    for loose in (" %", "n = ", "p = ", "p < "):
        text = text.replace(loose, loose.replace(" ", "\N{NO-BREAK SPACE}"))
    return escaped(text).replace("\N{NO-BREAK SPACE}", "&nbsp;")


def set_in(text: str) -> str:
    """A text of ours: escaped, with commands and names between backticks as code."""
    return with_code(text, escape, lambda code: f"<code>{escaped(code)}</code>")


def _section(section: Section) -> Iterator[str]:
    yield f'<section id="{escape(section.anchor)}">'
    yield f"<h2>{escape(section.title)}</h2>"
    for block in section.blocks:
        yield from _block(block)
    yield "</section>"


def _block(block: Block) -> Iterator[str]:
    if isinstance(block, Paragraph):
        yield f'<p class="small">{set_in(block.text)}</p>' if block.small else f"<p>{set_in(block.text)}</p>"
    elif isinstance(block, Bullets):
        yield f"<ul>{''.join(f'<li>{set_in(item)}</li>' for item in block.items)}</ul>"
    elif isinstance(block, Table):
        yield from _table(block)
    elif isinstance(block, Card):
        yield f'<div class="card"><h3>{escape(block.heading)}</h3><dl>'
        yield from (f"<dt>{escape(label)}</dt><dd>{escape(text)}</dd>" for label, text in block.fields)
        yield "</dl></div>"
    elif isinstance(block, Figure):
        kind = "picture narrow" if block.narrow else "picture"
        yield f'<figure><div class="{kind}" role="img" aria-label="{escape(block.alt)}">{block.svg}</div>'
        yield f"<figcaption>{set_in(block.caption)}</figcaption></figure>"


def _table(table: Table) -> Iterator[str]:
    yield f'<div class="wide" tabindex="0"><table><caption>{set_in(table.caption)}</caption>'
    if any(table.heads):
        yield f"<thead><tr>{''.join(_cells(table, table.heads, 'th'))}</tr></thead>"
    yield "<tbody>"
    yield from (f"<tr>{''.join(_cells(table, row, 'td'))}</tr>" for row in table.rows)
    yield "</tbody></table></div>"


def _cells(table: Table, texts: Sequence[str], tag: str) -> Iterator[str]:
    for place, text in enumerate(texts):
        kind = ' class="number"' if place in table.numbers else ""
        scope = ' scope="col"' if tag == "th" else ""
        yield f"<{tag}{scope}{kind}>{set_in(text)}</{tag}>"
