"""`tiltyard audit`: in = out + dead + dropped."""

from contextlib import closing
from datetime import UTC, datetime

import typer

from services.console import output, progress
from services.console.live.accounting import LiveAuditSource, counted_since
from shared.keeping_settings import NewsSettings, ResultsSettings
from shared.lab.accounting import Audit
from shared.lab.accounting import audit as account_for
from shared.settings import CassandraSettings, KafkaSettings

SHOWN = 20


def register(app: typer.Typer) -> None:
    app.command()(audit)


def audit(json: output.Json = False) -> None:
    """Check that nothing was lost: read the topics and the store, and account for every document and question.

    Ends with exit code 65 when something is not accounted for, what is still on its way included, or when records left
    their topic before a service had read them.
    """
    since = counted_since(datetime.now(UTC), KafkaSettings(), NewsSettings(), ResultsSettings())
    source = LiveAuditSource(KafkaSettings(), CassandraSettings(), since)
    with closing(source), progress.waiting("reading the topics and the store"):
        balance = account_for(source)
    output.as_json(balance.as_dict()) if json else _show(balance)
    if not balance.balanced:
        raise typer.Exit(output.EX_DATA)


def _show(audit: Audit) -> None:
    rows = [
        ("documents", audit.documents_in, audit.revisions_indexed, audit.documents_dropped, audit.documents_dead),
        ("questions", audit.questions_in, audit.results_out, 0, audit.questions_dead),
    ]
    columns = ["", "in", "indexed / answered", "dropped", "dead"]
    output.table("", columns, rows, right=columns[1:])
    for recipe, questions in audit.evidence.items():
        output.say(f"evidence by recipe {recipe}: for {questions} questions")
    if audit.questions_repeated or audit.results_repeated:
        output.say(f"published again: {audit.questions_repeated} questions, {audit.results_repeated} results")
    if audit.results_revised:
        output.say(f"published with a higher version, after references or votes came: {audit.results_revised} results")
    for lost in audit.lost[:SHOWN]:
        place = f"{lost.topic}[{lost.partition}]@{lost.first} to {lost.last}"
        output.say(f"lost unread by {lost.service}: {lost.records} records, {place}, noticed {lost.found_at}")
    for what in audit.unaccounted[:SHOWN]:
        output.say(f"not accounted for: {what}")
    if (more := len(audit.unaccounted) - SHOWN) > 0:
        output.say(f"... and {more} more")
    if audit.since:
        output.say(f"counted: what was appended since {audit.since}, and losses noticed since then")
    if audit.lost:
        output.say(f"NOT balanced: {audit.lost_unread} records were lost unread")
    if audit.unaccounted:
        output.say("NOT balanced: it is lost, or still on its way")
    if audit.balanced:
        output.say("balanced")
