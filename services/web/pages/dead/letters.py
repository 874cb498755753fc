"""Dead letters as pages show them: how much of one somebody may see, and its bytes as text or as numbers."""

import re

from fastapi.exceptions import HTTPException

from services.web.live.site import Site
from services.web.signing.people import Person
from shared import topology
from shared.lab.resending.buried import Buried
from shared.printable import printable
from shared.records import Position

MOST_HEX, A_LINE = 256, 16
"""Bytes that are shown as numbers, and how many of them in a line."""
OF_DOCUMENTS = (topology.DOCUMENTS.name, topology.CHUNKS.name)
OF_QUESTIONS = tuple(topic.name for topic in (
    topology.ANSWERS, topology.EVIDENCE, topology.REFERENCES, topology.VERDICTS, topology.RESULTS, topology.VOTES,
))  # fmt: skip
"""Keyed by a question, whose labels guard what names none itself."""
_PLACE = re.compile(r"([\w.-]{1,249})\[(\d{1,6})\]@(\d{1,18})", re.ASCII)
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")


def at(site: Site, place: str) -> Buried:
    """The letter at `topic[partition]@offset`. Raises HTTPException where it is not among the newest."""
    read = _PLACE.fullmatch(place)
    letter = site.dead.letter(Position(read[1], int(read[2]), int(read[3]))) if read else None
    if letter is None:
        raise HTTPException(404, "no such dead letter is kept here: it may be too long ago, or has expired")
    return letter


def withheld(site: Site, person: Person, letter: Buried) -> str:
    """Why its bytes are not for this person; "" where they are."""
    if not person.may("operator"):
        return "What is in a letter is shown to operators."
    if letter.is_cut and letter.labels is None:
        return "It was cut, so that nobody can tell which labels it has: `tiltyard dead-letters show` prints it."
    if not all(_may_see(person, labels, letter.topic) for labels in letter.labels or ()):
        return "It names labels whose documents you may not see."
    if not letter.labels and letter.topic in OF_QUESTIONS and site.questions.is_kept(letter.key):
        return "" if site.questions.get(letter.key, person) else "It is about a question that you may not see."
    return ""


def shown(value: bytes, size: int) -> tuple[str, bool]:
    """The first bytes of a value of this size, and whether they are text; else as numbers, sixteen in a line."""
    text = _text(value, is_cut=size > len(value))
    if text is not None:
        return printable(text), True
    lines = (value[start : start + A_LINE] for start in range(0, min(len(value), MOST_HEX), A_LINE))
    return "\n".join(f"{n * A_LINE:04x}  {line.hex(' '):<47}  {_ascii(line)}" for n, line in enumerate(lines)), False


def _text(value: bytes, *, is_cut: bool) -> str | None:
    """None of what is no UTF-8, up to a last letter that was cut off, or has controls that texts do not have."""
    for end in range(len(value), len(value) - (4 if is_cut else 1), -1):
        try:
            text = value[:end].decode()
        except UnicodeDecodeError:
            continue
        return None if _CONTROLS.search(text) else text
    return None


def _ascii(line: bytes) -> str:
    return "".join(chr(byte) if 32 <= byte < 127 else "." for byte in line)


def _may_see(person: Person, labels: tuple[str, ...], topic: str) -> bool:
    """A document is for whoever has one of its labels; what a question opens for whoever has all of them."""
    return person.may_see(labels) if topic in OF_DOCUMENTS else person.may_see_all(labels)
