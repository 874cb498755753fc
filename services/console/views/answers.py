"""An evaluation of answers for people: means of every system, what became of its answers, comparisons in words."""

from collections.abc import Iterator, Sequence

from services.console import output
from shared.jobs.answers_evaluation import AnswersReport, Outcomes, Setting, SliceScored, SystemsCompared
from shared.statistics.comparison import ALL
from shared.statistics.intervals import Interval
from shared.statistics.wording import points

ACROSS = 3  # measures in one table
OUTCOMES = ("right", "wrong", "abstained", "failed", "missing")


def show(report: AnswersReport) -> None:
    """Every setting after the other: tables, comparisons, and what was left out."""
    for line in about(report):
        output.say(line)
    for name, setting in report.settings.items():
        _setting(name.replace("_", " "), setting, report.decides)


def about(report: AnswersReport) -> Iterator[str]:
    """What was measured and how, in sentences."""
    systems = {system for setting in report.settings.values() for system in setting.systems}
    yield (
        f"{_count(report.predictions, 'prediction')} of {_count(len(systems), 'system')} in "
        f"{', '.join(report.files)} ({', '.join(report.formats)})."
    )
    versions = ", ".join(f"{name} {version}" for name, version in sorted(report.metric_versions.items()))
    yield f"Measures and their versions: {versions}. All are shares: 0.1542 is 15.42 per cent."
    yield (
        f"In brackets: 95 % intervals, BCa bootstrap over questions, {report.draws} draws. Comparisons are paired "
        "by question; a verdict needs a p below 0.05 after Holm's adjustment over all pairs and measures of its "
        "setting."
    )
    if report.margin is not None:
        yield f"Systems whose whole interval lies within {points(report.margin, signed=False)} points are equivalent."
    if report.without_values:
        yield f"Applies to no question here, and is absent: {', '.join(report.without_values)}."
    yield from report.notes


def _setting(name: str, setting: Setting, decides: str) -> None:
    measures = list(dict.fromkeys(measure for system in setting.systems.values() for measure in system.measures))
    for start in range(0, len(measures), ACROSS):
        shown = measures[start : start + ACROSS]
        heads = ["system", "n", *shown]
        title = f"\n{name}: means over {_count(setting.questions, 'question')}"
        output.table(title, heads, _means(setting, shown), heads[1:])
    for slice_name, scored in setting.slices.items():
        _slice(f"{name}, slice {slice_name}", scored, measures)
    output.table(f"{name}: what became of the answers", *_outcomes(setting))
    by_index = "choice_accuracy" in measures
    output.say(f"Right and wrong by the measure {'choice_accuracy' if by_index else decides}.{_remarks(setting)}")
    for line in (*_grouping(setting), *comparisons(setting), *_left_out(setting)):
        output.say(line)


def _slice(title: str, scored: SliceScored, measures: Sequence[str]) -> None:
    shown = measures[:ACROSS]
    rest = f"; --json has {', '.join(measures[ACROSS:])} too" if measures[ACROSS:] else ""
    rows = (
        [system, *(_cell(means.get(measure), scored.questions) for measure in shown)]
        for system, means in scored.systems.items()
    )
    output.table(f"{title}: {_count(scored.questions, 'question')}{rest}", ["system", *shown], rows, shown)


def comparisons(setting: Setting) -> Iterator[str]:
    """For each measure who leads and whether that is sure, then every pair in words; of slices what is decided."""
    if len(setting.systems) < 2:
        yield "One system alone: nothing to compare."
    if setting.not_compared:
        yield f"Not compared, since neither more nor less of it is better: {', '.join(setting.not_compared)}."
    over_all = [compared for compared in setting.comparisons if compared.slice == ALL]
    for measure in dict.fromkeys(compared.metric for compared in over_all):
        of_measure = sorted((compared for compared in over_all if compared.metric == measure), key=_order)
        yield f"\n{measure}: {_leader(setting, measure, of_measure)}"
        yield from (f"  {_without(compared.sentence, measure)}" for compared in of_measure)
    of_slices = [compared for compared in setting.comparisons if compared.slice != ALL]
    if of_slices:
        decided = [compared for compared in of_slices if compared.verdict != "undecided"]
        yield f"\nWithin slices {len(decided)} of {len(of_slices)} comparisons are decided; --json has all of them."
        yield from (f"  {compared.sentence}" for compared in decided)


def _order(compared: SystemsCompared) -> tuple[bool, float]:
    """What is decided before what is not, and large differences first."""
    return compared.verdict == "undecided", -abs(compared.difference or 0.0)


def _without(sentence: str, measure: str) -> str:
    """A sentence under the measure's own heading, which need not name it again."""
    return sentence.replace(f" on {measure} ({ALL})", "", 1)


def _leader(setting: Setting, measure: str, of_measure: Sequence[SystemsCompared]) -> str:
    """Whose mean is best, and from which of the others it is not told apart."""
    measured = {
        name: system.measures[measure] for name, system in setting.systems.items() if measure in system.measures
    }
    means = {name: interval.mean for name, interval in measured.items() if interval.mean is not None}
    lower = of_measure[0].lower_is_better
    end = min(means.values()) if lower else max(means.values())
    best, *tied = [name for name, mean in means.items() if mean == end]
    which = f"the {'lowest' if lower else 'highest'} mean ({end:.4f})"
    if tied:
        return f"{', '.join([best, *tied])} share {which}."
    against = {
        next(name for name in (compared.a, compared.b) if name != best): compared
        for compared in of_measure
        if best in (compared.a, compared.b)
    }
    level = [name for name, compared in against.items() if compared.winner != best]
    if level:
        return f"{best} has {which}, but is not told apart from {', '.join(level)}."
    others = "all others" if len(against) == len(means) - 1 else ", ".join(against)
    return f"{best} has {which} and is better than {others}."


def _means(setting: Setting, measures: Sequence[str]) -> Iterator[list[object]]:
    for name, system in setting.systems.items():
        cells = [system.measures.get(measure) for measure in measures]
        yield [name, setting.questions, *(_cell(cell, setting.questions) for cell in cells)]


def _cell(interval: Interval | None, usual: int | None = None) -> str:
    """A mean with its interval; its n where that is not the usual one."""
    if interval is None or interval.mean is None:
        return "-"
    n = "" if interval.n == usual else f", n {interval.n}"
    return f"{interval.mean:.4f} ({interval.low:.3f} to {interval.high:.3f}{n})"


def _outcomes(setting: Setting) -> tuple[list[str], Iterator[list[object]], list[str]]:
    rows = ([name, *_counts(system.outcomes)] for name, system in setting.systems.items())
    return ["system", *OUTCOMES], rows, list(OUTCOMES)


def _counts(outcomes: Outcomes) -> tuple[int, ...]:
    """In the order of the columns."""
    return outcomes.right, outcomes.wrong, outcomes.abstained, outcomes.failed, outcomes.missing


def _remarks(setting: Setting) -> str:
    """What the columns do not show: abstentions that were right, answers without a word."""
    outcomes = [system.outcomes for system in setting.systems.values()]
    rightly = sum(of_system.rightly for of_system in outcomes)
    empty = sum(of_system.empty for of_system in outcomes)
    missing = any(of_system.missing for of_system in outcomes)
    return (
        (f" {_count(rightly, 'abstention')} right: no document has the answer." if rightly else "")
        + (f" {_count(empty, 'answer')} without a word, counted as answered." if empty else "")
        + (" A missing answer scores 0, as a failed one does." if missing else "")
    )


def _grouping(setting: Setting) -> Iterator[str]:
    if setting.clusters:
        yield (
            f"Some questions depend on each other (one document, or asked twice): {setting.questions} questions in "
            f"{setting.clusters} groups, which are drawn and tested whole."
        )
    if setting.repeated:
        yield f"Asked more than once under one id, and counted each time: {', '.join(setting.repeated)}."


def _left_out(setting: Setting) -> Iterator[str]:
    for left_out in setting.left_out:
        each = sorted(set(left_out.systems.values()))
        of_each = f", {each[0]} of each system" if len(each) == 1 and len(left_out.systems) > 1 else ""
        yield f"\nLeft out: {_count(left_out.predictions, 'prediction')} ({left_out.reason}{of_each})."


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
