"""The disk of a broker, of a node or of a service's own folder is full for a while.

A server ends on a full disk, or stops serving; so it is started again once there is room, as an operator would. A
service is left alone: if it ends, it is started again like any other that ended.
"""

from random import Random

from bench.cluster.faulting.fault import Fault, SkippedError
from bench.cluster.faulting.installation import Installation

HOLD_S = 15.0


def draw(installation: Installation, chance: Random) -> Fault:
    """One of the disks that were mounted for this run; SkippedError where none could be."""
    if not installation.disks:
        raise SkippedError(installation.without_disks)
    target = chance.choice(sorted(installation.disks))
    disk, servers = installation.disks[target], installation.servers
    if target in installation.services:
        return Fault(f"state of {target}", disk.fill, disk.empty, HOLD_S)

    def begin() -> None:
        servers.leave(target)
        disk.fill()

    def end() -> None:
        disk.empty()
        servers.restart(target)

    return Fault(target, begin, end, HOLD_S)
