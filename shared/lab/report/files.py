"""A report as files: `report.html`, `report.md` and `report.json`, all of the same numbers."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from shared.lab.report import advice, html, markdown, sections
from shared.lab.report.blocks import Section
from shared.lab.report.numbers import Numbers
from shared.lab.report.phrasing import moment

TITLE = "Retrieval against memory"
NAMES = ("report.html", "report.md", "report.json")


def write(folder: Path, numbers: Numbers, *, extra: Sequence[Section] = ()) -> None:
    """Write the three files; what stood there under their names is replaced."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts(numbers, extra=extra).items():
        (folder / name).write_text(text, encoding="utf-8")


def texts(numbers: Numbers, *, extra: Sequence[Section] = ()) -> dict[str, str]:
    """What each file of `NAMES` says."""
    all_sections = sections.of(numbers, extra)
    written = json.dumps(as_dict(numbers), indent=2, ensure_ascii=False, default=str)
    page, text = html.render(TITLE, subtitle(numbers), all_sections), markdown.render(TITLE, all_sections)
    return dict(zip(NAMES, (page, text, f"{written}\n"), strict=True))


def as_dict(numbers: Numbers) -> dict[str, Any]:
    """For programs: every number, and the sentences that the page opens with."""
    return {"sentences": advice.opening(numbers), **numbers.as_dict()}


def subtitle(numbers: Numbers) -> str:
    """What was counted, in a line."""
    provenance = numbers.provenance
    if not provenance.questions:
        return f"No results in {provenance.results_from}"
    when = f"asked {moment(provenance.first_asked)} to {moment(provenance.last_asked)}"
    where = f"results from {provenance.results_from}"
    runs = f" in {len(numbers.runs.names)} runs" if numbers.runs.names else ""
    return f"{provenance.questions} questions to {len(numbers.arms)} arms{runs}, {when}; {where}"
