"""What people ask who must choose, each answered in a line with its interval, or with what to measure for it."""

from collections.abc import Iterator, Sequence

from shared.lab.deciding import examples_needed, forgetting, lacking
from shared.lab.deciding.decided import Decided
from shared.lab.deciding.evidence import Evidence, Updating
from shared.lab.deciding.turning import Turn
from shared.lab.deciding.wording import number
from shared.lab.report.blocks import Block, Paragraph, Section, Table
from shared.lab.report.design import INTERACTION
from shared.lab.report.gains import Gain
from shared.lab.report.numbers import Numbers, cell
from shared.lab.report.phrasing import listed, milliseconds, percent, plain, points_between, said_share
from shared.lab.report.verdict import interaction
from shared.messages.contests import CAG
from shared.scoring.catalogue import HEADLINE
from shared.statistics.comparison import Comparison
from shared.statistics.wording import points

OUTDATED = "outdated"
Row = tuple[str, str]


def section(decided: Decided) -> Section:
    """One row for each question, and the curve over examples where there is one."""
    numbers, evidence = decided.numbers, decided.evidence
    rows = [
        *_gains(numbers),
        _both(numbers),
        _forgetting(decided),
        lacking.where_tuning_fails(numbers, evidence),
        _search(numbers),
        _waits(numbers, evidence),
        *_costs(evidence, decided.turns),
        ("Does the machine keep up?", _each([load.in_words() for load in decided.loads])),
        _freshness(evidence),
        _deletion(numbers, evidence),
        _long_prompt(numbers),
        examples_needed.row(decided.curve, decided.fit),
        lacking.what_is_lacking(numbers, evidence, decided.basis),
    ]
    blocks: list[Block] = [Table("With 95 % intervals; points are of 100 answers", ["question", "answer"], rows)]
    if decided.curve is not None and decided.fit is not None:
        blocks.append(examples_needed.figure(decided.curve, decided.fit))
    blocks.append(
        Paragraph(
            "Work of the machine is in per cent of a day, at your rates, trainings included. The report of the contest "
            "(`tiltyard report --from`) has the evidence behind each line.",
            small=True,
        )
    )
    return Section("What people ask", "asked", blocks)


def _each(said: Sequence[str]) -> str:
    """Each arm's part, which may have commas of its own."""
    return f"{'; '.join(said)}."


def _gains(numbers: Numbers) -> Iterator[Row]:
    """Knowledge, reading and style of each track."""
    tuning = numbers.apart.gains.tuning
    if not tuning:
        yield "Does training give knowledge, or form?", "Not measured: no arm of the contest has an adapter."
    for gain in tuning:
        comparison = gain.comparisons.get(HEADLINE)
        if comparison is not None:
            yield _asked_of(gain), _points(comparison, gain.more, gain.less)


def _asked_of(gain: Gain) -> str:
    if gain.what == "knowledge":
        return "Does it know the news by heart after training?"
    if gain.what == "style":
        return "How much of that does showing the form of an answer give?"
    return "Does training help where the passages are there?"


def _points(comparison: Comparison, more: str, less: str) -> str:
    """Who is right more often, or that it is undecided and what would have shown."""
    seen = f"{points_between(comparison)} points, n = {comparison.n}"
    if comparison.verdict == "undecided":
        detectable = comparison.detectable
        shown = "" if detectable is None else f"; {points(detectable, signed=False)} points would have shown"
        return f"Undecided: {more} against {less} {seen}{shown}."
    return f"{more} against {less}: {seen}."


def _both(numbers: Numbers) -> Row:
    together = [effect for effect in numbers.design.effects if effect.what == INTERACTION]
    asked = "Do both together help more than each alone?"
    return asked, f"{interaction(together[0].comparison)}." if together else "Not measured: the contest has no 2 x 2."


def _forgetting(decided: Decided) -> Row:
    not_measured = "Not measured: no adapter was asked general questions by its gates (`tiltyard adapters show`)."
    told = forgetting.told(decided.gates)
    return "Did it forget everything else?", f"{told[0].upper()}{told[1:]}" if told else not_measured


def _search(numbers: Numbers) -> Row:
    """Of every arm that searches how often it found what answers, and was right then."""
    said = [
        f"{of.arm} found what answers on {said_share(of.found)}, of which it was right on "
        f"{percent(of.right_if_found.mean)}"
        for of in numbers.mistakes
        if of.found.n
    ]
    return "Where does retrieval fail: not found, or misread?", _each(said) if said else "No arm searches."


def _waits(numbers: Numbers, evidence: Evidence) -> Row:
    """An arm's own time, and with the queue of this contest."""
    usable = {one.name for one in evidence.contestants}
    said = [
        f"{cost.arm} {milliseconds(cost.own.p50)}, {milliseconds(cost.own.p95)}, {milliseconds(cost.own.p99)} "
        f"({milliseconds(cost.latency.p50)}, {milliseconds(cost.latency.p95)}, {milliseconds(cost.latency.p99)})"
        for cost in numbers.costs
        if cost.arm in usable and cost.own.p50 is not None
    ]
    asked = "How long does one wait on an idle system, and (with all questions at once): median, 95 and 99 %?"
    return asked, _each(said) if said else "No answer was given."


def _costs(evidence: Evidence, turns: Sequence[Turn]) -> Iterator[Row]:
    said = []
    for one in evidence.contestants:
        minutes = 1_000 * one.machine_s / 60
        training = f" and a training {plain(one.updating.machine_s / 60)}" if one.updating.by_training else ""
        said.append(f"{one.name} {plain(minutes)}{training}")
    yield "How many minutes of the machine do 1,000 answers take?", _each(said)
    where = [
        f"{'from' if turn.rises else 'below'} {number(turn.value)} questions a day {turn.best}"
        for turn in turns
        if turn.rate == "questions_per_day" and turn.best
    ]
    pays = f"Worth most is {listed(where)}." if where else "At no number of questions within a factor of 10,000."
    yield "At how many questions a day would another way pay?", pays


def _freshness(evidence: Evidence) -> Row:
    said = [f"{one.name} {_soon(one.updating)}" for one in evidence.contestants if one.updating.seconds]
    trains = any(one.updating.by_training for one in evidence.contestants)
    after = " An arm that trains waits for its next training before." if trains else ""
    return "How soon is an update known?", f"{_each(said)}{after}" if said else "No arm takes up news."


def _soon(updating: Updating) -> str:
    """What reads and learns has news in its passages first."""
    learned = f"{plain(updating.seconds)} s"
    if updating.by_training and updating.document_s:
        return f"{plain(updating.document_s)} s in passages, {learned} in the weights"
    return learned


def _deletion(numbers: Numbers, evidence: Evidence) -> Row:
    """How often an arm still says what a correction or a retraction made wrong."""
    cells = {one.name: of for one in evidence.contestants if (of := cell(numbers, one.name)) is not None}
    said = [f"{name} {said_share(of.scores[OUTDATED])}" for name, of in cells.items() if OUTDATED in of.scores]
    asked = "Can a document be corrected or deleted?"
    if not said:
        return asked, "Not tested: no question is about a correction or a retraction."
    return asked, f"What a correction or retraction made wrong was still said: {_each(said)}"


def _long_prompt(numbers: Numbers) -> Row:
    asked = "Does a long prompt with all the news make this unnecessary?"
    arms = [arm.name for arm in numbers.provenance.contest.arms if arm.context == CAG]
    shown = [(arm, of.scores[HEADLINE]) for arm in arms if (of := cell(numbers, arm)) and HEADLINE in of.scores]
    if not shown:
        return asked, 'Not measured: hold a contest with an arm of context "cag" (the contest `all` has one).'
    return asked, _each([f"{arm} was right on {said_share(share)}" for arm, share in shown])
