"""Dead letters for programs, as JSON."""

from datetime import datetime

from fastapi import APIRouter

from services.web.pages.dead import letters
from services.web.pages.given import OfPerson, OfSite
from services.web.pages.paging import AtPage, Paged, paged
from services.web.pages.problems import told
from shared.lab.accounting import name
from shared.lab.resending.buried import Buried
from shared.lab.resending.groups import Group
from shared.messages.schema import Message

router = APIRouter(prefix="/api")


class DeadLetter(Message):
    """A dead letter without its bytes. `at`: where it lies; `origin`: where it came from, "" of a foreign record."""

    at: str
    origin: str
    key: str
    reason: str
    service: str
    size_bytes: int
    whole: str
    buried_at: datetime
    sent_again: bool


class Bytes(Message):
    """The first bytes of a letter as text, or as hexadecimal numbers in lines; or why they are not shown."""

    withheld: str
    value: str
    is_text: bool


@router.get("/dead")
def groups(site: OfSite, topic: str = "", at: AtPage = 1) -> Paged[Group]:
    """Groups of dead letters, the largest first."""
    return paged(site.dead.groups(topic), at)


@router.get("/dead/group")
def group(site: OfSite, id: str, at: AtPage = 1) -> Paged[DeadLetter]:  # noqa: A002  (the parameter's name in addresses)
    """The letters of a group, those buried last first."""
    return paged(site.dead.group(id), at).of(lambda letter: _told(letter, is_sent=letter.position in site.dead.sent))


@router.get("/dead/letter", responses=told(404))
def letter(site: OfSite, person: OfPerson, at: str) -> Bytes:
    """What is in a letter, as far as one may see it."""
    found = letters.at(site, at)
    if why := letters.withheld(site, person, found):
        return Bytes(withheld=why, value="", is_text=True)
    value, is_text = letters.shown(found.beginning, found.size)
    return Bytes(withheld="", value=value, is_text=is_text)


def _told(letter: Buried, *, is_sent: bool) -> DeadLetter:
    return DeadLetter(
        at=name(letter.position),
        origin=name(letter.origin) if letter.origin else "",
        key=letter.key,
        reason=letter.reason,
        service=letter.service,
        size_bytes=letter.size,
        whole=letter.whole,
        buried_at=letter.buried_at,
        sent_again=is_sent,
    )
