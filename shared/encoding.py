"""The port to an encoder: texts to unit vectors. Each file in `shared/encoders` is one."""

from collections.abc import Sequence
from typing import Protocol

from shared import plugins
from shared.settings import EncoderSettings
from shared.stored import Vector


class Encoder(Protocol):
    """`name` says which vectors these are; those of two names are never compared."""

    name: str
    dimensions: int

    def encode(self, texts: Sequence[str]) -> Vector:
        """Unit vectors, float32, shape (len(texts), dimensions)."""


def build(settings: EncoderSettings) -> Encoder:
    """The encoder that the settings name; raises ValueError where its dimensions are not those configured."""
    encoder: Encoder = plugins.load("shared.encoders", settings.variant)(settings)
    if encoder.dimensions != settings.dimensions:
        raise ValueError(
            f"encoder {encoder.name} gives {encoder.dimensions} dimensions, TILTYARD_ENCODER_DIMENSIONS says "
            f"{settings.dimensions}: set it to {encoder.dimensions}."
        )
    return encoder


def name_of(settings: EncoderSettings) -> str:
    """The encoder's name without loading it, for table names and announcements."""
    name: str = plugins.load("shared.encoders", settings.variant, "name_of")(settings)
    return name


def tokenizer_of(settings: EncoderSettings) -> str | None:
    """Path of the tokenizer file that counts this encoder's tokens; None where it counts words."""
    path: str | None = plugins.load("shared.encoders", settings.variant, "tokenizer_of")(settings)
    return path
