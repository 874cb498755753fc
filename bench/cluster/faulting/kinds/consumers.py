"""A second process of a service comes and goes every few seconds, so that its group never comes to rest."""

import threading
from random import Random

from bench.cluster.faulting.fault import Fault
from bench.cluster.faulting.installation import Installation

HOLD_S, LONGEST_LIFE_S = 30.0, 4.0


def draw(installation: Installation, chance: Random) -> Fault:
    """Any service; half of its second processes end by SIGTERM, half by SIGKILL."""
    target = chance.choice(sorted(installation.services))
    over = threading.Event()

    def come_and_go() -> None:
        while not over.is_set():
            second = installation.add(f"{target}#2")
            second.start()
            over.wait(4.0 + chance.uniform(0.0, LONGEST_LIFE_S))
            second.kill() if chance.random() < 0.5 else second.stop()
            installation.remove(second.name)

    thread = threading.Thread(target=come_and_go, name="come and go", daemon=True)

    def end() -> None:
        over.set()
        thread.join()

    return Fault(f"{target}, a second one", thread.start, end, HOLD_S)
