"""The supplied questions and answers, as they are: the closest to what will be asked."""

from collections.abc import Iterator

from services.generator.tuning.data.example import Example
from services.generator.tuning.data.material import Material, as_example
from services.generator.tuning.data.plan import BuilderOptions


class Options(BuilderOptions):
    """Nothing of its own."""


def build(material: Material, _: Options) -> Iterator[Example]:
    """Every pair whose document may be learned."""
    return map(as_example, material.pairs)
