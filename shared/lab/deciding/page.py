"""The decision as sections: what to use, the map, the contestants at the user's rates, what was set, and from what."""

from collections.abc import Iterator, Mapping

from shared.lab.deciding import asked_often, picture, ways
from shared.lab.deciding.decided import Decided
from shared.lab.deciding.evidence import Answered, Contestant, Evidence
from shared.lab.deciding.rule import Decision
from shared.lab.deciding.values import DAY_S
from shared.lab.deciding.ways import FROM_MEMORY, MEASURED
from shared.lab.deciding.wording import number, worth
from shared.lab.report.blocks import Block, Bullets, Figure, Paragraph, Section, Table
from shared.lab.report.phrasing import counted, listed, plain

HOUR_S = 3_600.0
AGAIN = "tiltyard decide --again"


def sections(decided: Decided) -> list[Section]:
    """In the order of reading."""
    return [
        Section("Decision", "verdict", list(_first(decided))),
        Section("The map", "map", list(_map(decided))),
        ways.section(decided.ways, decided.values),
        Section("At your rates", "rates", list(_at_rates(decided))),
        Section("What an answer and an update cost", "costs", [_costs(decided)]),
        asked_often.section(decided),
        Section("What was set", "set", list(_set(decided))),
        Section("What it was made from", "provenance", list(_made_from(decided))),
    ]


def _first(decided: Decided) -> Iterator[Block]:
    """What a reader needs who reads no further."""
    yield Paragraph(" ".join(decided.sentences))
    if decided.warning:
        yield Paragraph(decided.warning)
    if decided.of_taught:
        yield Paragraph(" ".join(decided.of_taught), small=True)
    if decided.of_review:
        yield Paragraph(" ".join(decided.of_review), small=True)
    named = {decided.decision.best, *decided.decision.rivals, *decided.chart.names}
    said = [f"{way.name} is {way.words}" for way in decided.ways if way.name in named]
    yield Paragraph(f"{'; '.join(said)}. Worth is in units of a right answer; what counts is said below the map.")


def _map(decided: Decided) -> Iterator[Block]:
    names = [one.name for one in decided.evidence.contestants]
    rates = decided.decision.rates
    here = "the star is your point" if rates.updates_per_day else "without updates you are left of it, see the arrow"
    yield Figure(
        picture.drawn_map(decided.chart, names, rates),
        "Each point is a number of updates and of questions a day, both rising by equal factors; its region is of the "
        f"way that is worth most there. Hatched is where that is not decided; {here}.",
        "a map of questions a day over updates a day, with a region for each way that is worth most in it",
        narrow=True,
    )


def _at_rates(decided: Decided) -> Iterator[Block]:
    decision = decided.decision
    order = sorted(decision.worths, key=lambda name: -decision.worths[name].mean)
    contestants = {one.name: one for one in decided.evidence.contestants}
    said = {way.name: way.pending for way in decided.ways}
    evidence = decided.evidence
    yield Table(
        f"What an answer is worth on average, a right one being worth {worth(decided.values.right)}; 95 % intervals",
        ["", "worth", "behind by", "surely by", "of known news right, wrong, declined",
         "of pending news right, wrong, declined", "news pending", "trains every"],
        [_row(decision, contestants[name], evidence, said[name]) for name in order],
        numbers=range(1, 8),
    )  # fmt: skip
    yield Paragraph(
        "Known is news up to the training, and pending what came later. An arm that learns, or that has only its "
        f"memory, was measured on both. An arm that only reads was not asked about news that it could not find yet: "
        f'"{FROM_MEMORY}" is what its model says without reading, in place of a measurement. How much is pending '
        "follows from "
        "how long an update takes and how often an arm trains, which is chosen to be worth most. Behind by is what an "
        "answer is worth less than one of the first; surely by is what of that holds with 95 % confidence.",
        small=True,
    )
    if decided.basis.without_memory:
        yield Paragraph(
            f"No arm says what the model of {listed([*decided.basis.without_memory])} knows without reading: pending "
            "news counts as answered wrongly there.",
            small=True,
        )


def _row(decision: Decision, one: Contestant, evidence: Evidence, pending: str) -> list[str]:
    made, lead = decision.worths[one.name], decision.leads.get(one.name)
    every = made.schedule.every_s
    return [
        one.name,
        f"{worth(made.mean)} ({worth(made.low)} to {worth(made.high)})",
        "" if lead is None else worth(lead.difference),
        "" if lead is None else worth(lead.least),
        _shares(evidence, one.known, is_known=True),
        _shares(evidence, one.pending, is_known=False) + ("" if pending == MEASURED else f", {pending}"),
        f"{100 * made.schedule.pending:.1f} %",
        "" if every is None else _span(every),
    ]


def _shares(evidence: Evidence, answers: Mapping[str, Answered], *, is_known: bool) -> str:
    """Of right, wrong and declined answers where news answers, weighed as in the worth."""
    said = ", ".join(f"{100 * share:.0f}" for share in evidence.outcomes(answers, is_known=is_known).values())
    weighed = ", weighed," if is_known and evidence.weighed else ""
    return f"{said} %{weighed} of {len(evidence.with_answer(answers))}"


def _span(seconds: float) -> str:
    """In the unit that reads well."""
    for unit, size in (("days", DAY_S), ("hours", HOUR_S), ("minutes", 60.0)):
        if seconds >= 2 * size:
            return f"{number(seconds / size)} {unit}"
    return f"{number(seconds)} s"


def _costs(decided: Decided) -> Table:
    rows = []
    for one in decided.evidence.contestants:
        updating, schedule = one.updating, decided.decision.worths.get(one.name)
        each = updating.document_s if updating.by_training else updating.machine_s
        rows.append([
            one.name, plain(one.wait_s, 1), plain(1_000 * one.machine_s / 60, 1), plain(each, 2) if each else "",
            plain(updating.machine_s / 60, 1) if updating.by_training else "",
            plain(schedule.schedule.machine_s / 60, 1) if schedule else "cannot keep up",
        ])  # fmt: skip
    heads = ["", "seconds of waiting for an answer", "machine minutes for 1,000 answers",
             "machine seconds for a document", "minutes of a training",
             "machine minutes a day for updates, at your rates"]  # fmt: skip
    return Table("Measured in the contest; waits are those of an idle system", heads, rows, numbers=range(1, 6))


def _set(decided: Decided) -> Iterator[Block]:
    values, rates = decided.values, decided.decision.rates
    right, wrong, silent = worth(values.right), worth(values.wrong), worth(values.silent)
    second, machine = plain(-values.second, 4), plain(-values.machine_second, 5)
    asked, changed = number(rates.questions_per_day), number(rates.updates_per_day)
    yield Bullets(
        (
            f"A right answer is worth {right}, a wrong one {wrong}, a declined one {silent}.",
            f"A second of waiting costs {second}, a second of the machine {machine}.",
            f"Contestants whose answers differ by less than {worth(values.margin)} are as good as one another.",
            f"{asked} questions and {changed} updates a day.",
            f"Half of the questions are about news of the last {number(rates.half_within_h)} hours.",
        )
    )


def _made_from(decided: Decided) -> Iterator[Block]:
    basis = decided.basis
    asked = (
        f"{basis.questions} questions, {basis.unanswerable} of which nothing answers, about {basis.documents} documents"
    )
    undated = (
        f" {basis.undated} of them count nowhere, for it is not known when their news came." if basis.undated else ""
    )
    yield Paragraph(
        f"{asked}, and {counted(basis.trainings, 'training')}, read from {basis.read_from}.{undated} "
        "The decision holds for these questions, documents, models and prompts."
    )
    made = decided.made_with
    yield Table("Files", ["file", "SHA-256"], [[file.path, file.sha256[:16]] for file in made.files])
    versions = listed([f"{name} {version}" for name, version in made.versions.items()])
    yield Paragraph(
        f"Counted by {versions}. `{AGAIN}`, with the folder of this page, decides again from the same files with the "
        "same options and says whether anything differs.",
        small=True,
    )
