"""An explanation of evidence as tables for people: what was given to the models, and what came next."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.console import output

SHORT = 110
Report = Mapping[str, Any]
Row = Mapping[str, Any]


def show(report: Report) -> None:
    """How it was searched, then the evidence, then the best that did not become evidence."""
    way = " -> ".join([report["search"], *report["rankers"]])
    output.say(f"{way}, encoder {report['encoder']}: {report['candidates']} candidates as of {report['at']}.")
    if (first := report["queries"][0]) != report["question"]["text"]:
        output.say(f"searched for: {first}")
    for query in report["queries"][1:]:
        output.say(f"also asked: {query}")
    if report["note"]:
        output.say(f"No evidence: {report['note']}.")
    _table("evidence", report["evidence"], report["lists"])
    _table("not evidence", report["others"], report["lists"])


def _table(title: str, rows: Sequence[Row], lists: Sequence[str]) -> None:
    if rows:
        columns = ["", *lists, "age", "trust", "passage"]
        output.table(f"\n{title}", columns, [_cells(row, lists) for row in rows], ["", *lists, "age", "trust"])


def _cells(row: Row, lists: Sequence[str]) -> list[str]:
    places = [_place(row["lists"].get(name)) for name in lists]
    trust = f"{row['trust']:.2f}" if "trust" in row else ""
    return [str(row["place"]), *places, f"{row['age_days']:.1f} d", trust, _passage(row)]


def _place(found: Row | None) -> str:
    """Rank and score on one list, or that the chunk is not on it."""
    return f"{found['rank']}: {found['score']:.3f}" if found else "-"


def _passage(row: Row) -> str:
    """Who says it and how it begins; of one that was left out also why."""
    named = f"{row['document_id']} r{row['revision']} #{row['position']}"
    where = ", ".join([named, *([row["source"]] if row.get("source") else [])])
    text = " ".join(row.get("text", "").split())
    lines = [where, text if len(text) <= SHORT else f"{text[:SHORT]}…", row.get("left_out", "")]
    return "\n".join(line for line in lines if line)
