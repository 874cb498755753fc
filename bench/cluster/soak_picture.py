"""The picture of a soak: what each process's memory became, over the hours, beside what it was after the warm-up."""

from collections.abc import Sequence

import numpy as np

from bench.cluster.soak_bounds import SERVERS, Sample, grown, warm
from shared.lab.report.plots.drawing import GREY, alone, drawn, legend_above, looks

MEASURE, EVERY = "anonymous_mib", 4
"""What is drawn, and of how many samples the median."""


def picture(samples: Sequence[Sample], warm_s: float) -> str:
    """As an SVG file: a line for each service; the servers' memory is bounded by their heaps and is left out."""
    counted = warm(samples, warm_s)
    starts = {name: grew.start for name, grew in grown(counted, MEASURE).items() if name not in SERVERS}
    look = looks(list(starts))
    with drawn("soak", height=4.4) as (_, axis, svg):
        for name, start in starts.items():
            minutes, sizes = _medians(samples, name)
            label = f"{name} ({start:.0f} MiB)"
            axis.plot(minutes, [size - start for size in sizes], label=label, linewidth=1.3, markevery=20, **look[name])
        axis.axvspan(0, warm_s / 60, color=GREY, alpha=0.08, linewidth=0)
        axis.set_ylim(-40, 40)
        axis.set_xlabel("minutes (shaded: warm-up, not counted)")
        axis.set_ylabel("MiB over what it was after the warm-up")
        legend_above(axis, 2)
    return alone(svg[0])


def _medians(samples: Sequence[Sample], name: str) -> tuple[list[float], list[float]]:
    """Minutes and MiB of a process, of the samples that have it."""
    seen = [
        (sample["at_s"] / 60, sample["processes"][name][MEASURE]) for sample in samples if name in sample["processes"]
    ]
    groups = [seen[at : at + EVERY] for at in range(0, len(seen), EVERY)]
    return [float(np.mean([at for at, _ in group])) for group in groups], [
        float(np.median([size for _, size in group])) for group in groups
    ]
