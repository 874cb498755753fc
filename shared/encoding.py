"""The port to an encoder: texts to unit vectors. Each file in `shared/encoders` is one."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol, runtime_checkable

from shared import plugins
from shared.contests.options import names_of
from shared.messages import EncoderChoice, EncodersAnnounced
from shared.messages.encoders import CHUNKS
from shared.records import bounded
from shared.settings import EncoderSettings
from shared.stored import Vector

_NAME = re.compile(r"\w[\w.-]*(?:[/:]\w[\w.-]*)*")
"""Of a hub or a server: sentence-transformers/all-mpnet-base-v2, nomic-embed-text:latest."""


class Encoder(Protocol):
    """`name` says which vectors these are; those of two names are never compared.

    `max_tokens` is how much of a text it reads, the tokens that open and close it included; None where that is not
    known or has no end.
    """

    name: str
    dimensions: int
    max_tokens: int | None

    def encode(self, texts: Sequence[str]) -> Vector:
        """Unit vectors, float32, shape (len(texts), dimensions)."""


@runtime_checkable
class TokenEncoder(Protocol):
    """What an encoder can do beside that where its model runs in this process: vectors of tokens in their context."""

    name: str

    def encode_tokens(self, text: str) -> Vector:
        """Unit vectors, float32, shape (tokens, dimensions), without tokens that stand for no part of the text."""


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


def choice_of(settings: EncoderSettings) -> EncoderChoice:
    """What settings say of the encoder, as it is announced."""
    return EncoderChoice(
        name=name_of(settings),
        variant=settings.variant,
        model=settings.model,
        precision=settings.precision,
        dimensions=settings.dimensions,
    )


def settings_of(choice: EncoderChoice, own: EncoderSettings) -> EncoderSettings:
    """Settings for an announced encoder; threads, servers and keys stay a process's own.

    Raises ValueError for a model that this process may not load: a message names it, and must not open just anything.
    """
    if choice.model not in ("", own.model):
        _require_permitted(choice.model, names_of(own.models))
    return own.model_copy(update=choice.model_dump(include={"variant", "model", "precision", "dimensions"}))


def in_use(announced: Mapping[str, EncodersAnnounced], configured: EncoderSettings) -> list[EncoderChoice]:
    """The encoders that are written with, the serving one first; the configured one where none was announced."""
    announcement = standing(announced)
    if announcement is None:
        return [choice_of(configured)]
    return [announcement.serving, *([announcement.beside] if announcement.beside else [])]


def _require_permitted(model: str, permitted: Sequence[str]) -> None:
    """A folder by its whole path or a plain name; where some are listed, one of them or a folder below one."""
    folder = Path(model)
    if not model.isprintable() or ".." in folder.parts or not (folder.is_absolute() or _NAME.fullmatch(model)):
        raise ValueError(f"the announced model {bounded(model, 200)!r} is neither a whole path nor a plain name")
    if not folder.is_absolute() and folder.exists():
        raise ValueError(f"the announced model {model!r} is a folder by a part of its path: announce it by the whole")
    below = [place for place in permitted if folder.is_absolute() and Path(place).is_absolute()]
    if permitted and model not in permitted and not any(_lies_below(folder, Path(place)) for place in below):
        raise ValueError(f"the announced model {model!r} is none that TILTYARD_ENCODER_MODELS permits")


def _lies_below(folder: Path, place: Path) -> bool:
    return folder.resolve().is_relative_to(place.resolve())


def standing(announced: Mapping[str, EncodersAnnounced]) -> EncodersAnnounced | None:
    """What holds of encoders, by the records' keys: one key says it all, and what stands under another says nothing."""
    return announced.get(CHUNKS)
