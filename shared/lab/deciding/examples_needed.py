"""How many examples a training needs, as a line and as a picture."""

from shared.lab.deciding.learning_curve import FEWEST_TRAININGS, FILE, Fit, LearningCurve
from shared.lab.report.blocks import Figure
from shared.lab.report.phrasing import counted, percent
from shared.lab.report.plots.drawing import COLOURS, GREY, drawn, errors, legend_above, per_cent
from shared.statistics.intervals import Interval
from shared.statistics.wording import points

ASKED = "How many examples does training need?"
NOT_MEASURED = (
    "Not measured: a larger `--budget` of `tiltyard decide` leaves room for small trainings; what trainings of several "
    f"sizes gave elsewhere is counted too, as `{FILE}` in the folder of the trial."
)


def row(curve: LearningCurve | None, fit: Fit | None) -> tuple[str, str]:
    """What was right with the largest training, and what is expected of twice as much data."""
    if curve is None:
        return ASKED, NOT_MEASURED
    trainings = counted(len(curve.points), "training")
    if fit is None:
        sizes = counted(len(set(curve.sizes)), "size")
        return ASKED, (
            f"Undecided: {trainings} of {sizes} make no curve; it takes {FEWEST_TRAININGS} trainings of different "
            f"numbers of {curve.unit} at least."
        )
    now = f"{fit.largest:,} {curve.unit} {_limits(fit.now)} of what was asked after what their pairs teach is right"
    twice = f"twice the {curve.unit}"
    if not fit.tells_a_slope:
        return ASKED, (
            f"Undecided whether more helps: with {now}, and {twice} would change it by "
            f"{_points(fit.change)} points (a fit over {trainings})."
        )
    return ASKED, (
        f"With {now}, with {twice} expect {_limits(fit.twice)}, which is {_points(fit.change)} points more if it "
        f"goes on as it did (a fit over {trainings})."
    )


def figure(curve: LearningCurve, fit: Fit) -> Figure:
    """Each training, and the fit up to twice the largest size."""
    caption = (
        f"Each point is a training, over its number of {curve.unit}, which rises by equal factors; the line is the fit "
        "with its 95 % limits, dashed where no training was."
    )
    return Figure(_drawn(curve, fit), caption, f"right answers over the number of {curve.unit} that was learned", True)


def _limits(share: Interval) -> str:
    return f"{percent(share.mean)} ({100 * share.low:.1f} to {100 * share.high:.1f})"


def _points(change: Interval) -> str:
    return f"{points(change.mean)} ({points(change.low)} to {points(change.high)})"


def _drawn(curve: LearningCurve, fit: Fit) -> str:
    from matplotlib import ticker

    with drawn("learning-curve", width=5.2, height=3.9) as (_, axis, svg):
        sizes = [size for size, _ in fit.line]
        low, high = ([100 * getattr(of, end) for _, of in fit.line] for end in ("low", "high"))
        axis.fill_between(sizes, low, high, color=COLOURS[0], alpha=0.15, linewidth=0, label="95 % limits of the fit")
        for measured, style in ((True, "-"), (False, "--")):
            line = [(size, 100 * (of.mean or 0.0)) for size, of in fit.line if (size <= fit.largest) == measured]
            axis.plot([size for size, _ in line], [mean for _, mean in line], style, color=COLOURS[0], linewidth=1.5)
        for at, (size, point) in enumerate(zip(curve.sizes, curve.points, strict=True)):
            right = Interval(point.n, point.right, point.low, point.high)
            axis.errorbar(
                size, 100 * point.right, yerr=errors(right), fmt="o", color=COLOURS[1], markersize=7, capsize=3,
                label=None if at else "a training",
            )  # fmt: skip
        axis.axvline(fit.largest, color=GREY, linestyle=":", zorder=0)
        axis.set_xscale("log", base=2)
        axis.xaxis.set_major_formatter(ticker.FuncFormatter(lambda value, _: f"{value:,.0f}"))
        axis.set_xlabel(f"{curve.unit} learned")
        per_cent(axis, "right")
        legend_above(axis, 2)
    return svg[0]
