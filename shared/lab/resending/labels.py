"""Which labels a dead letter's value names, so that it is shown to nobody who may not see its documents.

A letter holds what could not be handled, so its value need be no message: labels are looked for wherever they stand.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

Labels = tuple[tuple[str, ...], ...]
"""Of each document or question in it."""
NAMES = ("labels", "evidence_labels", "document_labels")
MOST_LABELS, MOST_CHARACTERS = 200, 10_000
_SOME = re.compile(rb'"(?:evidence_|document_)?labels"\s*:\s*+(?!\[\s*\]|null)')
UNREADABLE: Labels = (("labels that cannot be read",),)
"""Nobody has this label, so nobody is shown it. So is a value that names more labels than is bounded here."""


def labels_in(value: bytes) -> Labels | None:
    """None of what is no JSON and names no labels; UNREADABLE of what names some that cannot be read."""
    found: list[tuple[str, Any]] = []

    def seen(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found.extend((name, inner) for name, inner in pairs if name in NAMES)
        return dict(pairs)

    try:
        json.loads(value, object_pairs_hook=seen)
    except (ValueError, RecursionError):
        return UNREADABLE if _SOME.search(value) else None
    named = {labels for _, inner in found for labels in _read(inner)}
    is_much = len(named) > MOST_LABELS or sum(len(label) for labels in named for label in labels) > MOST_CHARACTERS
    return UNREADABLE if is_much else tuple(sorted(named))


def _read(said: Any) -> Iterator[tuple[str, ...]]:
    """One list of labels, or several; anything else that stands there is unreadable."""
    if said is None or said == []:
        return
    if isinstance(said, list) and all(isinstance(label, str) for label in said):
        yield tuple(said)
    elif isinstance(said, list) and all(isinstance(inner, list) for inner in said):
        for inner in said:
            yield from _read(inner)
    else:
        yield from UNREADABLE
