"""Degrading one thing at a time: what a disturbance is, and the two ways in which it reaches the system.

Each file in `disturbances` has `disturb(suite, draw)` and says in SAID what it does. One that changes documents gets a
corpus of its own; one that changes only questions asks them of the undisturbed corpus. Everything goes through the
public topics. A file with VALUES is several disturbances, `name-value`, and gets the value as well; one with AGAINST is
compared with that condition instead of the undisturbed run, so that only one thing differs.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Any

from shared import plugins
from shared.lab.suites.folder import Suite
from shared.messages import DocumentPublished, Filters, Presentation, Question

FOLDER = "shared.lab.suites.disturbances"


@dataclass(frozen=True)
class Disturbed:
    """The questions that a disturbance can reach, as they are asked then; `documents` is None where they stay."""

    questions: Sequence[Question]
    documents: Sequence[DocumentPublished] | None = None


def names() -> list[str]:
    """Every disturbance, the control first."""
    all_names = [f"{file}-{value}" if value else file for file in plugins.names(FOLDER) for value in _values(file)]
    return sorted(all_names, key=lambda name: (name != "unchanged", name))


def said(name: str) -> str:
    """What a disturbance does, in words."""
    file, _, value = name.partition("-")
    return str(_constant(file, "SAID", "")).format(value=value)


def against(name: str) -> str:
    """The condition that a disturbance is compared with; empty: the undisturbed run."""
    return str(_constant(name.partition("-")[0], "AGAINST", ""))


def known(name: str) -> None:
    """Raises ValueError that lists the disturbances for a name that is none."""
    if name not in names():
        raise ValueError(f"no disturbance {name!r}: choose one of {', '.join(names())}")


def with_their_controls(chosen: Sequence[str]) -> list[str]:
    """The names, each after the condition that it is compared with; raises ValueError for a name that is none."""
    for name in chosen:
        known(name)
    return list(dict.fromkeys(condition for name in chosen for condition in (against(name), name) if condition))


def disturbed(name: str, suite: Suite, seed: int) -> Disturbed:
    """The suite under a disturbance; the same seed gives the same. Raises ValueError for an unknown name."""
    draw = random.Random(f"{seed} {name}")  # noqa: S311 (a sample, not a secret)
    known(name)
    file, _, value = name.partition("-")
    degraded: Disturbed = plugins.load(FOLDER, file, "disturb")(suite, draw, *([value] if value else []))
    return degraded


def traceable(suite: Suite) -> Suite:
    """The suite with a tag of its own on each document, so that a question can be held to some of them."""
    documents = [
        document
        if document.op == "retract"
        else document.model_copy(update={"tags": (*document.tags, tag_of(document.document_id))})
        for document in suite.documents
    ]
    return replace(suite, documents=documents)


def tag_of(document_id: str) -> str:
    """The tag that one document alone carries."""
    return f"document:{document_id}"


def only_among(question: Question, document_ids: Sequence[str]) -> Question:
    """The question, held to these documents of a traceable suite; its own filters give way."""
    return question.model_copy(update={"filters": Filters(tags=tuple(map(tag_of, document_ids)))})


def presented(question: Question, **wish: Any) -> Question:
    """The question with another wish for how its evidence is put before a model."""
    wished = question.presentation.model_dump() | wish
    return question.model_copy(update={"presentation": Presentation.model_validate(wished)})


def _values(file: str) -> Sequence[str]:
    return tuple(_constant(file, "VALUES", ("",)))


def _constant(file: str, name: str, otherwise: Any) -> Any:
    return getattr(import_module(f"{FOLDER}.{file}"), name, otherwise)
