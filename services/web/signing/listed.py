"""The file of people as it stands now: changed while pages are served, it holds from the next page on."""

from pathlib import Path

import structlog

from services.web.signing.people import Person
from shared import people
from shared.people import People

log = structlog.get_logger()


class ListedPeople:
    """Reads the file again where it has changed; where it cannot be used any more, what was read before holds."""

    def __init__(self, file: Path) -> None:
        """Raises ValueError where the file cannot be used."""
        self._file = file
        self._changed = self._stamp()
        self._people = people.read(file)

    def person(self, name: str) -> Person | None:
        """None of somebody who may do nothing."""
        known = self._now()
        listed = known.named(name)
        return None if listed is None else Person(name, known.voter(name), listed.role, listed.labels)

    def by_token(self, token: str) -> Person | None:
        """None of a token that nobody has."""
        name = self._now().by_token(token) if token else None
        return None if name is None else self.person(name)

    def _now(self) -> People:
        changed = self._stamp()
        if changed != self._changed:
            self._changed = changed
            try:
                self._people = people.read(self._file)
                log.info("people read again", people=len(self._people.people))
            except ValueError as error:
                log.warning("people cannot be read again: those before may go on", why=str(error))
        return self._people

    def _stamp(self) -> tuple[int, int, int]:
        try:
            stat = self._file.stat()
        except OSError:
            return (0, 0, 0)
        return (stat.st_ino, stat.st_mtime_ns, stat.st_size)
