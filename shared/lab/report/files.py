"""A report as files: `report.html`, `report.md` and `report.json`, all of the same numbers."""

import json
from collections.abc import Sequence
from pathlib import Path

from shared.lab.report import html, markdown, sections
from shared.lab.report.blocks import Section
from shared.lab.report.numbers import Numbers
from shared.lab.report.phrasing import moment

TITLE = "Retrieval against memory"
NAMES = ("report.html", "report.md", "report.json")


def write(folder: Path, numbers: Numbers, *, extra: Sequence[Section] = ()) -> None:
    """Write the three files; what stood there under their names is replaced."""
    folder.mkdir(parents=True, exist_ok=True)
    all_sections = sections.of(numbers, extra)
    written = json.dumps(numbers.as_dict(), indent=2, ensure_ascii=False, default=str)
    texts = (html.render(TITLE, subtitle(numbers), all_sections), markdown.render(TITLE, all_sections), f"{written}\n")
    for name, text in zip(NAMES, texts, strict=True):
        (folder / name).write_text(text, encoding="utf-8")


def subtitle(numbers: Numbers) -> str:
    """What was counted, in a line."""
    provenance = numbers.provenance
    if not provenance.questions:
        return f"No results in {provenance.results_from}"
    when = f"asked {moment(provenance.first_asked)} to {moment(provenance.last_asked)}"
    where = f"results from {provenance.results_from}"
    runs = f" in {len(numbers.runs.names)} runs" if numbers.runs.names else ""
    return f"{provenance.questions} questions to {len(numbers.arms)} arms{runs}, {when}; {where}"
