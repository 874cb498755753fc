"""A process stands still (SIGSTOP) for longer than its group or its cluster waits for it, and then goes on."""

import os
import signal
from functools import partial
from random import Random

from bench.cluster.faulting.fault import Fault
from bench.cluster.faulting.installation import Installation

SHORTEST_S, LONGEST_S = 12.0, 18.0
"""A consumer's session is 10 s, a broker's 9 s."""


def draw(installation: Installation, chance: Random) -> Fault:
    """Any process that runs, each as likely as the others."""
    servers = installation.servers
    target = chance.choice([*sorted(installation.services), *servers.names])
    hold_s = chance.uniform(SHORTEST_S, LONGEST_S)
    if target in installation.services:
        send = installation.services[target].signal
        return Fault(target, partial(send, signal.SIGSTOP), partial(send, signal.SIGCONT), hold_s)
    pid = servers.pid(target)
    return Fault(target, partial(os.kill, pid, signal.SIGSTOP), partial(os.kill, pid, signal.SIGCONT), hold_s)
