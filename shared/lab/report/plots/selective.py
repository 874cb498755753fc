"""The plot of risk against coverage: how often each arm errs when it answers only what it is surest of."""

from collections.abc import Sequence

from shared.lab.report.plots.drawing import GREY, drawn, errors, legend_above, looks, per_cent
from shared.lab.report.selective import RiskCoverage

FEWEST = 10  # answers: the share of errors among fewer jumps from one to the next


def risk_against_coverage(told: RiskCoverage, arms: Sequence[str]) -> str:
    """A line an arm, with 95 % intervals where the table has them; the dashed line is where arms are compared."""
    look = looks(arms)
    with drawn("selective", height=4.4) as (_, axis, svg):
        for place, arm in enumerate(told.arms):
            style = look[arm.arm]
            line = [(100 * coverage, 100 * risk) for coverage, risk in arm.curve if coverage * arm.n >= FEWEST]
            axis.plot([x for x, _ in line], [y for _, y in line], color=style["color"], linewidth=1.2)
            for coverage, risk in arm.risks.items():
                axis.errorbar(
                    100 * coverage + 0.8 * (place - (len(told.arms) - 1) / 2), 100 * (risk.mean or 0.0),
                    yerr=errors(risk), label=arm.arm if coverage == 1.0 else None, linestyle="none", capsize=3, **style,
                )  # fmt: skip
        if told.coverage is not None:
            axis.axvline(100 * told.coverage, color=GREY, linestyle="--", zorder=0)
        per_cent(axis, "answered, of all answerable questions", vertical=False)
        per_cent(axis, "not right, of those answered")
        legend_above(axis, len(told.arms))
    return svg[0]
