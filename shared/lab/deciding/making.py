"""A decision made from results: evidence, rule, map and turning points at the rates that were told."""

from shared.lab.deciding import chart, of_results, placing, taught_share
from shared.lab.deciding.basis import basis
from shared.lab.deciding.decided import Decided
from shared.lab.deciding.made_with import Options, made_with
from shared.lab.deciding.placing import Placed
from shared.lab.deciding.rule import decide
from shared.lab.deciding.trial import Found
from shared.lab.deciding.turning import turns
from shared.lab.report.material import Material
from shared.lab.report.numbers import count

NOTHING_WEIGHED = "no question asks after known news that no pair teaches, so that nothing is weighed"


def decided(material: Material, found: Found, options: Options) -> Decided:
    """Raises ValueError where there is nothing to decide from, or no arm keeps up with so many updates."""
    values, rates = options.values, options.rates
    costs = found.costs.said(options.document_seconds, options.training_seconds)
    review = options.review or found.review
    placed = placing.placed(material)
    share = _taught_share(placed, found, options)
    evidence = of_results.evidence(placed, costs, bad=review.bad if review else 0.0, taught_share=share)
    [decision] = decide(evidence, values, [rates])
    if decision is None:
        raise ValueError(
            f"no arm keeps up with {rates.updates_per_day:g} updates a day: name fewer, or say what a document takes "
            "(--document-seconds)"
        )
    return Decided(
        evidence, values, decision, turns(evidence, values, rates), chart.of(evidence, values, rates),
        basis(placed), count(material), made_with(options, found.results), found.curve, review,
        found.gates, taught_share.told(evidence, values, rates),
    )  # fmt: skip


def _taught_share(placed: Placed, found: Found, options: Options) -> float | None:
    """None where nothing was trained, or all questions ask what pairs teach: then nothing is weighed."""
    if placed.ages and placed.untaught:
        return found.taught_share if options.taught_share is None else options.taught_share
    if options.taught_share is not None:
        raise ValueError(f"--taught: {NOTHING_WEIGHED}")
    return None
