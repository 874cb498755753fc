"""The tables of what was measured, as text for a terminal or in Markdown; nothing is asked or trained for them."""

from collections.abc import Iterator, Sequence

from bench.contestants import drift_figures, wire_figures
from bench.contestants.drift_figures import Figures
from bench.contestants.editions import KINDS
from bench.contestants.general import GENERAL
from bench.contestants.records import DriftUnit, Unit, WireUnit
from bench.contestants.wire_figures import Group
from shared.lab.wires.wire import SLICES
from shared.statistics.comparison import Comparison
from shared.statistics.intervals import Interval

Rows = Sequence[Sequence[str]]
NONE = "-"
IN_PROCESS = (
    "Seconds are of this process: what Kafka and Cassandra take comes on top (python -m bench.freshness), and of an "
    "adapter the announcement and the worker's next batch. A question's seconds are its share of a batch."
)


def text(units: Sequence[Unit], *, markdown: bool = False) -> str:
    """All tables; says where there is nothing."""
    drift = [unit for unit in units if isinstance(unit, DriftUnit)]
    wires = [unit for unit in units if isinstance(unit, WireUnit)]
    parts = [part for key in dict.fromkeys((unit.stream, unit.setup) for unit in drift) for part in _drift(*key, drift)]
    parts += [part for group in wire_figures.groups(wires) for part in _wires(group)]
    if not parts:
        return "Nothing is measured in this file yet.\n"
    return "\n".join(_shown(title, rows, markdown=markdown) for title, rows in parts) + "\n"


def _drift(stream: str, setup: str, units: Sequence[DriftUnit]) -> Iterator[tuple[str, Rows]]:
    of_stream = [unit for unit in units if (unit.stream, unit.setup) == (stream, setup)]
    made = [drift_figures.figures(name, some) for name, some in drift_figures.by_contestant(of_stream).items()]
    editions = max(unit.edition for unit in of_stream)
    yield f"{stream}, setup {setup}: right, over {editions} editions (95 %, stories drawn whole)", _right(made)
    yield "Corrections, and old values", _corrections(made)
    yield f"What it costs. {IN_PROCESS}", _costs(made)
    effects = drift_figures.effects(of_stream)
    if effects:
        yield (
            f"Against {drift_figures.MEASURED_AGAINST}, paired, in points (95 %; * decided by Holm)",
            _effects(effects),
        )


def _right(made: Sequence[Figures]) -> Rows:
    head = ["contestant", *KINDS, GENERAL, "recipe"]
    return [
        head,
        *(
            [
                figures.contestant,
                *(_share(figures.right[kind]) for kind in (*KINDS, GENERAL)),
                str(figures.recipe or NONE),
            ]
            for figures in made
        ),
    ]


def _corrections(made: Sequence[Figures]) -> Rows:
    head = [
        "contestant", "corrected facts", "came out right", "old value said", "s to the right answer, median",
        "old value said of all changed", "now and then both right", "contradicts the timeline", "forgotten",
    ]  # fmt: skip
    rows = []
    for figures in made:
        correcting, consistency = figures.correcting, figures.consistency
        rows.append([
            figures.contestant, str(correcting.n), _share(correcting.right), _share(correcting.old),
            _number(correcting.seconds, 2), _share(figures.says_old),
            f"{consistency.both_right:.2f} of {consistency.n}" if consistency else NONE,
            f"{consistency.contradicting:.2f}" if consistency else NONE, _share(figures.forgotten),
        ])  # fmt: skip
    return [head, *rows]


def _costs(made: Sequence[Figures]) -> Rows:
    head = ["contestant", "first edition, s", "a later edition, s", "tokens learned of it", "a question, s",
            "its prompt, tokens", "kept of the news, KiB", "training, MiB at most"]  # fmt: skip
    return [
        head,
        *(
            [figures.contestant, _number(figures.first_update_s, 1), _number(figures.update_s, 1),
             _number(figures.update_tokens, 0), _number(figures.question_s, 2), _number(figures.prompt_tokens, 0),
             _number(figures.held_bytes / 1024, 0), str(figures.peak_mib or NONE)]
            for figures in made
        ),
    ]  # fmt: skip


def _effects(effects: Sequence[Comparison]) -> Rows:
    slices = ["all", *KINDS, GENERAL]
    arms = dict.fromkeys(pair.a for pair in effects)
    by_place = {(pair.a, pair.slice): pair for pair in effects}
    return [["contestant", *slices], *([arm, *(_effect(by_place.get((arm, name))) for name in slices)] for arm in arms)]


def _wires(group: Group) -> Iterator[tuple[str, Rows]]:
    wires = ", ".join(sorted({base.wire for base in group.bases.values()}))
    title = (
        f"Recipe {group.recipe}, {len(group.trained)} trainings on {wires} ({group.wordings} wordings), "
        f"setup {group.setup}"
    )
    yield f"{title}: right (95 %, trainings and documents as samples)", _kinds(group)
    yield "Bars", [
        ["bar", "asked", "measured", "95 %", "holds"],
        *(
            [bar.name, f"{'at least' if bar.at_least else 'at most'} {bar.bar:,.2f}", f"{bar.value:,.2f}",
             NONE if bar.low is None or bar.high is None else f"{bar.low:,.2f} to {bar.high:,.2f}",
             "yes" if bar.holds else "no"]
            for bar in group.bars()
        ),
    ]  # fmt: skip


def _kinds(group: Group) -> Rows:
    kinds, rows = [*SLICES, GENERAL], []
    for arm in ("base", "base+rag", "base+gold", "tuned", "tuned+rag", "tuned+gold"):
        base = arm.startswith("base")
        shares = [_share(group.share(arm, kind, base=base)) for kind in kinds]
        rows.append([arm, *shares, NONE if base else str(group.recipe)])
    return [["contestant", *kinds, "recipe"], *rows]


def _share(share: Interval) -> str:
    return NONE if share.mean is None else f"{share.mean:.2f} ({share.low:.2f}-{share.high:.2f})"


def _effect(pair: Comparison | None) -> str:
    if pair is None or pair.difference is None or pair.low is None or pair.high is None:
        return NONE
    decided = "*" if pair.p_holm is not None and pair.p_holm < 0.05 else ""
    return f"{100 * pair.difference:+.0f} ({100 * pair.low:+.0f} to {100 * pair.high:+.0f}){decided}"


def _number(value: float | None, digits: int) -> str:
    return NONE if value is None else f"{value:,.{digits}f}"


def _shown(title: str, rows: Rows, *, markdown: bool) -> str:
    if markdown:
        head, *body = [f"| {' | '.join(row)} |" for row in rows]
        return "\n".join([title, "", head, "|---" * len(rows[0]) + "|", *body, ""])
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([title, *lines, ""])
