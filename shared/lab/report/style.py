"""How the page looks: light, on any width, and on paper. Fonts are those of the reader's machine."""

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
  .picture svg { min-width: 34rem; }
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
