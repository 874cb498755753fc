"""An adapter's files: stored in and fetched from a folder or an object store, checked before anything loads them.

What is checked is bounded: sizes are looked at before files are read, and a configuration's patterns are refused, so
that no file of a stranger's decides how long a worker is busy. ADR 24 says what address and hashes mean.
"""

import re
import shutil
import time
from collections.abc import Callable, Iterable
from itertools import islice
from pathlib import Path, PurePosixPath
from tempfile import mkdtemp
from typing import Any

from services.generator import adapter_config, adapter_weights, cartridge_config
from services.generator.adapter_addresses import MOST_BYTES, Admission
from services.generator.adapter_config import CONFIG
from services.generator.adapter_weights import WEIGHTS
from services.generator.hashing import sha256_of
from shared.masking import masked

__all__ = ["CONFIG", "WEIGHTS", "check", "fetch", "is_address", "require_config", "require_weights", "store"]
SMALL_BYTES = {CONFIG: adapter_config.MOST_BYTES, "lineage.json": 256 * 1024**2, "probes.jsonl": 64 * 1024**2}
"""What may lie beside the weights and is read; nothing else is fetched."""
PICKLES = frozenset({".bin", ".ckpt", ".joblib", ".npy", ".pickle", ".pkl", ".pt", ".pth"})
MOST_FILES = 1_000
FETCH_WITHIN_S = 600.0
PORTION = 1024**2
_SHA256 = re.compile(r"[0-9a-f]{64}")


def is_address(location: str) -> bool:
    """Whether a location names its file system, as s3://bucket/folder does."""
    return "://" in location


def fetch(
    location: str,
    sha256: str,
    cache: Path,
    *,
    config_sha256: str = "",
    admission: Admission | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Path:
    """The folder at a location: itself where it is on this machine, else a copy under `cache`, named by its hashes.

    A copy appears whole and with the announced files, or not at all. The folder above `cache` is the home's own, and
    is let in whatever the admission names. Raises ValueError where the location may not be
    read, what lies there is not what was announced or too large, or nothing here reads such addresses; OSError where
    the place cannot be reached.
    """
    admitted = admission or Admission()
    admitted.require(location, cache.parent)
    if not _SHA256.fullmatch(sha256) or (config_sha256 and not _SHA256.fullmatch(config_sha256)):
        raise ValueError(f"{masked(location)} was announced with something that is no sha256")
    if not is_address(location):
        return Path(location)
    if (kept := cache / (f"{sha256}-{config_sha256[:16]}" if config_sha256 else sha256)).is_dir():
        return kept
    cache.mkdir(parents=True, exist_ok=True)
    making = Path(mkdtemp(prefix=".fetching-", dir=cache))
    try:
        _download(location, making, most_bytes=admitted.most_bytes, until=clock() + FETCH_WITHIN_S, clock=clock)
        require_weights(making, sha256, masked(location))
        require_config(making, config_sha256, masked(location))
        if not kept.is_dir():
            making.rename(kept)
    finally:
        shutil.rmtree(making, ignore_errors=True)
    return kept


def store(folder: Path, registry: str) -> str:
    """Copy a folder to `registry/<its name>` and return that address; without a registry the folder stays where it is.

    Weights go last. Nobody hears of the address before all of it is there.
    """
    if not registry:
        return str(folder.absolute())
    address = f"{registry.rstrip('/')}/{folder.name}"
    files, root = _filesystem(address)
    files.makedirs(root, exist_ok=True)
    for file in sorted(folder.iterdir(), key=lambda file: (file.name == WEIGHTS, file.name)):
        files.put_file(str(file), f"{root}/{file.name}")
    return address if is_address(address) else str(Path(address).absolute())


def require_weights(folder: Path, sha256: str, name: str, most_bytes: int = MOST_BYTES) -> None:
    """Raises ValueError that names both hashes where the weights are not the announced ones."""
    _require_hash(folder / WEIGHTS, sha256, name, most_bytes)


def require_config(folder: Path, sha256: str, name: str) -> None:
    """The same for the configuration, which decides how the weights act; announcements without its hash are older."""
    if sha256:
        _require_hash(folder / CONFIG, sha256, f"the configuration of {name}", SMALL_BYTES[CONFIG])


def check(folder: Path, most_bytes: int = MOST_BYTES) -> None:
    """Raises ValueError where a folder holds pickles, its weights are no safetensors, or they do not fit its config."""
    names = [file.name for file in islice(folder.iterdir(), MOST_FILES + 1)]
    _require_few(folder, names)
    _refuse_pickles(folder, names)
    for name, most in ({WEIGHTS: most_bytes} | SMALL_BYTES).items():
        if name in names or name in (WEIGHTS, CONFIG):
            adapter_weights.require_regular(folder / name, most)
    if adapter_config.kind(folder) == "cartridge":
        cartridge_config.require_shape(cartridge_config.read(folder), adapter_weights.prefix(folder / WEIGHTS))
        return
    lora, paired = adapter_config.read(folder), adapter_weights.pairs(folder / WEIGHTS)
    adapter_weights.require_rank(paired, lora.r)
    adapter_config.require_targets(folder, lora, paired.keys())


def _require_hash(file: Path, sha256: str, name: str, most_bytes: int) -> None:
    adapter_weights.require_regular(file, most_bytes)
    if (actual := sha256_of(file)) != sha256:
        raise ValueError(f"{name} was announced with sha256 {sha256}, found {actual}")


def _require_few(place: object, names: Iterable[str]) -> None:
    if len(list(names)) > MOST_FILES:
        raise ValueError(f"{place} holds more than {MOST_FILES} files")


def _refuse_pickles(place: object, names: Iterable[str]) -> None:
    if pickles := sorted(name for name in names if PurePosixPath(name).suffix in PICKLES):
        raise ValueError(f"{place} holds {', '.join(pickles[:5])}: such files can carry code, an adapter has none")


def _download(location: str, folder: Path, *, most_bytes: int, until: float, clock: Callable[[], float]) -> None:
    """The known files of a place, each within its size; what a store's driver raises beside OSError becomes one."""
    files, root = _filesystem(location)
    try:
        _copy_known(files, root, masked(location), folder, most_bytes=most_bytes, in_time=lambda: clock() < until)
    except (OSError, ValueError):
        raise
    except Exception as error:  # each driver has errors of its own for a store that is away
        raise OSError(f"{masked(location)} cannot be read: {type(error).__name__}: {error}") from error


def _copy_known(
    files: Any, root: str, location: str, folder: Path, *, most_bytes: int, in_time: Callable[[], bool]
) -> None:
    there = {PurePosixPath(str(about["name"])).name: about for about in files.ls(root, detail=True)}
    _require_few(location, there)
    _refuse_pickles(location, there)
    if missing := sorted({WEIGHTS, CONFIG} - there.keys()):
        raise FileNotFoundError(f"{location} lacks {', '.join(missing)}")
    wanted = {name: most for name, most in ({WEIGHTS: most_bytes} | SMALL_BYTES).items() if name in there}
    for name, most in wanted.items():
        if there[name].get("type") != "file" or (there[name].get("size") or 0) > most:
            raise ValueError(f"{location}/{name} is no ordinary file or larger than {most:,} bytes")
    for name, most in wanted.items():
        with files.open(str(there[name]["name"]), "rb") as source, (folder / name).open("wb") as copy:
            _copy(source, copy, f"{location}/{name}", most=most, in_time=in_time)


def _copy(source: Any, copy: Any, name: str, *, most: int, in_time: Callable[[], bool]) -> None:
    """A store may send more than it stated, and slowly."""
    size = 0
    while portion := source.read(PORTION):
        size += len(portion)
        if size > most:
            raise ValueError(f"{name} is larger than {most:,} bytes")
        if not in_time():
            raise TimeoutError(f"{name} did not come within {FETCH_WITHIN_S:g} s")
        copy.write(portion)


def _filesystem(address: str) -> tuple[Any, str]:
    """The file system of an address and the path in it. Raises ValueError where its driver is not installed."""
    import fsspec

    try:
        files, root = fsspec.core.url_to_fs(address)
    except ImportError as error:
        raise ValueError(f"{masked(address)}: no driver for this kind of address is installed ({error})") from error
    return files, str(root).rstrip("/")
