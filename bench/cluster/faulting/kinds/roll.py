"""Every server, or every service, is stopped and started again, one after the other, with nothing else wrong."""

from random import Random

from bench.cluster.faulting.fault import Fault
from bench.cluster.faulting.installation import Installation


def draw(installation: Installation, chance: Random) -> Fault:
    """Of the servers or of the services."""
    servers = installation.servers

    def of_servers() -> None:
        for name in servers.names:
            servers.restart(name)

    target, roll = chance.choice([("all servers", of_servers), ("all services", installation.roll)])
    return Fault(target, roll, lambda: None, 0.0)
