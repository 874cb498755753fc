"""A sensitivity run as a table for people: each arm under each disturbance beside itself undisturbed."""

from collections.abc import Iterator

from services.console import output
from shared.lab.suites.sensitivity_report import ArmDisturbed, SensitivityReport

HEADS = ("disturbance", "arm", "n", "control", "disturbed", "difference (95 %)", "p (Holm)", "")
RIGHT = HEADS[2:7]


def show(report: SensitivityReport) -> None:
    """What was measured, the table, what each disturbance did, and what must be known."""
    output.say(f"{report.suite.name} {report.suite.version}: share of `{report.metric}`, paired by question.")
    output.table("", HEADS, rows(report), right=RIGHT, names=2)
    for name, condition in report.conditions.items():
        if condition.said:
            output.say(f"{name}: {condition.said}; control: {condition.against}.")
    for sentence in warnings(report):
        output.say(sentence)


def rows(report: SensitivityReport) -> Iterator[list[str]]:
    """Cells as text, disturbance by disturbance."""
    before = ""
    for arm in report.comparisons:
        yield [arm.condition if arm.condition != before else "", arm.arm, str(arm.n), *_numbers(arm)]
        before = arm.condition


def warnings(report: SensitivityReport) -> Iterator[str]:
    """What limits the table."""
    if report.silent:
        yield f"Left out, since they never answered: {', '.join(report.silent)}."
    for name, condition in report.conditions.items():
        if condition.without_result:
            missing = len(condition.without_result)
            yield f"WARNING: {name}: {missing} of {condition.questions} questions have no result."
        if condition.documents_not_findable:
            lost = len(condition.documents_not_findable)
            yield f"WARNING: {name}: {lost} documents could not be found; see `documents_not_findable` with --json."
    yield "Undecided is no proof of robustness: `detectable` (--json) is the smallest difference that could have shown."


def _numbers(arm: ArmDisturbed) -> list[str]:
    if arm.difference is None:
        return ["-"] * 4 + ["nothing to compare"]
    verdict = {"a": "better", "b": "falls", "undecided": "undecided"}[arm.verdict]
    return [
        f"{arm.mean_b:.2f}",
        f"{arm.mean_a:.2f}",
        f"{arm.difference:+.2f} ({arm.low:+.2f} to {arm.high:+.2f})",
        f"{arm.p_holm:.3f}",
        verdict,
    ]
