"""Reports and decisions for programs, as JSON."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Body, Response

from services.web.pages.given import OfPerson, OfSite
from services.web.pages.paging import AtPage, Paged
from services.web.pages.problems import told
from services.web.pages.reports.page import Listed, file_of, listed, make_now
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


@router.get("")
def reports(site: OfSite, at: AtPage = 1) -> Paged[KeptReport]:
    """What is kept, those written last first."""
    return listed(site.kept, at).of(_told)


@router.post("", response_class=Response, responses=told(409, 413, 429, 503))
def make(site: OfSite, person: OfPerson, asked: Annotated[ReportToMake, Body()]) -> Response:
    """Make one over what is in memory."""
    name = f"report.{asked.form}"
    return file_of(name, make_now(site, person).texts[name].encode())


def _told(of: Listed) -> KeptReport:
    return KeptReport(**vars(of.kept), **vars(of.said), files=of.files)
