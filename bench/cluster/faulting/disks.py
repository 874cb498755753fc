"""Small disks of their own for servers and services, that can be filled and emptied: files mounted as loop devices."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

BALLAST = ".ballast"
MIB, BLOCK = 1024**2, 4096


@dataclass(frozen=True)
class Disk:
    """A mounted disk; made by `mounted`."""

    place: Path

    def fill(self) -> None:
        """Take all room that is left, down to the last block."""
        piece = 64 * MIB
        with (self.place / BALLAST).open("wb") as ballast:
            while piece >= BLOCK:
                try:
                    os.posix_fallocate(ballast.fileno(), os.fstat(ballast.fileno()).st_size, piece)
                except OSError:
                    piece //= 2

    def empty(self) -> None:
        """Give it back."""
        (self.place / BALLAST).unlink(missing_ok=True)

    def unmount(self) -> None:
        subprocess.run(["umount", "-l", str(self.place)], check=True, capture_output=True)


def mounted(place: Path, image: Path, mib: int) -> Disk:
    """A new disk of so many MiB at a folder; OSError where this user or this machine cannot mount one."""
    place.mkdir(parents=True, exist_ok=True)
    image.parent.mkdir(parents=True, exist_ok=True)
    with image.open("wb") as file:
        file.truncate(mib * MIB)
    for command in (["mkfs.ext4", "-q", "-m", "0", str(image)], ["mount", "-o", "loop", str(image), str(place)]):
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        if done.returncode:
            raise OSError(f"{command[0]}: {done.stderr.strip()}")
    (place / "lost+found").rmdir()  # Kafka takes every folder for a partition
    return Disk(place)
