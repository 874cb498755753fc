"""A service or a server is killed with -9, and started again a few seconds later."""

from functools import partial
from random import Random

from bench.cluster.faulting.fault import Fault
from bench.cluster.faulting.installation import Installation

LONGEST_DOWN_S = 5.0


def draw(installation: Installation, chance: Random) -> Fault:
    """Any process that runs, each as likely as the others."""
    servers = installation.servers
    target = chance.choice([*sorted(installation.services), *servers.names])
    down_s = chance.uniform(0.0, LONGEST_DOWN_S)
    if target in installation.services:
        service = installation.services[target]
        return Fault(target, service.kill, service.start, down_s)
    return Fault(target, partial(servers.kill, target), partial(servers.start, target), down_s)
