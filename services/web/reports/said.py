"""What the JSON of a report or of a decision says in short, so that a list can show it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from shared.records import bounded

Kind = Literal["decision", "report"]
KINDS: tuple[Kind, ...] = ("decision", "report")
HALF_WRITTEN = "its numbers are half written, or no JSON: load this page again in a moment"
NO_SENTENCE = "what it found stands on the page: it is from before such files said it in a sentence"


@dataclass(frozen=True)
class Said:
    """`sentence`: the first of its verdict. `n`: questions, None where it does not say. `why`: there is no sentence."""

    sentence: str = ""
    n: int | None = None
    contest: str = ""
    why: str = ""


def said(kind: Kind, written: bytes) -> Said:
    """Of a file as it lies there, whatever it holds."""
    try:
        told = json.loads(written)
    except (ValueError, RecursionError):
        return Said(why=HALF_WRITTEN)
    about = _part(told, "basis" if kind == "decision" else "provenance")
    sentences = told.get("sentences") if isinstance(told, Mapping) else None
    first = sentences[0] if isinstance(sentences, list) and sentences else None
    n, contest = about.get("questions"), _part(about, "contest")
    return Said(
        bounded(first) if isinstance(first, str) else "",
        n if isinstance(n, int) and not isinstance(n, bool) and n >= 0 else None,
        contest=bounded("@".join(str(contest[part]) for part in ("name", "digest") if contest.get(part)), 200),
        why="" if isinstance(first, str) else NO_SENTENCE,
    )


def _part(of: Any, name: str) -> Mapping[str, Any]:
    part = of.get(name) if isinstance(of, Mapping) else None
    return part if isinstance(part, Mapping) else {}
