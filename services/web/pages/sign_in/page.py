"""Signing in with a token, and out again."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from services.web.pages.faults import Faults
from services.web.pages.given import Fields, OfBrowser, OfSite
from services.web.pages.rendering import page
from services.web.safety import cookie
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
    marks = {"mark": site.forms.mark(browser, SIGN_IN), "mark_out": site.forms.mark(browser, SIGN_OUT)}
    return page(request, "sign_in/sign_in.html", {**marks, "to": here_alone(to), "faults": None})


@router.post("/sign-in")
def sign_in(request: Request, site: OfSite, browser: OfBrowser, fields: Fields) -> Response:
    """Keep the token in the browser, and lead back to where it was asked for."""
    site.forms.require(fields.get("mark", ""), browser, SIGN_IN)
    token, to = fields.get("token", ""), here_alone(fields.get("to", "/"))
    if site.signing.with_token(token) is None:
        shown = {"mark": fields["mark"], "mark_out": "", "to": to, "faults": NOBODY}
        return page(request, "sign_in/sign_in.html", shown, NOBODY.status)
    answer = RedirectResponse(to, status_code=303)
    answer.headers.append("Set-Cookie", cookie(TOKEN_COOKIE, token, DAY_S, is_secure=site.signing.is_secure(request)))
    return answer


@router.post("/sign-out")
def sign_out(request: Request, site: OfSite, browser: OfBrowser, fields: Fields) -> Response:
    """Take the token out of the browser."""
    site.forms.require(fields.get("mark", ""), browser, SIGN_OUT)
    answer = RedirectResponse("/sign-in", status_code=303)
    answer.headers.append("Set-Cookie", cookie(TOKEN_COOKIE, "", 0, is_secure=site.signing.is_secure(request)))
    return answer


def here_alone(to: str) -> str:
    """An address of our own pages; any other becomes the first page."""
    is_ours = to.startswith("/") and not to.startswith(("//", "/\\")) and to.isprintable() and "\\" not in to
    return to if is_ours else "/"
