"""What a server with the OpenAI protocol can serve; nothing is asked of it."""

from functools import partial

from services.generator import server_offer
from services.generator.offering import Refusals
from services.generator.settings import GeneratorSettings, ServerSettings


def build(settings: GeneratorSettings) -> Refusals:
    """By what the settings say of the server."""
    return partial(server_offer.refusals, settings=settings, server=ServerSettings())
