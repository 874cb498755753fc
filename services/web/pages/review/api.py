"""Sheets and their items for programs, as JSON, as far as a reviewer may see what others said."""

from fastapi import APIRouter
from fastapi.exceptions import HTTPException

from services.web.live.sheets import Sheet
from services.web.live.site import Site
from services.web.pages.given import OfPerson, OfSite, only
from services.web.pages.paging import AtPage, Paged, paged
from services.web.pages.problems import told
from services.web.pages.review.progress import Progress, progress
from services.web.signing.people import Person
from shared.lab.reviewing.given import Given
from shared.messages import Message, Moment, ReviewItem
from shared.messages.reviews import ItemKind, Said

router = APIRouter(prefix="/api/review", dependencies=[only("reviewer")], responses=told(403))


class Agreement(Message):
    """Over `items` that two or more have read: the share on which two agree, and Krippendorff's alpha, with limits."""

    items: int
    observed: float | None
    observed_ci95: tuple[float, float]
    alpha: float | None
    alpha_ci95: tuple[float, float]


class SheetToReview(Message):
    """A sheet with its number of items, how many each reviewer has read, and how many a further verdict decides."""

    sheet_id: str
    kind: ItemKind
    put_at: Moment
    items: int
    read: dict[str, int]
    disputed: int
    agreement: Agreement


class Verdict(Message):
    """What somebody says of an item, and since when."""

    said: Said
    at: Moment
    text: str | None
    references: tuple[str, ...] | None


class ItemToReview(Message):
    """An item; `others` is empty before the reader has said something of it."""

    item: ReviewItem
    own: Verdict | None
    others: dict[str, Verdict]


@router.get("")
def sheets(site: OfSite, person: OfPerson, at: AtPage = 1) -> Paged[SheetToReview]:
    """Sheets that one may see, those put on the page last first."""
    return paged(site.sheets.all_of(person), at).of(lambda sheet: _sheet(progress(site.sheets, sheet)))


@router.get("/items", responses=told(404))
def items(site: OfSite, person: OfPerson, sheet: str, at: AtPage = 1) -> Paged[ItemToReview]:
    """The items of a sheet that one may see, in their order."""
    of = progress(site.sheets, _found(site, person, sheet))
    return paged(of.sheet.items, at).of(lambda item: _item(of, item, person))


@router.get("/item", responses=told(404))
def item(site: OfSite, person: OfPerson, sheet: str, id: str) -> ItemToReview:  # noqa: A002  (as in addresses)
    """One item of a sheet."""
    found = _found(site, person, sheet)
    shown = next((each for each in found.items if each.item_id == id), None)
    if shown is None:
        raise HTTPException(404, "nothing is kept here of this item, or not for you")
    return _item(progress(site.sheets, found), shown, person)


def _found(site: Site, person: Person, sheet_id: str) -> Sheet:
    sheet = site.sheets.get(sheet_id, person)
    if sheet is None:
        raise HTTPException(404, "nothing is kept here of this sheet, or not for you")
    return sheet


def _item(of: Progress, item: ReviewItem, person: Person) -> ItemToReview:
    own = of.own_of(item.item_id, person.name)
    others = {name: _verdict(given) for name, given in of.others(item.item_id, person.name).items()}
    return ItemToReview(item=item, own=None if own is None else _verdict(own), others=others)


def _verdict(given: Given) -> Verdict:
    reviewed = given.reviewed
    return Verdict(said=reviewed.said, at=given.at, text=reviewed.text, references=reviewed.references)


def _sheet(of: Progress) -> SheetToReview:
    agreed, sheet = of.agreement, of.sheet
    return SheetToReview(
        sheet_id=sheet.sheet_id,
        kind=sheet.kind,
        put_at=sheet.at,
        items=len(sheet.items),
        read=of.by_reviewer,
        disputed=of.disputed,
        agreement=Agreement(
            items=agreed.items,
            observed=agreed.observed.mean,
            observed_ci95=(agreed.observed.low, agreed.observed.high),
            alpha=agreed.alpha.mean,
            alpha_ci95=(agreed.alpha.low, agreed.alpha.high),
        ),
    )
