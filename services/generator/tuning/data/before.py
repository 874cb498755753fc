"""The adapter before, as the registry has it: who speaks now in the track that is trained for, on the same base.

Neither a newer candidate that no gate let pass nor an adapter of another track is gone on from or held against a run.
"""

from pathlib import Path

import structlog

from services.generator import adapters as files
from services.generator.adapter_addresses import Admission
from services.generator.tuning.data import unlearning
from services.generator.tuning.data.learned import LINEAGE
from services.generator.tuning.data.material import Previous
from services.generator.tuning.release import Adapters, previous
from shared.messages import AdapterAnnounced

log = structlog.get_logger()


def serving(
    adapters: Adapters, track: str, base_sha256: str, *, home: Path, admission: Admission, needed: bool
) -> Previous | None:
    """What the adapter that speaks in a track was trained on; None where none speaks.

    Where its record cannot be had, ValueError or OSError if it is `needed`, else None and a warning.
    """
    adapter = previous(adapters, track, base_sha256=base_sha256)
    if adapter is None:
        return None
    try:
        return unlearning.of_folder(_folder(adapter, home, admission), adapter.name)
    except (OSError, ValueError) as error:
        if needed:
            raise
        log.warning("the adapter before cannot be read", adapter=adapter.name, reason=str(error))
        return None


def _folder(adapter: AdapterAnnounced, home: Path, admission: Admission) -> Path:
    """Where it was trained on this machine, which holds its examples too; else where it is kept."""
    here = home / "adapters" / adapter.name
    if (here / LINEAGE).is_file() and files.sha256_of(here / files.WEIGHTS) == adapter.weights_sha256:
        return here
    return files.verify(adapter, adapter.base_sha256, home, admission)
