"""What the echo can serve: every arm, for a pipeline without a model; a strength changes no word of it."""

from services.generator import offering
from services.generator.settings import GeneratorSettings


def build(_: GeneratorSettings) -> offering.Refusals:
    """Nothing is refused."""
    return lambda _: []
