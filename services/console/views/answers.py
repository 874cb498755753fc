"""An evaluation of answers for people: means of every system, what became of its answers, comparisons in words."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from services.console import output

Report = Mapping[str, Any]
ACROSS = 3  # measures in one table
OUTCOMES = ("right", "wrong", "abstained", "failed", "missing")
ALL = "all"


def show(report: Report) -> None:
    """Every setting after the other: tables, comparisons, and what was left out."""
    for line in about(report):
        output.say(line)
    for name, setting in report["settings"].items():
        _setting(name.replace("_", " "), setting, report["decides"])


def about(report: Report) -> Iterator[str]:
    """What was measured and how, in sentences."""
    systems = {system for setting in report["settings"].values() for system in setting["systems"]}
    yield (
        f"{_count(report['predictions'], 'prediction')} of {_count(len(systems), 'system')} in "
        f"{', '.join(report['files'])} ({', '.join(report['formats'])})."
    )
    versions = ", ".join(f"{name} {version}" for name, version in sorted(report["metric_versions"].items()))
    yield f"Measures and their versions: {versions}. All are shares: 0.1542 is 15.42 per cent."
    yield (
        f"In brackets: 95 % intervals, BCa bootstrap over questions, {report['draws']} draws. Comparisons are paired "
        "by question; a verdict needs a sign-flip permutation test, adjusted by Holm over all comparisons of its "
        "setting, and an interval without 0."
    )
    if report["without_values"]:
        yield f"Applies to no question here, and is absent: {', '.join(report['without_values'])}."
    yield from report["notes"]


def _setting(name: str, setting: Report, decides: str) -> None:
    measures = list(dict.fromkeys(one for system in setting["systems"].values() for one in system["measures"]))
    for start in range(0, len(measures), ACROSS):
        shown = measures[start : start + ACROSS]
        heads = ["system", "n", *shown]
        title = f"\n{name}: means over {_count(setting['questions'], 'question')}"
        output.table(title, heads, _means(setting, shown), heads[1:])
    for slice_name, found in setting["slices"].items():
        _slice(f"{name}, slice {slice_name}", found, measures)
    output.table(f"{name}: what became of the answers", *_outcomes(setting))
    by_index = "choice_accuracy" in measures
    output.say(f"Right and wrong by the measure {'choice_accuracy' if by_index else decides}.{_remarks(setting)}")
    for line in (*_grouping(setting), *comparisons(setting), *_left_out(setting)):
        output.say(line)


def _slice(title: str, found: Report, measures: Sequence[str]) -> None:
    shown = measures[:ACROSS]
    rest = f"; --json has {', '.join(measures[ACROSS:])} too" if measures[ACROSS:] else ""
    rows = (
        [system, *(_cell(means.get(one), found["questions"]) for one in shown)]
        for system, means in found["systems"].items()
    )
    output.table(f"{title}: {_count(found['questions'], 'question')}{rest}", ["system", *shown], rows, shown)


def comparisons(setting: Report) -> Iterator[str]:
    """For each measure who leads and whether that is sure, then every pair in words; of slices what is decided."""
    if len(setting["systems"]) < 2:
        yield "One system alone: nothing to compare."
    if setting["not_compared"]:
        yield f"Not compared, since neither more nor less of it is better: {', '.join(setting['not_compared'])}."
    over_all = [one for one in setting["comparisons"] if one["slice"] == ALL]
    for measure in dict.fromkeys(one["metric"] for one in over_all):
        of_measure = sorted((one for one in over_all if one["metric"] == measure), key=_order)
        yield f"\n{measure}: {_leader(setting, measure, of_measure)}"
        yield from (f"  {_without(one['sentence'], measure)}" for one in of_measure)
    of_slices = [one for one in setting["comparisons"] if one["slice"] != ALL]
    if of_slices:
        decided = [one for one in of_slices if one["verdict"] != "undecided"]
        yield f"\nWithin slices {len(decided)} of {len(of_slices)} comparisons are decided; --json has all of them."
        yield from (f"  {one['sentence']}" for one in decided)


def _order(one: Report) -> tuple[bool, float]:
    """What is decided before what is not, and large differences first."""
    return one["verdict"] == "undecided", -abs(one["difference"] or 0.0)


def _without(sentence: str, measure: str) -> str:
    """A sentence under the measure's own heading, which need not name it again."""
    return str(sentence).replace(f" on {measure} ({ALL})", "", 1)


def _leader(setting: Report, measure: str, found: Sequence[Report]) -> str:
    """Whose mean is best, and from which of the others it is not told apart."""
    means = {
        name: system["measures"][measure]["mean"]
        for name, system in setting["systems"].items()
        if measure in system["measures"]
    }
    lower = found[0]["lower_is_better"]
    end = min(means.values()) if lower else max(means.values())
    best, *tied = [name for name, mean in means.items() if mean == end]
    which = f"the {'lowest' if lower else 'highest'} mean ({end:.4f})"
    if tied:
        return f"{', '.join([best, *tied])} share {which}."
    against = {
        next(name for name in (one["a"], one["b"]) if name != best): one
        for one in found
        if best in (one["a"], one["b"])
    }
    level = [name for name, one in against.items() if one["winner"] != best]
    if level:
        return f"{best} has {which}, but is not told apart from {', '.join(level)}."
    others = "all others" if len(against) == len(means) - 1 else ", ".join(against)
    return f"{best} has {which} and is better than {others}."


def _means(setting: Report, measures: Sequence[str]) -> Iterator[list[object]]:
    for name, system in setting["systems"].items():
        cells = [system["measures"].get(measure) for measure in measures]
        yield [name, setting["questions"], *(_cell(cell, setting["questions"]) for cell in cells)]


def _cell(found: Report | None, usual: int | None = None) -> str:
    """A mean with its interval; its n where that is not the usual one."""
    if found is None:
        return "-"
    n = "" if found["n"] == usual else f", n {found['n']}"
    return f"{found['mean']:.4f} ({found['low']:.3f} to {found['high']:.3f}{n})"


def _outcomes(setting: Report) -> tuple[list[str], Iterator[list[object]], list[str]]:
    rows = (
        [name, *(system["outcomes"].get(one, 0) for one in OUTCOMES)] for name, system in setting["systems"].items()
    )
    return ["system", *OUTCOMES], rows, list(OUTCOMES)


def _remarks(setting: Report) -> str:
    """What the columns do not show: abstentions that were right, answers without a word."""
    counted = [system["outcomes"] for system in setting["systems"].values()]
    rightly, empty = (sum(one.get(name, 0) for one in counted) for name in ("rightly", "empty"))
    missing = any(one.get("missing", 0) for one in counted)
    return (
        (f" {_count(rightly, 'abstention')} right: no document has the answer." if rightly else "")
        + (f" {_count(empty, 'answer')} without a word, counted as answered." if empty else "")
        + (" A missing answer scores 0, as a failed one does." if missing else "")
    )


def _grouping(setting: Report) -> Iterator[str]:
    if setting["clusters"]:
        yield (
            f"Some questions depend on each other (one document, or asked twice): {setting['questions']} questions in "
            f"{setting['clusters']} groups, which are drawn and tested whole."
        )
    if setting["repeated"]:
        yield f"Asked more than once under one id, and counted each time: {', '.join(setting['repeated'])}."


def _left_out(setting: Report) -> Iterator[str]:
    for one in setting["left_out"]:
        each = sorted(set(one["systems"].values()))
        of_each = f", {each[0]} of each system" if len(each) == 1 and len(one["systems"]) > 1 else ""
        yield f"\nLeft out: {_count(one['predictions'], 'prediction')} ({one['reason']}{of_each})."


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
