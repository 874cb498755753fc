"""How many bytes a value takes in memory: counted where it lies, since bytes on a topic tell little of that."""

from gc import get_referents
from sys import getsizeof

from shared.messages import Message

BESIDE = 16
"""Bytes of a part that nobody tells: what memory is rounded up to, and where an object keeps its fields."""
_THERE_ANYWAY: set[int] = set()


def size_of(value: object) -> int:
    """With all that hangs on it, each part once. Classes and the names of messages' fields are there anyway."""
    known, ahead, size = _shared().copy(), [value], 0
    while ahead:
        parts = {id(part): part for part in ahead if not isinstance(part, type)}
        new = [part for name, part in parts.items() if name not in known]
        known.update(parts)
        size += sum(map(getsizeof, new)) + BESIDE * len(new)
        ahead = get_referents(*new)
    return size


def _shared() -> set[int]:
    """Of what all values share, by identity."""
    if not _THERE_ANYWAY:
        kinds = [Message]
        for kind in kinds:
            kinds += kind.__subclasses__()
            _THERE_ANYWAY.update(map(id, kind.model_fields))
        _THERE_ANYWAY.update(map(id, (None, True, False, "", ())))
    return _THERE_ANYWAY
