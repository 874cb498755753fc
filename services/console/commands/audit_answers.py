"""`tiltyard audit-answers`: how often the measure is wrong, by a person who reads some of the answers."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from services.console import output
from services.console.commands.report import gathered
from services.console.commands.results import read
from services.console.live import reviews
from services.console.views import audit_answers as view
from shared import lines, topology
from shared.lab.audit import counting, doubts, drawing, sheet
from shared.lab.report.material import Material, gather
from shared.lab.report.scores import arms_of, clusters_of
from shared.lab.reviewing import sheets, taking_up
from shared.scoring.catalogue import HEADLINE
from shared.settings import KafkaSettings

Sources = Annotated[
    list[Path] | None,
    typer.Option("--from", help="A results.jsonl instead of the results topic; several are several runs."),
]

ShowVerdict = Annotated[
    bool, typer.Option("--show-verdict", help="Show what the measure said; a reader is then less independent.")
]
Known = Annotated[
    list[Path] | None, typer.Option(help="A sheet filled before: what was read is not asked again; repeatable.")
]
ToPage = Annotated[bool, typer.Option("--to-page", help="Put it on the page Review of the running system as well.")]
FromPage = Annotated[
    bool, typer.Option("--from-page", help="First fill the sheet in with what was said on the page Review.")
]


def register(app: typer.Typer) -> None:
    audits = typer.Typer(
        name="audit-answers", no_args_is_help=True, help="Find out how often the measure of right answers is wrong."
    )
    audits.command()(draw)
    audits.command()(count)
    app.add_typer(audits)


def draw(
    out: Annotated[Path, typer.Option(help="The sheet to write; its key is written beside it.")],
    source: Sources = None,
    rights: Annotated[int, typer.Option(min=1, help="So many answers that the measure calls right.")] = 50,
    wrongs: Annotated[
        int, typer.Option(min=1, help="So many that it calls wrong, and a fifth as many abstained.")
    ] = 50,
    seed: Annotated[int, typer.Option(help="Of the draw.")] = 1,
    by_arm: Annotated[bool, typer.Option("--by-arm", help="So many of each arm, not of all together.")] = False,
    show_verdict: ShowVerdict = False,
    known: Known = None,
    to_page: ToPage = False,
) -> None:
    """Draw answers for a person to read, half of them called right by the measure and half wrong.

    The person writes true, false or "unsure" behind `right` in each line, or several say it on the page. Answers that
    the measure doubts are drawn more often, and weigh less for it.

    Example: tiltyard audit-answers draw --from out/demo/results.jsonl --out audit.jsonl
    Example: tiltyard audit-answers draw --out audit.jsonl --to-page
    """
    if to_page:
        reviews.build().require()
    material = _results(source)
    answers, left_out = drawing.judged(material.results, doubts.ruled)
    wanted = drawing.Wanted(
        rights, wrongs, seed, by_arm=by_arm, show_verdict=show_verdict, known=sheet.filled(known or ())
    )
    entries, key = drawing.draw(
        answers, wanted, measure_version=_version(material), read_from=material.read_from, left_out=left_out
    )
    items = sheets.of_answers(out.stem, entries, seed) if to_page else []
    sheet.write(out, entries, key)
    view.drawn(out, entries, key, source or (), at_page=to_page)
    if items:
        reviews.build().put(items)
        output.say(f"{len(items)} items stand on the page Review as {items[0].sheet_id}.")


def count(
    filled: Annotated[Path, typer.Argument(help="The sheet, with its key beside it.")],
    source: Sources = None,
    from_page: FromPage = False,
    json: output.Json = False,
) -> None:
    """Read a filled sheet: how often the measure errs, and the arms' accuracies corrected for it.

    `tiltyard report --audit` says the same in the report.

    Example: tiltyard audit-answers count audit.jsonl --from out/demo/results.jsonl
    Example: tiltyard audit-answers count audit.jsonl --from-page
    """
    if from_page:
        _take_up(filled)
    labels = sheet.read(filled)
    material = _results(source)
    results = material.results
    audited = counting.count(labels, results, arms_of(results, material.contest), clusters_of(results, material.asked))
    output.as_json(asdict(audited)) if json else view.counted(audited)


def _take_up(file: Path) -> None:
    """Fill the sheet in, and say where its reviewers differ: `count` says so with the line, and counts nothing."""
    entries = lines.read_all(file, sheet.Entry)
    taken = taking_up.into_sheet(entries, reviews.build().said())
    sheet.replace(file, taken.lines)
    view.taken_up(taken, [entry.item for entry in entries])


def _results(source: list[Path] | None) -> Material:
    """Of files, or of the topic, of which no times of documents are needed here."""
    if source:
        return gathered(source)
    return gather(read(KafkaSettings()).values(), read_from=f"topic {topology.RESULTS.name}")


def _version(material: Material) -> str:
    """Of the headline measure in all results. ValueError: there are several, whose errors are not the same."""
    versions = sorted({r.metric_versions.get(HEADLINE, "") for r in material.results if r.question.references})
    if len(versions) > 1:
        raise ValueError(f"these results are scored by several versions of `{HEADLINE}`: {', '.join(versions)}")
    return versions[0] if versions else ""
