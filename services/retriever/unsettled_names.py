"""The file in which a retriever finds, after a restart, which documents it had not settled. A name a line, as JSON."""

import json
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

FILE = "unsettled.jsonl"
SPARE = 1_000
"""Lines of settled names that are left standing: asking for these again after a restart costs little."""


class UnsettledNames:
    """Implements Names in a folder. Without one nothing is kept, and all announcements are read anew anyway."""

    def __init__(self, folder: Path | None) -> None:
        self._path = folder / FILE if folder else None
        self._lines = 0

    def read(self) -> list[str]:
        """Names in the order in which they were added; of a torn last line, and of one that is no name, nothing."""
        if self._path is None or not self._path.exists():
            return []
        names: dict[str, None] = {}
        lines = self._path.read_text(encoding="utf-8", errors="replace").splitlines()
        self._lines = len(lines)
        for line in lines:
            with suppress(ValueError):
                names |= {name: None for name in [json.loads(line)] if isinstance(name, str) and name}
        return list(names)

    def add(self, names: Sequence[str]) -> None:
        if self._path is not None and names:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open("a", encoding="utf-8") as file:
                file.writelines(f"\n{json.dumps(name)}" for name in names)  # behind a torn line begins another
            self._lines += len(names)

    def settle(self, left: Sequence[str]) -> None:
        """Written anew where most of its lines are settled names."""
        if self._path is None or self._lines <= (2 * len(left) + SPARE if left else 0):
            return
        fresh = self._path.with_suffix(".new")
        fresh.parent.mkdir(parents=True, exist_ok=True)
        fresh.write_text("\n".join(map(json.dumps, left)), encoding="utf-8")
        fresh.replace(self._path)
        self._lines = len(left)
