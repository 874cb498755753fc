"""Whether the number that a plan names decides as often as it says."""

from bench.simulations import Row
from bench.simulations._made import percent
from shared.lab.planning.plan import make
from shared.lab.planning.trying import Trying
from shared.statistics.planning import Assumptions, Wanted, alike_all

PLANS = (
    ("two arms, 10 points", Assumptions({"a": 0.4, "b": 0.5}, alike_all("ab", 0.3)), Wanted(0.1)),
    (
        "four arms, 15 points, two questions a document",
        Assumptions(dict(zip("abcd", (0.2, 0.5, 0.4, 0.6), strict=True)), alike_all("abcd", 0.3), 2.0, 0.3),
        Wanted(0.15),
    ),
    (
        "two arms, equal within 10 points",
        Assumptions({"a": 0.4, "b": 0.5}, alike_all("ab", 0.3)),
        Wanted(0.1, equal=True),
    ),
)


def run(seed: int, short: bool) -> list[Row]:
    """The number that a plan names, tried out anew with another seed."""
    rows, experiments = list[Row](), 20 if short else 200
    for how, assumptions, wanted in PLANS[: 1 if short else None]:
        plan = make(assumptions, wanted, experiments=experiments, seed=seed)
        pair, count = plan.hardest, plan.documents
        assert pair is not None
        assert count is not None
        share = Trying(assumptions, pair, wanted, 1, 2 * experiments, seed + 1).trial(count).decided
        told = f"{percent([share.mean or 0.0])} with {plan.questions} questions"
        rows.append(
            Row("A plan's number decides", how, "80 %", told, 2 * experiments, share.low <= 0.83 and share.high >= 0.77)
        )
    return rows
