"""Plots of what accuracy costs and where it is lost: waiting, abstention, and the kinds of mistakes."""

from collections.abc import Mapping, Sequence

from shared.lab.report import mistakes
from shared.lab.report.costs import Cost
from shared.lab.report.outcomes import Caution, Outcomes
from shared.lab.report.plots.drawing import drawn, errors, legend_above, looks, per_cent
from shared.lab.report.plots.scores import LABEL

SHADES: Mapping[str, tuple[str, str]] = {
    "right": ("#0072B2", ""),
    "rightly abstained": ("#56B4E9", ".."),
    "wrong": ("#D55E00", "//"),
    "abstained": ("#F0E442", ""),
    "failed": ("#5c6670", "xx"),
    "missing": ("#c8cdd1", "\\\\"),
    "not scored": ("#ffffff", ""),
}
MISTAKES: Mapping[str, tuple[str, str, str]] = {
    mistakes.NOT_FOUND: ("not found, wrong", "#D55E00", "//"),
    mistakes.SILENT_NOT_FOUND: ("not found, abstained", "#F0E442", ""),
    mistakes.MISREAD: ("found, misread", "#0072B2", ".."),
    mistakes.SILENT: ("found, abstained", "#56B4E9", ""),
    mistakes.NO_SUCH_FACT: ("no such fact, answered", "#CC79A7", "\\\\"),
    mistakes.UNTOLD: ("no gold named", "#ffffff", ""),
    mistakes.FAILED: ("failed", "#5c6670", "xx"),
    mistakes.MISSING: ("missing", "#c8cdd1", "++"),
}


def waiting(costs: Sequence[Cost], arms: Sequence[str]) -> str:
    """Accuracy against an arm's own median time; the horizontal line reaches to the 95th percentile."""
    look = looks(arms)
    with drawn("waiting", height=3.8) as (_, axis, svg):
        for cost in costs:
            if cost.own.p50 is None or cost.own.p95 is None or cost.right.mean is None:
                continue
            middle, late = cost.own.p50 / 1000, cost.own.p95 / 1000
            axis.errorbar(
                middle, 100 * cost.right.mean, yerr=errors(cost.right), xerr=[[0], [max(0.0, late - middle)]],
                label=f"{cost.arm} (n = {cost.right.n})", linestyle="none", capsize=3, **look[cost.arm],
            )  # fmt: skip
        axis.set_xlim(left=0)
        axis.set_xlabel("seconds of an arm's own work for an answer: median, line to the 95th percentile")
        per_cent(axis, LABEL)
        legend_above(axis, 2)
    return svg[0]


def caution(cautions: Sequence[Caution], arms: Sequence[str]) -> str:
    """Wrong answers against abstentions, both of all answerable questions: the lower left corner is right."""
    look = looks(arms)
    with drawn("caution", height=4.4) as (_, axis, svg):
        for caution in cautions:
            if caution.wrong.mean is None or caution.abstained.mean is None:
                continue
            axis.errorbar(
                100 * caution.abstained.mean, 100 * caution.wrong.mean,
                xerr=errors(caution.abstained), yerr=errors(caution.wrong),
                label=f"{caution.arm} (n = {caution.wrong.n})", linestyle="none", capsize=3, **look[caution.arm],
            )  # fmt: skip
        per_cent(axis, "abstained, of all answerable questions", vertical=False)
        per_cent(axis, "wrong, of all answerable questions")
        axis.plot([0, 100], [100, 0], color="#c8cdd1", linestyle="--", zorder=0)
        axis.text(62, 40, "nothing right", color="#5c6670", rotation=-25)
        legend_above(axis, 2)
    return svg[0]


def became(outcomes: Sequence[Outcomes]) -> str:
    """What became of every question: one bar an arm, counts written in."""
    rows = [
        (arm_outcomes.arm, {name: sum(kind[name] for kind in arm_outcomes.kinds) for name in SHADES})
        for arm_outcomes in outcomes
    ]
    return _bars("became", rows, {name: (name, *shade) for name, shade in SHADES.items()}, "questions")


def went_wrong(all_mistakes: Sequence[mistakes.Mistakes]) -> str:
    """What was not right, by where it went wrong: one bar a retrieval arm, counts written in."""
    rows = [(arm_mistakes.arm, arm_mistakes.counts) for arm_mistakes in all_mistakes]
    return _bars("wrong", rows, MISTAKES, "questions that were not got right")


def _bars(
    name: str, rows: Sequence[tuple[str, Mapping[str, int]]], kinds: Mapping[str, tuple[str, str, str]], label: str
) -> str:
    """Stacked bars; kinds that nothing is of are left out."""
    shown = {kind: look for kind, look in kinds.items() if any(counts.get(kind) for _, counts in rows)}
    with drawn(name, height=1.5 + 0.45 * len(rows) + 0.2 * ((len(shown) + 2) // 3)) as (_, axis, svg):
        total = max((sum(counts.get(kind, 0) for kind in shown) for _, counts in rows), default=1)
        starts = [0] * len(rows)
        for kind, (legend, colour, hatch) in shown.items():
            widths = [counts.get(kind, 0) for _, counts in rows]
            axis.barh(
                range(len(rows)), widths, left=starts, label=legend, color=colour, hatch=hatch, edgecolor="#1d2327",
                linewidth=0.6, height=0.7,
            )  # fmt: skip
            for row, width in enumerate(widths):
                if width >= 0.03 * total:
                    axis.text(
                        starts[row] + width / 2, row, str(width), ha="center", va="center", fontsize=10,
                        bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.2, "alpha": 0.9},
                    )  # fmt: skip
            starts = [start + width for start, width in zip(starts, widths, strict=True)]
        axis.set_yticks(range(len(rows)), [arm for arm, _ in rows])
        axis.set_ylim(len(rows) - 0.5, -0.5)
        axis.grid(visible=False, axis="y")
        axis.set_xlabel(label)
        legend_above(axis, 3)
    return svg[0]
