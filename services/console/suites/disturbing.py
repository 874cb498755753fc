"""Degrading one thing at a time: what a disturbance is, and the two ways in which it reaches the system.

Each file in `disturbances` has `disturb(suite, draw)` and says in SAID what it does. One that changes documents gets a
corpus of its own; one that changes only questions asks them of the undisturbed corpus. Everything goes through the
public topics: what would take a change inside the retriever (how many passages, in which order) is not done here.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib import import_module

from services.console.suites.folder import Suite
from shared import plugins
from shared.messages import DocumentPublished, Filters, Question

FOLDER = "services.console.suites.disturbances"


@dataclass(frozen=True)
class Disturbed:
    """The questions that a disturbance can reach, as they are asked then; `documents` is None where they stay."""

    questions: Sequence[Question]
    documents: Sequence[DocumentPublished] | None = None


def names() -> list[str]:
    """Every disturbance, the control first."""
    return sorted(plugins.names(FOLDER), key=lambda name: (name != "unchanged", name))


def said(name: str) -> str:
    """What a disturbance does, in words."""
    return str(import_module(f"{FOLDER}.{name}").SAID)


def known(name: str) -> None:
    """Raises ValueError that lists the disturbances for a name that is none."""
    plugins.load(FOLDER, name, "disturb")


def disturbed(name: str, suite: Suite, seed: int) -> Disturbed:
    """The suite under a disturbance; the same seed gives the same. Raises ValueError for an unknown name."""
    draw = random.Random(f"{seed} {name}")  # noqa: S311 (a sample, not a secret)
    found: Disturbed = plugins.load(FOLDER, name, "disturb")(suite, draw)
    return found


def traceable(suite: Suite) -> Suite:
    """The suite with a tag of its own on each document, so that a question can be held to some of them."""
    documents = [
        one if one.op == "retract" else one.model_copy(update={"tags": (*one.tags, tag_of(one.document_id))})
        for one in suite.documents
    ]
    return replace(suite, documents=documents)


def tag_of(document_id: str) -> str:
    """The tag that one document alone carries."""
    return f"document:{document_id}"


def only_among(question: Question, document_ids: Sequence[str]) -> Question:
    """The question, held to these documents of a traceable suite; its own filters give way."""
    return question.model_copy(update={"filters": Filters(tags=tuple(map(tag_of, document_ids)))})
