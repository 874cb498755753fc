"""One node is cut off from the others, and not from the clients: a broker and a node whose peers hear nothing of it.

Packets are told apart by who sends them: the servers of each node are put into a group of processes of their own
(net_cls), and iptables drops what goes from the lonely node to its peers' ports, and from them to its ports.
"""

import subprocess
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from random import Random

from bench.cluster.faulting.fault import Fault, SkippedError
from bench.cluster.faulting.installation import Installation
from bench.cluster.faulting.servers import Servers

SHORTEST_S, LONGEST_S = 15.0, 30.0
GROUPS = Path("/sys/fs/cgroup/net_cls")
FIRST_CLASS = 0x7A0000


def draw(installation: Installation, chance: Random) -> Fault:
    """Any node; SkippedError on one node, and where the system does not let packets be told apart."""
    servers = installation.servers
    if servers.nodes == 1:
        raise SkippedError("one node has no peers")
    _need_groups()
    number = chance.randrange(len(servers.hosts))
    begin, end = partial(_cut, servers, number), partial(_join, servers, number)
    return Fault(f"node {number + 1}", begin, end, chance.uniform(SHORTEST_S, LONGEST_S))


def _need_groups() -> None:
    if (GROUPS / "cgroup.procs").exists():
        return
    GROUPS.mkdir(parents=True, exist_ok=True)
    made = subprocess.run(["mount", "-t", "cgroup", "-o", "net_cls", "net_cls", str(GROUPS)], check=False)
    if made.returncode:
        raise SkippedError("this system has no net_cls, by which packets are told apart")


def _cut(servers: Servers, number: int) -> None:
    for place in range(len(servers.hosts)):
        _group(servers, place)
    for rule in _rules(servers, number):
        _iptables("-A", rule)


def _join(servers: Servers, number: int) -> None:
    for rule in _rules(servers, number):
        _iptables("-D", rule)


def _group(servers: Servers, place: int) -> None:
    """Put the servers of a node into its group, with all their connections."""
    folder = GROUPS / f"{servers.port}-{place}"
    folder.mkdir(exist_ok=True)
    (folder / "net_cls.classid").write_text(str(_class(servers, place)))
    for name in servers.names:
        if name.endswith(f"-{place + 1}"):
            (folder / "cgroup.procs").write_text(str(servers.pid(name)))


def _class(servers: Servers, place: int) -> int:
    """Unlike that of any other installation on this machine."""
    return FIRST_CLASS + servers.port * 4 + place


def _rules(servers: Servers, number: int) -> Iterator[Sequence[str]]:
    ports = ",".join(str(port) for port in servers.peer_ports)
    for place, host in enumerate(servers.hosts):
        if place != number:
            yield _rule(_class(servers, number), host, ports)
            yield _rule(_class(servers, place), servers.hosts[number], ports)


def _rule(sender: int, host: str, ports: str) -> Sequence[str]:
    to = ["-d", host, "-p", "tcp", "-m", "multiport", "--dports", ports]
    return ["OUTPUT", *to, "-m", "cgroup", "--cgroup", str(sender), "-j", "DROP"]


def _iptables(change: str, rule: Sequence[str]) -> None:
    done = subprocess.run(["iptables", "-w", "10", change, *rule], check=False, capture_output=True, text=True)
    if done.returncode:
        raise SkippedError(f"iptables: {done.stderr.strip()}")
