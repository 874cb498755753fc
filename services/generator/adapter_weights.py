"""An adapter's weights as the file states them: names, shapes and types, looked at before anything is loaded."""

import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from shared.records import bounded

WEIGHTS = "adapter_model.safetensors"
MOST_HEADER_BYTES = 16 * 1024**2
"""Of names and shapes: about 100,000 weights, those of the largest mixtures of experts."""
TYPES = frozenset({"F32", "F16", "BF16", "F64"})
_FACTOR = re.compile(r"base_model\.model\.(?P<module>\w+(?:\.\w+)*)\.lora_(?P<side>[AB])\.weight")
PREFIX = "prompt_embeddings"
"""What PEFT calls a cartridge's numbers."""
Shape = tuple[int, ...]


@dataclass(frozen=True)
class Pair:
    """The two factors of one module's change: A of shape (rank, into), B of shape (out, rank)."""

    a: Shape
    b: Shape


def pairs(file: Path) -> dict[str, Pair]:
    """Module -> its factors. Raises ValueError for a file that holds anything else, or half of a pair."""
    sides: dict[str, dict[str, Shape]] = {}
    for name, shape in _shapes(file).items():
        factor = _FACTOR.fullmatch(name)
        if factor is None:
            raise ValueError(
                f"{file}: {bounded(name, 200)} is no weight of LoRA as PEFT writes them "
                "(base_model.model.MODULE.lora_A.weight): its weights fit no module of the base"
            )
        if len(shape) != 2 or 0 in shape:
            raise ValueError(f"{file}: {bounded(name, 200)} has shape {shape}, a factor has two sides")
        sides.setdefault(factor["module"], {})[factor["side"]] = shape
    if not sides:
        raise ValueError(f"{file} holds no weights")
    return {module: _pair(file, module, shapes) for module, shapes in sides.items()}


def prefix(file: Path) -> Shape:
    """The two sides of a cartridge's numbers. Raises ValueError for a file that holds anything else, or more."""
    shapes = _shapes(file)
    if set(shapes) != {PREFIX}:
        raise ValueError(
            f"{file} holds {bounded(', '.join(sorted(shapes)) or 'nothing', 200)}: a cartridge has {PREFIX} alone"
        )
    if len(shape := shapes[PREFIX]) != 2 or 0 in shape:
        raise ValueError(f"{file}: {PREFIX} has shape {shape}, a cartridge has two sides")
    return shape


def require_rank(paired: Mapping[str, Pair], wanted: int) -> None:
    """Raises ValueError for a factor of another rank than the configuration states."""
    for module, pair in paired.items():
        for side, shape, rank in (("A", pair.a, pair.a[0]), ("B", pair.b, pair.b[1])):
            if rank != wanted:
                raise ValueError(
                    f"{module}.lora_{side} has rank {rank} (shape {shape}), its configuration says {wanted}"
                )


def require_regular(file: Path, most_bytes: int) -> None:
    """Raises ValueError for what is no ordinary file or too large, OSError where it is not there."""
    status = file.stat()
    if not stat.S_ISREG(status.st_mode):
        raise ValueError(f"{file} is no ordinary file")
    if status.st_size > most_bytes:
        raise ValueError(f"{file} has {status.st_size:,} bytes, at most {most_bytes:,} are read")


def _pair(file: Path, module: str, shapes: Mapping[str, Shape]) -> Pair:
    if len(shapes) != 2:
        raise ValueError(f"{file}: {bounded(module, 200)} has one factor of two")
    return Pair(shapes["A"], shapes["B"])


def _shapes(file: Path) -> dict[str, Shape]:
    """Name -> shape, read by the safetensors library, which runs no code and checks every offset."""
    from safetensors import SafetensorError, safe_open

    _require_header(file)
    try:
        with safe_open(file, framework="numpy") as opened:
            slices = {name: opened.get_slice(name) for name in opened.keys()}  # noqa: SIM118
            if strange := sorted({str(part.get_dtype()) for part in slices.values()} - TYPES):
                raise ValueError(
                    f"{file} holds numbers of type {', '.join(strange)}: {', '.join(sorted(TYPES))} are read"
                )
            return {name: tuple(part.get_shape()) for name, part in slices.items()}
    except SafetensorError as error:
        raise ValueError(f"{file} is no safetensors file, or a broken one: {bounded(str(error), 300)}") from error


def _require_header(file: Path) -> None:
    """The length of the header stands in the first eight bytes, little-endian."""
    with file.open("rb") as stream:
        stated = int.from_bytes(stream.read(8), "little")
    if stated > min(MOST_HEADER_BYTES, file.stat().st_size):
        raise ValueError(f"{file} is no safetensors file, or a broken one: its header would have {stated:,} bytes")
