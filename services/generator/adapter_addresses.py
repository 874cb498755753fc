"""Where a worker may read adapters: an address comes out of a message, and whoever wrote that may be a stranger.

An address is read when it is plain and lies below a place that the operator named. Nothing is opened, asked or
resolved by a file system's library before that is known.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

LONGEST = 4_096
MOST_BYTES = 4 * 1024**3
_SCHEME = re.compile(r"([a-z][a-z0-9]*)://(.+)", re.ASCII)
_BELOW = re.compile(r"(?:/(?!\.{1,2}(?:/|$))[\w.-]{1,255})+")
_OF_THIS_MACHINE = "file"


@dataclass(frozen=True)
class Admission:
    """What of an announced adapter is let in.

    `addresses`: folders and addresses below which adapters may lie; none: any folder of this machine, and nothing
    elsewhere. `most_bytes`: of the weights.
    """

    addresses: tuple[str, ...] = ()
    most_bytes: int = MOST_BYTES

    def require(self, location: str, *own: Path) -> None:
        """Raises ValueError where an adapter may not be read from there. `own`: folders that are let in as well."""
        if len(location) > LONGEST or not location.isprintable() or not location:
            raise ValueError("its location is empty, too long or holds characters that no address has")
        if "::" in location:
            raise ValueError(f"{location}: one address inside another is not read")
        folder = local_folder(location)
        if folder is None:
            self._require_address(location)
        else:
            self._require_folder(folder, own)

    def _require_folder(self, folder: Path, own: Sequence[Path]) -> None:
        if ".." in folder.parts:
            raise ValueError(f"{folder}: a location with '..' is not read")
        named = [place for address in self.addresses if (place := local_folder(address)) is not None]
        roots = [place.resolve() for place in (*named, *own)]
        if self.addresses and not any(folder.resolve().is_relative_to(root) for root in roots):
            raise ValueError(_elsewhere(str(folder)))

    def _require_address(self, location: str) -> None:
        """What follows the operator's own words must be plain names: no query, pattern, port or percent sign."""
        places = [place.rstrip("/") for place in self.addresses if local_folder(place) is None]
        below = [location[len(place) :] for place in places if location.startswith(f"{place}/")]
        if not below:
            raise ValueError(_elsewhere(location))
        if not any(_BELOW.fullmatch(rest.rstrip("/")) for rest in below):
            raise ValueError(f"{location}: what follows the permitted address must be plain names of folders")


def local_folder(location: str) -> Path | None:
    """The folder of this machine that a location means, by its path or as file:///path; None for any other address.

    Raises ValueError for an address of a kind that no operator can name.
    """
    if "://" not in location:
        return Path(location)
    parts = _SCHEME.fullmatch(location)
    if parts is None:
        raise ValueError(f"{location} is no address: they look like scheme://place/folder")
    scheme, rest = parts.groups()
    if scheme != _OF_THIS_MACHINE:
        return None
    if not rest.startswith("/") or "%" in rest:
        raise ValueError(f"{location}: a folder of this machine is file:///its/whole/path, unencoded")
    return Path(rest)


def _elsewhere(location: str) -> str:
    return (
        f"{location} lies below no place that adapters may be read from: "
        "TILTYARD_GENERATOR_ADAPTER_ADDRESSES names them"
    )
