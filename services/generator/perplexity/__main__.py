"""`python -m services.generator.perplexity`: how likely the model, and an adapter on it, finds documents.

Standard output holds one JSON object for each document, then one that says who spoke. Exit codes are those of the
services.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from services.generator import models
from services.generator.perplexity.windows import windows
from services.generator.settings import GeneratorSettings
from shared import lines
from shared.collections import reading
from shared.jobs.events import write
from shared.jobs.perplexity import DocumentScored, PerplexityMeasured
from shared.messages import DocumentPublished
from shared.models.language import Model
from shared.records import reason_of
from shared.service import EX_CONFIG, EX_DATA, EX_OK
from shared.settings import HomeSettings
from shared.source_files import DataError


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure; returns the exit code."""
    options = _parser().parse_args(arguments)
    try:
        measure(options, GeneratorSettings(), HomeSettings().home)
    except ValidationError as error:
        return _fail(f"settings of {error.title}: {reason_of(error)}")
    except DataError as error:
        return _fail(str(error), EX_DATA)
    except (ValueError, OSError) as error:
        return _fail(str(error))
    return EX_OK


def measure(options: argparse.Namespace, settings: GeneratorSettings, home: Path) -> None:
    """Score each standing document; the settings say which model and in which precision."""
    next(windows(2, options.window, options.stride))
    texts = standing(options.documents)
    adapter = adapter_folder(options.adapter, home) if options.adapter else None
    scorer, model = _scorer(settings, home, adapter)
    name = adapter.name if adapter else ""
    for number, (document_id, text) in enumerate(texts.items(), start=1):
        score = scorer.score(text, size=options.window, stride=options.stride, adapter_name=name)
        write(
            DocumentScored(
                done=number,
                total=len(texts),
                document_id=document_id,
                tokens=score.tokens,
                bytes=score.size,
                nats=score.nats,
            )
        )
    write(PerplexityMeasured(model=model.label, adapter=name, window=options.window, stride=options.stride))


def standing(place: Path) -> dict[str, str]:
    """Title and text of each document that stands at the end of the files, by id. ValueError where there is none."""
    newest: dict[str, DocumentPublished] = {}
    for file in reading.editions(place):
        for document in lines.each(file, DocumentPublished.model_validate):
            newest[document.document_id] = document
    texts = {
        name: f"{document.title}\n{document.text}".strip()
        for name, document in newest.items()
        if document.op != "retract"
    }
    if not any(texts.values()):
        raise DataError(f"{place} holds no document with words")
    return {name: text for name, text in texts.items() if text}


def adapter_folder(named: str, home: Path) -> Path:
    """The folder of an adapter: one that is named, or `adapters/<name>` at home; ValueError lists those there."""
    for folder in (Path(named), home / "adapters" / named):
        if (folder / "adapter_config.json").is_file():
            return folder
    known = sorted(file.parent.name for file in (home / "adapters").glob("*/adapter_config.json"))
    raise ValueError(
        f"no adapter {named!r}: name a folder, or one of {', '.join(known) or 'none (there are none here)'}"
    )


def _scorer(settings: GeneratorSettings, home: Path, adapter: Path | None) -> tuple[Any, Model]:
    from services.generator.perplexity.scoring import Scorer

    model = models.configured(settings, home)
    precision = "fp32" if settings.precision == "auto" else settings.precision
    return Scorer(model, precision=precision, adapter=adapter), model


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m services.generator.perplexity", description=__doc__)
    parser.add_argument("documents", type=Path, help="file, or folder of *documents.jsonl")
    parser.add_argument("--adapter", default="", help="name or folder of an adapter, beside the base")
    parser.add_argument("--window", type=int, default=512, help="tokens that the model reads at once")
    parser.add_argument("--stride", type=int, default=256, help="tokens from one window to the next")
    return parser


def _fail(message: str, code: int = EX_CONFIG) -> int:
    sys.stderr.write(message + "\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
