"""Adapters: which one serves in each track and why, what its gates measured, and changing that."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from fastapi.exceptions import HTTPException
from fastapi.responses import RedirectResponse

from services.web.live.site import Site
from services.web.pages.faults import FieldError
from services.web.pages.given import OfBrowser, OfPerson, OfSite, only
from services.web.pages.paging import AT_ONCE, AtPage, paged
from services.web.pages.rendering import page
from services.web.pages.sent import REFUSALS, OfForm, Sent
from services.web.safety import Browser
from services.web.signing.people import Person
from shared import topology
from shared.adapters import registry, wording
from shared.adapters.registry import Adapters, RegistryError
from shared.lab.acting import begun, written_down
from shared.messages import ActionKind, ActionTaken, AdapterAnnounced

CHANGE, YES = "change an adapter", "1"
FIELDS = {"reason": "Why, for those who come later"}
CHANGED = (
    "Adapters have changed since this was shown, or these pages were started anew: look at what it would do now, and "
    "confirm it once more."
)
ACTIONS: dict[str, ActionKind] = {"promote": "promote_adapter", "rollback": "roll_back_adapter"}
VERDICTS = {"passed": "passed", "failed": "failed", "reported": "reported", "not_measured": "not measured"}
AT_HAND = timedelta(seconds=1)
"""A change that was announced for an action has its moment, or a later one where clocks differ."""
router = APIRouter(include_in_schema=False)


@router.get("/adapters")
def tracks(request: Request, site: OfSite, at: AtPage = 1) -> Response:
    """Each track with the adapter in force, all adapters, and what the tuner decided."""
    known = site.operations.adapters
    turns = {track: registry.in_turn(registry.of_track(known, track)) for track in registry.tracks(known)}
    told = {
        **_words(known),
        "whose": _whose(site, known),
        "turns": turns,
        "adapters": paged(wording.newest_first(known), at),
        "tunings": site.operations.tunings()[:AT_ONCE],
        "done": site.operations.actions(*ACTIONS.values(), "retire_adapter")[:AT_ONCE],
    }
    return page(request, "adapters/adapters.html", told)


@router.get("/adapter")
def one(request: Request, site: OfSite, person: OfPerson, name: str) -> Response:
    """One adapter: lineage, cost, gates, and what was done with it by hand."""
    known = site.operations.adapters
    if name not in known:
        raise HTTPException(404, f"no adapter {name!r} is known here")
    hidden = {"adapter", "state"} if person.may("operator") else {"adapter", "state", "lies at"}
    facts = [fact for fact in wording.facts(known[name], known) if fact[0] not in hidden]
    told = {
        **_words(known),
        "whose": _whose(site, known),
        "adapter": known[name],
        "facts": facts,
        "done": _done(site, name),
    }
    return page(request, "adapters/adapter.html", told)


@router.get("/adapters/change", dependencies=[only("operator")])
def trial(request: Request, site: OfSite, browser: OfBrowser, do: str, of: str, despite: str = "") -> Response:
    """What a promotion or a rollback would change, or why it is refused; nothing is changed."""
    return page(request, "adapters/change.html", _trial(site, browser, {"do": do, "of": of, "despite": despite}))


@router.post("/adapters/change", dependencies=[only("operator")])
def change(request: Request, site: OfSite, browser: OfBrowser, person: OfPerson, form: OfForm) -> Response:
    """Do what was shown, one announcement after the other, and write down who did it."""
    try:
        on = _changed(site, person, form)
    except REFUSALS as error:
        faults = form.refused(error, FIELDS)
        shown = _trial(site, browser, form.fields) | {"said": form.fields, "faults": faults}
        return page(request, "adapters/change.html", shown, faults.status)
    return RedirectResponse(f"/adapter?name={quote(on, safe='')}", status_code=303)


def _trial(site: Site, browser: Browser, asked: Mapping[str, str]) -> dict[str, object]:
    """What a change would do, with a form to confirm it. Raises ValueError where nobody can tell what is asked for."""
    known, why, changes = site.operations.adapters, "", list[AdapterAnnounced]()
    do, of, despite = _asked(asked)
    try:
        changes = _changes(known, asked, "", datetime.now(UTC))
    except RegistryError as error:
        why = error.why
    after = registry.of_track({**known, **{of.name: of for of in changes}}, changes[0].track) if changes else {}
    by_gates = do == "promote" and of in known and bool(registry.refusal(known[of]))
    mark = site.forms.mark(browser, *_marked(known, do, of, despite, changes))
    told: dict[str, object] = {
        "do": do,
        "of": of,
        "despite": despite == YES,
        "why": why,
        "changes": changes,
        "by_gates": by_gates,
        "stands_by": registry.in_turn(after)[1:2],
        "mark": mark,
        "said": {},
        "faults": None,
    }
    return {**told, **_words(known)}


def _changed(site: Site, person: Person, form: Sent) -> str:
    """The name of the adapter that it was about."""
    known, now = site.operations.adapters, datetime.now(UTC)
    (do, of, despite), changes = _asked(form.fields), _changes(known, form.fields, form.get("reason"), now)
    form.require(*_marked(known, do, of, despite, changes), why=CHANGED)
    if site.is_reading:
        raise ConnectionError("what the topics hold is still being read: try again in a moment")
    if not (reason := form.reason):
        raise FieldError("reason", "say why, for those who come later")
    on = [change.name for change in changes]
    action = begun(ACTIONS[do], person.name, "pages", at=now, on=on, reason=reason)
    site.asking.count(person)
    with written_down(action, site.write_down, lambda: datetime.now(UTC)):
        for announcement in changes:
            site.publish(topology.ADAPTERS, announcement)
    return on[0]


def _asked(asked: Mapping[str, str]) -> tuple[str, str, str]:
    return asked.get("do", ""), asked.get("of", ""), asked.get("despite", "")


def _changes(known: Adapters, asked: Mapping[str, str], reason: str, now: datetime) -> list[AdapterAnnounced]:
    """What is to be announced. Raises RegistryError where that is refused, and ValueError for anything else."""
    of = asked.get("of", "")
    if asked.get("do") == "promote":
        return registry.promote(known, of, now=now, reason=reason, despite_gates=asked.get("despite") == YES)
    if asked.get("do") == "rollback":
        return registry.rollback(known, now=now, reason=reason, track=of)
    raise ValueError(f"say what is to be done: {' or '.join(ACTIONS)}")


def _marked(known: Adapters, do: str, of: str, despite: str, changes: list[AdapterAnnounced]) -> tuple[str, ...]:
    """What a confirmation is about: these changes, to adapters that are still as they were shown."""
    tracks = {change.track for change in changes}
    standing = sorted((a.name, a.state, a.since.isoformat()) for a in known.values() if a.track in tracks)
    return CHANGE, do, of, despite, sha256(repr(standing).encode()).hexdigest()


def _done(site: Site, name: str) -> list[ActionTaken]:
    actions = site.operations.actions(*ACTIONS.values(), "retire_adapter")
    return [action for action in actions if name in action.on][:AT_ONCE]


def _whose(site: Site, known: Adapters) -> dict[str, str]:
    """Adapter -> who brought it into its state, of those that somebody changed by hand."""
    actions = site.operations.actions(*ACTIONS.values(), "retire_adapter")
    moments = {name: (of.by, of.at) for of in reversed(actions) if of.state != "failed" for name in of.on}
    return {name: by for name, (by, at) in moments.items() if name in known and abs(known[name].since - at) < AT_HAND}


def _words(known: Adapters) -> dict[str, object]:
    """What templates put adapters in words with."""
    return {"known": known, "wording": wording, "refusal": registry.refusal, "verdicts": VERDICTS}
