"""A decision made from results: evidence, rule, map and turning points at the rates that were told."""

from shared.lab.deciding import chart, of_results, placing, taught
from shared.lab.deciding.basis import basis
from shared.lab.deciding.decided import Decided
from shared.lab.deciding.made_with import Options, made_with
from shared.lab.deciding.rule import decide
from shared.lab.deciding.trial import Found
from shared.lab.deciding.turning import turns
from shared.lab.report.material import Material
from shared.lab.report.numbers import count


def decided(material: Material, found: Found, options: Options) -> Decided:
    """Raises ValueError where there is nothing to decide from, or no arm keeps up with so many updates."""
    values, rates = options.values, options.rates
    costs = found.costs.said(options.document_seconds, options.training_seconds)
    review = options.review or found.review
    placed = placing.placed(material)
    if options.taught is not None and not placed.untaught:
        raise ValueError("--taught: no question asks after known news that no pair teaches, so that nothing is weighed")
    share = found.taught if options.taught is None else options.taught
    evidence = of_results.evidence(placed, costs, bad=review.bad if review else 0.0, taught=share)
    [decision] = decide(evidence, values, [rates])
    if decision is None:
        raise ValueError(
            f"no arm keeps up with {rates.updates_per_day:g} updates a day: name fewer, or say what a document takes "
            "(--document-seconds)"
        )
    return Decided(
        evidence, values, decision, turns(evidence, values, rates), chart.of(evidence, values, rates),
        basis(placed), count(material), made_with(options, found.results), found.curve, review,
        found.gates, taught.taught(evidence, values, rates),
    )  # fmt: skip
