"""Every page and what programs read: the one list of them."""

from services.web.pages import actions
from services.web.pages.adapters import api as adapters_api
from services.web.pages.adapters import page as adapters_page
from services.web.pages.asking import api as asking_api
from services.web.pages.asking import page as asking_page
from services.web.pages.compare import page as compare_page
from services.web.pages.contest import api as contest_api
from services.web.pages.contest import page as contest_page
from services.web.pages.dead import api as dead_api
from services.web.pages.dead import page as dead_page
from services.web.pages.dead import resending
from services.web.pages.documents import page as documents_page
from services.web.pages.evidence import api as evidence_api
from services.web.pages.evidence import page as evidence_page
from services.web.pages.freshness import api as freshness_api
from services.web.pages.freshness import page as freshness_page
from services.web.pages.reports import api as reports_api
from services.web.pages.reports import page as reports_page
from services.web.pages.review import accepted
from services.web.pages.review import api as review_api
from services.web.pages.review import page as review_page
from services.web.pages.standings import api as standings_api
from services.web.pages.standings import page as standings_page
from services.web.pages.trace import api as trace_api
from services.web.pages.trace import page as trace_page
from services.web.pages.vote import page as vote_page

ROUTES = (
    actions.router,
    adapters_api.router,
    adapters_page.router,
    asking_api.router,
    asking_page.router,
    compare_page.router,
    contest_api.router,
    contest_page.router,
    dead_api.router,
    dead_page.router,
    resending.router,
    documents_page.router,
    evidence_api.router,
    evidence_page.router,
    freshness_api.router,
    freshness_page.router,
    reports_api.router,
    reports_page.router,
    accepted.router,
    review_api.router,
    review_page.router,
    standings_api.router,
    standings_page.router,
    trace_api.router,
    trace_page.router,
    vote_page.router,
)
"""All but that of signing in, for which nobody has to have signed in."""
