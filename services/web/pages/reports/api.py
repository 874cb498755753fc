"""Reports and decisions for programs, as JSON."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Body, Response

from services.web.pages.given import OfPerson, OfSite
from services.web.pages.reports.page import file_of, listed, make_now, pages
from services.web.reports.said import Kind
from shared.messages.schema import Message

router = APIRouter(prefix="/api/reports")


class KeptReport(Message):
    """A page that is kept. `why`: the numbers beside it say nothing; `files`: form -> address."""

    folder: str
    kind: Kind
    written_at: datetime
    sentence: str
    n: int | None
    contest: str
    why: str
    files: dict[str, str]


class ReportToMake(Message):
    """Which of its forms comes back."""

    form: Literal["html", "md", "json"] = "json"


class KeptReports(Message):
    """One page of them, those written last first."""

    page: int
    pages: int
    n: int
    reports: tuple[KeptReport, ...]


@router.get("")
def reports(site: OfSite, page: int = 1) -> KeptReports:
    """What is kept."""
    kept = site.kept.newest()
    told = [KeptReport(**vars(of.kept), **vars(of.said), files=of.files) for of in listed(site.kept, kept, page)]
    return KeptReports(page=page, pages=pages(kept), n=len(kept), reports=tuple(told))


@router.post("", response_class=Response)
def make(site: OfSite, person: OfPerson, asked: Annotated[ReportToMake, Body()]) -> Response:
    """Make one over what is in memory."""
    name = f"report.{asked.form}"
    return file_of(name, make_now(site, person).texts[name].encode())
