"""Every service goes over to another version, one after the other, works so for a while, and goes back."""

from functools import partial
from random import Random

from bench.cluster.faulting.fault import Fault, SkippedError
from bench.cluster.faulting.installation import Installation

HOLD_S = 20.0


def draw(installation: Installation, chance: Random) -> Fault:
    """All services; SkippedError where no other version was named."""
    del chance
    if (other := installation.other) is None:
        raise SkippedError("no other version was named: --other FOLDER of a checkout")
    return Fault("all services", partial(installation.roll, other), installation.roll, HOLD_S)
