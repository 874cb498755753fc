"""What a model in the worker's own process can serve: every arm that a contest may have."""

from services.generator import offering
from services.generator.settings import GeneratorSettings


def build(_: GeneratorSettings) -> offering.Refusals:
    """Nothing is refused."""
    return lambda _: []
