"""Signing in with a token, and out again."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from services.web.live.site import Site
from services.web.pages.faults import Faults
from services.web.pages.given import OfBrowser, OfSite
from services.web.pages.rendering import page
from services.web.pages.sent import REFUSALS, OfForm, Sent
from services.web.safety import Browser, cookie
from services.web.signing.ways import TOKEN_COOKIE

SIGN_IN, SIGN_OUT, DAY_S = "sign in", "sign out", 86_400
NOBODY = Faults(
    403,
    [("token", "Nobody has this token. Whoever runs the pages makes one with `tiltyard people new`.")],
    names={"token": "Your token"},
)
router = APIRouter(include_in_schema=False)


@router.get("/sign-in")
def show(request: Request, site: OfSite, browser: OfBrowser, to: str = "/") -> Response:
    """The form; who is signed in already may sign out."""
    return page(request, "sign_in/sign_in.html", _form(site, browser, to))


@router.post("/sign-in")
def sign_in(request: Request, site: OfSite, form: OfForm) -> Response:
    """Keep the token in the browser, and lead back to where it was asked for."""
    token, to = form.get("token"), form.fields.get("to", "/")
    try:
        form.require(SIGN_IN)
    except REFUSALS as error:
        return _refused(request, form, form.refused(error))
    if site.signing.with_token(token) is None:
        return _refused(request, form, NOBODY)
    answer = RedirectResponse(here_alone(to), status_code=303)
    answer.headers.append("Set-Cookie", cookie(TOKEN_COOKIE, token, DAY_S, is_secure=site.signing.is_secure(request)))
    return answer


@router.post("/sign-out")
def sign_out(request: Request, site: OfSite, form: OfForm) -> Response:
    """Take the token out of the browser."""
    try:
        form.require(SIGN_OUT)
    except REFUSALS as error:
        return _refused(request, form, form.refused(error))
    answer = RedirectResponse("/sign-in", status_code=303)
    answer.headers.append("Set-Cookie", cookie(TOKEN_COOKIE, "", 0, is_secure=site.signing.is_secure(request)))
    return answer


def _form(site: Site, browser: Browser, to: str) -> dict[str, object]:
    marks = {"mark": site.forms.mark(browser, SIGN_IN), "mark_out": site.forms.mark(browser, SIGN_OUT)}
    return {**marks, "to": here_alone(to), "faults": None}


def _refused(request: Request, form: Sent, faults: Faults) -> Response:
    """The form again, without the token: no page shows one."""
    shown = _form(request.app.state.site, form.browser, form.fields.get("to", "/")) | {"faults": faults}
    return page(request, "sign_in/sign_in.html", shown, faults.status)


def here_alone(to: str) -> str:
    """An address of our own pages; any other becomes the first page."""
    is_ours = to.startswith("/") and not to.startswith(("//", "/\\")) and to.isprintable() and "\\" not in to
    return to if is_ours else "/"
