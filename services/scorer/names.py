"""Names that stand in many rows of a file, as numbers."""

from typing import Generic, TypeVar

K = TypeVar("K")


class Names(Generic[K]):
    """Names and their numbers, in the order of appearance."""

    def __init__(self) -> None:
        self._numbers: dict[K, int] = {}
        self._names: list[K] = []

    def number(self, name: K) -> int:
        if name not in self._numbers:
            self._numbers[name] = len(self._names)
            self._names.append(name)
        return self._numbers[name]

    def __getitem__(self, number: int) -> K:
        return self._names[number]
