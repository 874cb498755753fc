"""A decision as files: `decision.html`, `decision.md` and `decision.json`, all of the same numbers."""

import json
from collections.abc import Sequence
from math import inf
from pathlib import Path
from typing import Any

from shared.lab.deciding.decided import Decided
from shared.lab.deciding.page import sections
from shared.lab.deciding.rule import Decision
from shared.lab.report import html, markdown
from shared.lab.report.blocks import Section

TITLE = "Look it up or learn it"
NAMES = ("decision.html", "decision.md", "decision.json")


def write(folder: Path, decided: Decided, extra: Sequence[Section] = ()) -> None:
    """Write the three files, with more sections behind; what stood there under their names is replaced."""
    folder.mkdir(parents=True, exist_ok=True)
    all_sections = [*sections(decided), *extra]
    written = json.dumps(as_dict(decided), indent=2, ensure_ascii=False)
    subtitle = f"Decided on {decided.basis.questions} questions from {decided.basis.read_from}"
    texts = (html.render(TITLE, subtitle, all_sections), markdown.render(TITLE, all_sections), f"{written}\n")
    for name, text in zip(NAMES, texts, strict=True):
        (folder / name).write_text(text, encoding="utf-8")


def as_dict(decided: Decided) -> dict[str, Any]:
    """For programs: the decision, what was set, and the map's points."""
    chart = decided.chart
    return {
        "sentences": decided.sentences,
        "warning": decided.warning,
        "ways": [vars(way) for way in decided.ways],
        "values": decided.values.model_dump(),
        "decision": _decision(decided.decision),
        "turns": [vars(turn) for turn in decided.turns],
        "basis": vars(decided.basis),
        "review": _review(decided),
        "taught": _taught(decided),
        "keeping_up": [{**vars(load), "keeps_up": load.keeps_up} for load in decided.loads],
        "learning_curve": _learning(decided),
        "map": {
            "updates_per_day": [*chart.updates_per_day],
            "questions_per_day": [*chart.questions_per_day],
            "best": [[made.best if made else None for made in row] for row in chart.decisions],
            "decided": [[made.decided if made else None for made in row] for row in chart.decisions],
            "worth": [
                [{name: round(worth.mean, 5) for name, worth in (made.worths if made else {}).items()} for made in row]
                for row in chart.decisions
            ],
        },
        "made_with": decided.made_with.model_dump(),
    }


def _review(decided: Decided) -> dict[str, Any]:
    """`errors`: the share of bad questions with its limits; `tips` names over whom they would have to favour the best,
    and how far, to end the decision."""
    review, tips = decided.review, decided.decision.tips
    found = {} if review is None else review.model_dump() | {"errors": vars(review.errors)}
    return found | {"sentences": decided.of_review, "bad": decided.decision.bad, "tips": tips and [*tips]}


def _taught(decided: Decided) -> dict[str, Any] | None:
    """None where nothing is said of it."""
    if decided.taught is None or not decided.of_taught:
        return None
    return vars(decided.taught) | {"sentences": decided.of_taught}


def _learning(decided: Decided) -> dict[str, Any] | None:
    """The fit; None without a curve, or of too few trainings."""
    if decided.curve is None or decided.fit is None:
        return None
    fit = decided.fit
    told = {name: vars(getattr(fit, name)) for name in ("now", "twice", "change")}
    return {"unit": decided.curve.unit, "largest": fit.largest, "tells_a_slope": fit.tells_a_slope, **told}


def _decision(decision: Decision) -> dict[str, Any]:
    return {
        "rates": decision.rates.model_dump(),
        "best": decision.best,
        "decided": decision.decided,
        "rivals": decision.rivals,
        "times_as_many": None if decision.times_as_many == inf else decision.times_as_many,
        "one_training": decision.one_training,
        "cannot_keep_up": decision.cannot_keep_up,
        "worths": {
            name: {"mean": worth.mean, "low": worth.low, "high": worth.high, "schedule": vars(worth.schedule)}
            for name, worth in decision.worths.items()
        },
        "leads": {name: vars(lead) for name, lead in decision.leads.items()},
    }
