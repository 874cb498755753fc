"""The folder in which a decision is worked on: what was asked for, and each step's outcome, so that it goes on."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self, TypeVar

from pydantic import BaseModel, ValidationError

from services.console.platform.locks import FILE, locked
from shared.lab.reviewing import verdicts
from shared.records import reason_of

ASKED, WIRE = "asked.json", "wire"
Kept = TypeVar("Kept", bound=BaseModel)


class Work:
    """One folder. `asked`: option -> what the user said, of those that decide what is read, asked and trained."""

    def __init__(self, folder: Path, asked: dict[str, Any], *, afresh: bool = False) -> None:
        """Raises ValueError where the folder holds the work for something else, or another process works in it."""
        self.folder, self._asked = folder, asked
        self._lock = locked(folder, "a decision")
        if afresh:
            self._clear()
        self.goes_on = (folder / ASKED).is_file()
        if self.goes_on:
            try:
                self._require_same()
            except ValueError:
                self.close()
                raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let another process work here."""
        self._lock.close()

    def _clear(self) -> None:
        """Remove all work but a person's review of questions, which holds as far as the questions come again."""
        inside = [path for path in self.folder.iterdir() if path.name != FILE]
        if inside and not (self.folder / ASKED).is_file():
            self.close()
            raise ValueError(f"{self.folder} holds other things than a decision's work: name another folder with --out")
        review = self.folder / WIRE / verdicts.FILE
        said = review.read_bytes() if review.is_file() else None
        for path in inside:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        if said is not None:
            review.parent.mkdir()
            review.write_bytes(said)

    def _require_same(self) -> None:
        try:
            before = json.loads((self.folder / ASKED).read_text(encoding="utf-8"))
        except ValueError:
            before = {}
        if before != json.loads(json.dumps(self._asked)):
            changed = [name for name, value in self._asked.items() if before.get(name) != value] or [*before]
            raise ValueError(
                f"{self.folder} was begun with other {' and '.join(changed[:3])}: say the same again to go on, name "
                "another folder with --out, or begin anew with --afresh"
            )

    def replace(self, name: str, made: BaseModel) -> None:
        """Another outcome of a step than was kept."""
        _replaced(self.folder / f"{name}.json", made.model_dump_json(indent=2) + "\n")

    def step(self, name: str, kind: type[Kept], make: Callable[[], Kept]) -> Kept:
        """What a step came to: read where it was done before, else made and kept."""
        file = self.folder / f"{name}.json"
        if file.is_file():
            try:
                return kind.model_validate_json(file.read_bytes())
            except ValidationError as error:
                raise ValueError(f"{file} cannot be read ({reason_of(error)}): begin anew with --afresh") from error
        made = make()
        _replaced(self.folder / ASKED, json.dumps(self._asked, indent=2) + "\n")
        _replaced(file, made.model_dump_json(indent=2) + "\n")
        return made


def _replaced(file: Path, text: str) -> None:
    """Written aside and moved into place, so that it is whole or not there."""
    aside = file.with_name(f".{file.name}.making")
    aside.write_text(text, encoding="utf-8")
    aside.replace(file)
