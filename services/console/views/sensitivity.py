"""A sensitivity run as a table for people: each arm under each disturbance beside itself undisturbed."""

from collections.abc import Iterator, Mapping
from typing import Any

from services.console import output

HEADS = ("disturbance", "arm", "n", "control", "disturbed", "difference (95 %)", "p (Holm)", "")
RIGHT = HEADS[2:7]
Report = Mapping[str, Any]


def show(report: Report) -> None:
    """What was measured, the table, what each disturbance did, and what must be known."""
    card = report["suite"]
    output.say(f"{card['name']} {card['version']}: share of `{report['metric']}`, paired by question.")
    output.table("", HEADS, rows(report), right=RIGHT)
    for name, condition in report["conditions"].items():
        if condition["said"]:
            output.say(f"{name}: {condition['said']}; control: {condition['against']}.")
    for sentence in warnings(report):
        output.say(sentence)


def rows(report: Report) -> Iterator[list[str]]:
    """Cells as text, disturbance by disturbance."""
    before = ""
    for one in report["comparisons"]:
        yield [one["condition"] if one["condition"] != before else "", one["arm"], str(one["n"]), *_numbers(one)]
        before = one["condition"]


def warnings(report: Report) -> Iterator[str]:
    """What limits the table."""
    if report["silent"]:
        yield f"Left out, since they never answered: {', '.join(report['silent'])}."
    for name, condition in report["conditions"].items():
        if condition["without_result"]:
            missing = len(condition["without_result"])
            yield f"WARNING: {name}: {missing} of {condition['questions']} questions have no result."
        if condition["documents_not_findable"]:
            lost = len(condition["documents_not_findable"])
            yield f"WARNING: {name}: {lost} documents could not be found; see `documents_not_findable` with --json."
    yield "Undecided is no proof of robustness: `detectable` (--json) is the smallest difference that could have shown."


def _numbers(one: Mapping[str, Any]) -> list[str]:
    if one["difference"] is None:
        return ["-"] * 4 + ["nothing to compare"]
    verdict = {"a": "better", "b": "falls", "undecided": "undecided"}[one["verdict"]]
    return [
        f"{one['mean_b']:.2f}",
        f"{one['mean_a']:.2f}",
        f"{one['difference']:+.2f} ({one['low']:+.2f} to {one['high']:+.2f})",
        f"{one['p_holm']:.3f}",
        verdict,
    ]
