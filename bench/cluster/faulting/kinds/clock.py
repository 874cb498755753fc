"""A service runs an hour ahead of the others, or an hour behind (libfaketime), and then again by the right clock.

Under the library `time.sleep` fails (EINVAL, since the monotonic clock must stay as it is for waits to end): a service
that has to try its start again ends there instead, and is started again.
"""

from functools import partial
from pathlib import Path
from random import Random

from bench.cluster.faulting.fault import Fault, SkippedError
from bench.cluster.faulting.installation import Installation
from bench.cluster.faulting.processes import ServiceProcess

HOLD_S = 25.0
SKEWS = ("+1h", "-1h")
PLACES = "/usr/lib/*/faketime/libfaketime.so.1"


def draw(installation: Installation, chance: Random) -> Fault:
    """Any service; SkippedError without the library."""
    library = next(Path("/").glob(PLACES.lstrip("/")), None)
    if library is None:
        raise SkippedError("libfaketime is not installed (Debian: faketime)")
    target, skew = chance.choice(sorted(installation.services)), chance.choice(SKEWS)
    service = installation.services[target]
    faked = {"LD_PRELOAD": str(library), "FAKETIME": skew, "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
    return Fault(f"{target} {skew}", partial(_restart, service, faked), partial(_restart, service, {}), HOLD_S)


def _restart(service: ServiceProcess, also: dict[str, str]) -> None:
    service.stop()
    service.also = also
    service.start()
