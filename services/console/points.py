"""Points of 100, as people state differences of accuracies; inside they are shares of 1."""

from typing import Annotated

import typer

Margin = Annotated[
    float | None,
    typer.Option(min=0.1, max=99, help="Points of 100 that do not matter: what differs by less may be equivalent."),
]


def share(points: float | None) -> float | None:
    """5 points are 0.05; None where nothing was stated."""
    return None if points is None else points / 100
