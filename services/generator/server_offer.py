"""What a model server can serve: adapters by their names, as they were trained, and no probability of a given text."""

from collections.abc import Sequence

from services.generator.ports import NotOfferedError
from services.generator.settings import GeneratorSettings, ServerSettings
from shared.contests.options import STRENGTH
from shared.messages import Arm

PLACE = "{strength}"
NO_SCALING = (
    "a server serves an adapter as it lies there; put weakened copies on it and name them by "
    "TILTYARD_GENERATOR_SERVER_ADAPTER_MODEL, such as {name}@{strength}, or serve it with `transformers`"
)


def no_likelihood(backend: str) -> str:
    """Why choices are not weighed by a server."""
    return f"backend {backend!r} gives no probability of a given text: 'transformers' does"


def called(server: ServerSettings, adapter: str, strength: float) -> str:
    """What the server calls an adapter. Raises NotOfferedError where the name cannot say how strong it is."""
    if strength != 1 and PLACE not in server.adapter_model:
        raise NotOfferedError(f"strength {strength:g}: {NO_SCALING}")
    return server.adapter_model.replace("{name}", adapter).replace(PLACE, f"{strength:g}")


def refusals(arms: Sequence[Arm], settings: GeneratorSettings, server: ServerSettings) -> list[str]:
    """What these arms want and a server cannot do, each with what would help."""
    likelihood = [f"choices by likelihood: {no_likelihood(settings.backend)}"] if settings.choices != "text" else []
    strengths = {arm.name: arm.options[STRENGTH] for arm in arms if arm.options.get(STRENGTH, 1) != 1}
    if PLACE in server.adapter_model:
        return likelihood
    return likelihood + [f"arm {name}: {STRENGTH} {value}: {NO_SCALING}" for name, value in strengths.items()]
