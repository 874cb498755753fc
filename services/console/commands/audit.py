"""`tiltyard audit`: in = out + dead + dropped."""

from contextlib import closing

import typer

from services.console import output, progress
from services.console.live.accounting import LiveAuditSource
from shared.lab.accounting import Audit
from shared.lab.accounting import audit as balance
from shared.settings import CassandraSettings, KafkaSettings

SHOWN = 20


def register(app: typer.Typer) -> None:
    app.command()(audit)


def audit(json: output.Json = False) -> None:
    """Check that nothing was lost: read the topics and the store, and account for every document and question.

    Ends with exit code 65 when something is not accounted for; what is still on its way counts as such.
    """
    source = LiveAuditSource(KafkaSettings(), CassandraSettings())
    with closing(source), progress.waiting("reading the topics and the store"):
        found = balance(source)
    output.as_json(found.as_dict()) if json else _show(found)
    if not found.balanced:
        raise typer.Exit(output.EX_DATA)


def _show(found: Audit) -> None:
    rows = [
        ("documents", found.documents_in, found.revisions_indexed, found.documents_dropped, found.documents_dead),
        ("questions", found.questions_in, found.results_out, 0, found.questions_dead),
    ]
    columns = ["", "in", "indexed / answered", "dropped", "dead"]
    output.table("", columns, rows, right=columns[1:])
    for recipe, questions in found.evidence.items():
        output.say(f"evidence by recipe {recipe}: for {questions} questions")
    if found.questions_repeated or found.results_repeated:
        output.say(f"published again: {found.questions_repeated} questions, {found.results_repeated} results")
    if found.results_revised:
        output.say(f"published with a higher version, after references or votes came: {found.results_revised} results")
    for what in found.unaccounted[:SHOWN]:
        output.say(f"not accounted for: {what}")
    if (more := len(found.unaccounted) - SHOWN) > 0:
        output.say(f"... and {more} more")
    output.say("balanced" if found.balanced else "NOT balanced: it is lost, or still on its way")
