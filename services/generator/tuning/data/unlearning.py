"""The adapter before: what it has learned, and what of that it should no longer know."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from pydantic import ValidationError

from services.generator.tuning.data.eligible import Verdict
from services.generator.tuning.data.example import Example
from services.generator.tuning.data.learned import EarlierLineage
from services.generator.tuning.data.material import Previous
from shared import lines
from shared.jobs.dataset import Unlearned
from shared.records import reason_of
from shared.stored import StoredDocument

LINEAGE, EXAMPLES = "lineage.json", "examples.jsonl"
GONE, CORRECTED = "document no longer in the store", "document corrected"


def previous(home: Path, name: str = "") -> Previous | None:
    """The named adapter, or the newest that stands under `home`; None where there is none yet.

    Raises ValueError where the named one is not there or its record cannot be read.
    """
    folder = home / "adapters" / name if name else _newest(home)
    if folder is None:
        return None
    if not (folder / LINEAGE).is_file():
        raise ValueError(f"no adapter {name!r} in {home / 'adapters'}")
    learned = {of.document_id: of for of in _read(folder / LINEAGE).documents}
    return Previous(folder.name, learned, list(_examples(folder / EXAMPLES)))


def unlearn(before: Previous, stored: Mapping[str, StoredDocument], verdict: Verdict) -> Iterator[Unlearned]:
    """The documents that the adapter before learned and that are gone, corrected or no longer to be learned."""
    for identifier, learned in sorted(before.learned.items()):
        now = stored[identifier].revision if identifier in stored else None
        why = GONE if now is None else verdict(now) or ("" if before.knows(now) else CORRECTED)
        if why:
            taught = sum(identifier == example.document_ids[0] for example in before.examples)
            yield Unlearned(
                document_id=identifier,
                learned_revision=learned.revision,
                revision=now.revision if now else None,
                why=why,
                examples=taught,
            )


def _newest(home: Path) -> Path | None:
    folders = [file.parent for file in (home / "adapters").glob(f"[!.]*/{LINEAGE}")]
    return max(folders, key=lambda folder: _read(folder / LINEAGE).adapter.created_at, default=None)


def _examples(file: Path) -> Iterator[Example]:
    """Those that were trained on; none where the adapter was made before examples were kept."""
    for _, written in lines.rows(file) if file.is_file() else ():
        if written.pop("split") == "train":
            yield Example.model_validate(written)


def _read(file: Path) -> EarlierLineage:
    """Raises ValueError that names the file, and the field that is missing or wrong."""
    try:
        return EarlierLineage.model_validate(json.loads(file.read_text(encoding="utf-8")))
    except ValidationError as error:
        raise ValueError(f"{file}: {reason_of(error)}") from error
    except ValueError as error:
        raise ValueError(f"{file} is not JSON: {error}") from error
