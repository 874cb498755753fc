"""What arms want and a backend cannot serve, known before a model is loaded or a server asked.

`offers/` has a file for each backend of `backends/`, apart from it: whoever checks a contest has no use for the
libraries that run a model, which take seconds to load and need not be installed there.
"""

from collections.abc import Callable, Sequence

from services.generator.settings import GeneratorSettings
from shared import plugins
from shared.messages import Arm, Contest

OFFERS = "services.generator.offers"
Refusals = Callable[[Sequence[Arm]], list[str]]
"""Why some of these arms cannot be served, one line each; the lines of one arm begin with its name."""


def of(settings: GeneratorSettings) -> Refusals:
    """Of the backend that the settings name. Raises ValueError where there is none of that name."""
    load = plugins.load(OFFERS, settings.backend)
    refusals: Refusals = load(settings)
    return refusals


def build() -> Callable[[Contest], list[str]]:
    """Of the backend that the environment names, for a check in another process than the workers'.

    They may have other settings there, and each line says by which ones it was found.
    """
    settings = GeneratorSettings()
    refusals = of(settings)

    def refused(contest: Contest) -> list[str]:
        by = f"by the settings here, TILTYARD_GENERATOR_BACKEND={settings.backend}; workers go by their own"
        return [f"{line} ({by})" for line in refusals(contest.arms)]

    return refused
