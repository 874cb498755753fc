"""What every attack is measured by: how long it took, what went wrong, and what its process held."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from time import perf_counter

from tests.hostile.clocks import peak_mib, resident_mib

Say = Callable[[str], None]


def unheard(_: str) -> None:
    """For whoever need not hear how far an attack is."""


@dataclass(kw_only=True)
class Measured:
    """`resident`: MiB, looked at from time to time; `peak`: the most since the process began."""

    seconds: float = 0.0
    wrong: Counter[str] = field(default_factory=Counter)
    resident: list[float] = field(default_factory=list)
    peak: float = 0.0
    _began: float = field(default_factory=perf_counter)

    @property
    def growth(self) -> float:
        """MiB from the first look at resident memory to the largest one."""
        return max(self.resident) - self.resident[0] if self.resident else 0.0

    def look(self, what: str, done: int, wanted: int, say: Say) -> None:
        """Note what the process holds, and say how far it is."""
        self.resident.append(resident_mib())
        say(f"{what}: {done} of {wanted}, {self.resident[-1]:.0f} MiB")

    def end(self) -> None:
        """The attack is over; it began when this was made."""
        self.seconds, self.peak = perf_counter() - self._began, peak_mib()
