"""The language model of the generator's settings, for its backends and for tuning.

`python -m services.generator.models` has it ready ahead of time (the embedded one is converted once) and prints where
it lies.
"""

import sys
from pathlib import Path
from typing import Any

from services.generator.settings import GeneratorSettings
from shared.models import chat_template, language
from shared.models.language import Model
from shared.records import bounded
from shared.service import EX_CONFIG, EX_OK
from shared.settings import HomeSettings


def configured(settings: GeneratorSettings, home: Path) -> Model:
    """The model as a folder; raises ValueError where there is none, saying which setting names another."""
    try:
        return language.resolve(settings.model, home, allow_downloads=settings.allow_downloads)
    except ValueError as error:
        raise ValueError(
            f"{error} TILTYARD_GENERATOR_MODEL names a folder or a hub name; TILTYARD_GENERATOR_ALLOW_DOWNLOADS=true "
            f"lets a hub name be fetched."
        ) from error


def main() -> int:
    """Have the configured model ready and say where it is; 78 where there is none, or none that can be told a chat."""
    try:
        model = configured(GeneratorSettings(), HomeSettings().home)
        chat_template.require(tokenizer_of(model), model.label)
    except ValueError as error:
        sys.stderr.write(f"{error}\n")
        return EX_CONFIG
    sys.stdout.write(f"{model.label} {model.folder}\n")
    return EX_OK


def tokenizer_of(model: Model) -> Any:
    """The model's tokenizer; raises ValueError where its folder holds none that can be read."""
    from transformers import AutoTokenizer

    try:
        return AutoTokenizer.from_pretrained(model.folder, local_files_only=True)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{model.label} has no tokenizer that can be read: {bounded(str(error), 200)}") from error


if __name__ == "__main__":
    sys.exit(main())
