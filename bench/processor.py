"""What the processor can do, as far as figures depend on it."""

from pathlib import Path

FLAGS = ("avx2", "avx512f", "avx512_vnni", "avx512_bf16", "amx_tile")


def flags() -> list[str]:
    """Those of `FLAGS` that this machine's processor has."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    known = set(next((line for line in lines if line.startswith(("flags", "Features"))), "").split())
    return [flag for flag in FLAGS if flag in known]
