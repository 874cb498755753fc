"""The language model of the generator's settings, for its backends and for tuning.

`python -m services.generator.models` has it ready ahead of time (the embedded one is converted once) and prints where
it lies.
"""

import sys
from pathlib import Path

from services.generator.settings import GeneratorSettings
from shared.models import language
from shared.models.language import Model
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
    """Have the configured model ready and say where it is; 78 where there is none."""
    try:
        model = configured(GeneratorSettings(), HomeSettings().home)
    except ValueError as error:
        sys.stderr.write(f"{error}\n")
        return 78
    sys.stdout.write(f"{model.label} {model.folder}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
