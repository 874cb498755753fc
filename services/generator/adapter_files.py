"""An adapter's files: stored in and fetched from a folder or an object store, checked before anything loads them."""

import json
import re
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath
from tempfile import mkdtemp
from typing import Any

from services.generator.hashing import sha256_of
from shared.masking import masked

WEIGHTS, CONFIG = "adapter_model.safetensors", "adapter_config.json"
FETCHED = (WEIGHTS, CONFIG, "lineage.json", "probes.jsonl")
PICKLES = frozenset({".bin", ".ckpt", ".joblib", ".npy", ".pickle", ".pkl", ".pt", ".pth"})
MOST_RANK = 65_536
_FACTOR = re.compile(r"^(?:base_model\.model\.)?(?P<module>.+)\.lora_(?P<side>[AB])(?:\.\w+)?\.weight$")
Shape = tuple[int, ...]


def is_address(location: str) -> bool:
    """Whether a location names its file system, as s3://bucket/folder does."""
    return "://" in location


def fetch(location: str, sha256: str, cache: Path) -> Path:
    """The folder at a location: itself where it is on this machine, else a copy under `cache/<sha256>`.

    A copy appears whole and with the announced weights, or not at all. Raises ValueError that names both hashes, or
    where nothing here reads such addresses; OSError where the place cannot be reached.
    """
    if not is_address(location):
        return Path(location)
    if (kept := cache / sha256).is_dir():
        return kept
    cache.mkdir(parents=True, exist_ok=True)
    making = Path(mkdtemp(prefix=".fetching-", dir=cache))
    try:
        _download(location, making)
        require_weights(making, sha256, masked(location))
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


def require_weights(folder: Path, sha256: str, name: str) -> None:
    """Raises ValueError that names both hashes where the weights are not the announced ones."""
    if (actual := sha256_of(folder / WEIGHTS)) != sha256:
        raise ValueError(f"{name} was announced with sha256 {sha256}, found {actual}")


def check(folder: Path) -> None:
    """Raises ValueError where a folder holds pickles, its weights are no safetensors, or they do not fit its config."""
    _refuse_pickles(folder, [file.name for file in folder.iterdir()])
    shapes, config = _shapes(folder / WEIGHTS), _config(folder / CONFIG)
    ranks = config.get("rank_pattern") or {}
    modules = set()
    for name, shape in shapes.items():
        factor = _FACTOR.match(name)
        if factor is None:
            raise ValueError(f"{folder}: {name} is no weight of LoRA")
        modules.add(factor["module"])
        _require_rank(name, shape, side=factor["side"], wanted=_rank(factor["module"], config["r"], ranks))
    _require_targets(folder, modules, config.get("target_modules"))


def _refuse_pickles(place: object, names: Iterable[str]) -> None:
    if pickles := sorted(name for name in names if PurePosixPath(name).suffix in PICKLES):
        raise ValueError(f"{place} holds {', '.join(pickles)}: such files can carry code, an adapter has none")


def _require_rank(name: str, shape: Shape, *, side: str, wanted: int) -> None:
    rank = shape[0 if side == "A" else 1] if len(shape) == 2 else 0
    if rank != wanted:
        raise ValueError(f"{name} has rank {rank} (shape {shape}), {CONFIG} says {wanted}")


def _require_targets(folder: Path, modules: set[str], targets: Any) -> None:
    """Every name that the config lists has weights, and no others have; a pattern is for PEFT to read."""
    if isinstance(targets, str) or not targets:
        return
    ends = {module.rpartition(".")[2] for module in modules}
    unmet = sorted({str(target).rpartition(".")[2] for target in targets} ^ ends)
    if unmet:
        raise ValueError(f"{folder}: {CONFIG} and the weights disagree about {', '.join(unmet)}")


def _rank(module: str, usual: int, patterns: Mapping[str, int]) -> int:
    return next((rank for pattern, rank in patterns.items() if re.search(rf"(^|\.){pattern}$", module)), usual)


def _shapes(file: Path) -> dict[str, Shape]:
    """Name -> shape, read by the safetensors library, which runs no code and checks every offset."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(file, framework="numpy") as opened:
            return {name: tuple(opened.get_slice(name).get_shape()) for name in opened.keys()}  # noqa: SIM118
    except SafetensorError as error:
        raise ValueError(f"{file} is no safetensors file, or a broken one: {error}") from error


def _config(file: Path) -> dict[str, Any]:
    try:
        config = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{file} is no JSON: {error}") from error
    fields: dict[str, Any] = config if isinstance(config, dict) else {}
    if fields.get("r") not in range(1, MOST_RANK):
        raise ValueError(f"{file} names no rank r")
    return fields


def _download(location: str, folder: Path) -> None:
    files, root = _filesystem(location)
    there = {PurePosixPath(str(name)).name: str(name) for name in files.ls(root, detail=False)}
    _refuse_pickles(masked(location), there)
    if missing := sorted({WEIGHTS, CONFIG} - there.keys()):
        raise FileNotFoundError(f"{masked(location)} lacks {', '.join(missing)}")
    for name in FETCHED:
        if name in there:
            files.get_file(there[name], str(folder / name))


def _filesystem(address: str) -> tuple[Any, str]:
    """The file system of an address and the path in it. Raises ValueError where its driver is not installed."""
    import fsspec

    try:
        files, root = fsspec.core.url_to_fs(address)
    except ImportError as error:
        raise ValueError(f"{masked(address)}: no driver for this kind of address is installed ({error})") from error
    return files, str(root).rstrip("/")
