"""The adapter before: what it has learned, and what of that it should no longer know."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from services.generator.tuning.data import learned as earlier
from services.generator.tuning.data.eligible import Verdict
from services.generator.tuning.data.example import Example
from services.generator.tuning.data.learned import LINEAGE
from services.generator.tuning.data.material import Previous
from shared import lines
from shared.jobs.dataset import Unlearned
from shared.stored import StoredDocument

EXAMPLES, CARRIED = "examples.jsonl", "earlier.jsonl"
GONE, CORRECTED = "document no longer in the store", "document corrected"


def previous(home: Path, name: str = "", track: str = "") -> Previous | None:
    """The named adapter, or the newest that stands under `home`; None where there is none yet.

    `track`: the newest of this track alone. Raises ValueError where the named one is not there or its record cannot be
    read.
    """
    folder = home / "adapters" / name if name else _newest(home, track)
    if folder is None:
        return None
    if not (folder / LINEAGE).is_file():
        raise ValueError(f"no adapter {name!r} in {home / 'adapters'}")
    return of_folder(folder, folder.name)


def of_folder(folder: Path, name: str) -> Previous:
    """The adapter that lies in a folder. Raises ValueError where its record cannot be read."""
    learned = earlier.read(folder / LINEAGE).learned
    return Previous(name, learned, [*_trained(folder / EXAMPLES), *_carried(folder / CARRIED)])


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


def _newest(home: Path, track: str) -> Path | None:
    made = {file.parent: earlier.read(file).adapter for file in (home / "adapters").glob(f"[!.]*/{LINEAGE}")}
    of_track = [folder for folder, adapter in made.items() if track in ("", adapter.track)]
    return max(of_track, key=lambda folder: made[folder].created_at, default=None)


def _trained(file: Path) -> Iterator[Example]:
    """Those that were trained on; none where the adapter was made before examples were kept."""
    for _, written in lines.rows(file) if file.is_file() else ():
        if written.pop("split") == "train":
            yield Example.model_validate(written)


def _carried(file: Path) -> Iterator[Example]:
    """Those of the trainings before it that it went on from."""
    for _, written in lines.rows(file) if file.is_file() else ():
        yield Example.model_validate(written)
