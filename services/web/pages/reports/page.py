"""Reports and decisions that lie in a folder of this machine, and a report that is made now."""

from dataclasses import dataclass
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from fastapi.exceptions import HTTPException
from fastapi.responses import RedirectResponse

from services.web.live.site import Site
from services.web.pages.given import OfBrowser, OfPerson, OfSite
from services.web.pages.paging import AtPage, Paged, paged
from services.web.pages.rendering import page
from services.web.pages.sent import REFUSALS, OfForm
from services.web.reports.kept import FORMS, Folder, KeptPage, NotKeptError
from services.web.reports.made import Made
from services.web.reports.said import KINDS, Said
from services.web.safety import Browser
from services.web.signing.people import Person
from shared.messages import Result

REPORT = "report"
OF_FILES = {
    "html": "text/html; charset=utf-8",
    "md": "text/markdown; charset=utf-8",
    "json": "application/json",
}
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; sandbox"
)
"""Of a page that was written elsewhere: its own styles and pictures, no scripts, and nothing of this site's."""
router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class Listed:
    """A kept page with what it found. `files`: form -> address."""

    kept: KeptPage
    said: Said
    files: dict[str, str]


@router.get("/reports")
def show(request: Request, site: OfSite, browser: OfBrowser, person: OfPerson, at: AtPage = 1) -> Response:
    """Those written last first."""
    return page(request, "reports/reports.html", _shown(site, browser, person, at))


@router.post("/reports")
def make(request: Request, site: OfSite, browser: OfBrowser, person: OfPerson, form: OfForm) -> Response:
    """A report over what is in memory; back to the list, on which it stands first."""
    try:
        form.require(REPORT)
        make_now(site, person)
    except REFUSALS as error:
        faults = form.refused(error)
        return page(request, "reports/reports.html", _shown(site, browser, person) | {"faults": faults}, faults.status)
    return RedirectResponse("/reports", status_code=303)


@router.get("/reports/made")
def made(site: OfSite, person: OfPerson, form: str = "html") -> Response:
    """A file of what this person had made."""
    report = site.reports.of(person)
    if report is None:
        raise HTTPException(404, "no report of yours is kept here: have one made")
    return file_of(f"report.{form}", report.texts.get(f"report.{form}", "").encode())


@router.get("/reports/file")
def file(site: OfSite, name: str) -> Response:
    """One file of the folder: a page is shown, the others are saved."""
    try:
        return file_of(name, site.kept.read(name))
    except NotKeptError as error:
        raise HTTPException(404, f"this is not shown: {error}") from error


def make_now(site: Site, person: Person) -> Made:
    """Raises TooOftenError, ValueError where there is nothing to report, and what `Reports.make` does."""
    version, results = site.questions.version, _results(site, person)
    if not results:
        raise ValueError("no question that you may see has a result here: ask one, and wait for its result")
    site.reporting.count(person)
    return site.reports.make(results, person, per_hour=site.voting.per_voter_per_hour, version=version)


def listed(folder: Folder, at: int) -> Paged[Listed]:
    """Those written last first; what each found is read for this page alone."""

    def told(of: KeptPage) -> Listed:
        return Listed(of, folder.said(of), {form: f"/reports/file?name={quote(of.name(form))}" for form in FORMS})

    return paged(folder.newest(), at).of(told)


def file_of(name: str, content: bytes) -> Response:
    """Under a policy of its own. Raises HTTPException for a file of another form."""
    form = name.rpartition(".")[2]
    if form not in OF_FILES or not content:
        raise HTTPException(404, "a report has no such file")
    headers = {"Content-Security-Policy": POLICY}
    if form != "html":
        kind = next((kind for kind in KINDS if name.endswith(f"{kind}.{form}")), REPORT)
        headers["Content-Disposition"] = f'attachment; filename="{kind}.{form}"'
    return Response(content, headers=headers, media_type=OF_FILES[form])


def _shown(site: Site, browser: Browser, person: Person, at: int = 1) -> dict[str, object]:
    return {
        "mark": site.forms.mark(browser, REPORT), "made": site.reports.of(person), "forms": FORMS,
        "listed": listed(site.kept, at), "folder": site.kept.path, "results": len(_results(site, person)),
    }  # fmt: skip


def _results(site: Site, person: Person) -> list[Result]:
    return [result for result in site.questions.results if person.may_see_result(result)]
