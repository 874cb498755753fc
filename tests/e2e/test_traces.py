"""Traces of a running system are whole, also where services are killed with -9 while records flow."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from services.console.platform.local import PlatformSettings

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]
QUESTIONS, DOCUMENTS = 60, 12


def test_every_trace_is_whole_though_services_were_killed(tmp_path: Path) -> None:
    usual = PlatformSettings()
    jars = (usual.jars or usual.home / "jars").absolute()
    run = subprocess.run(
        [sys.executable, "-m", "bench.cluster", "traces", "--questions", str(QUESTIONS), "--documents", str(DOCUMENTS),
         "--kills", "4"],
        env=os.environ | {"TILTYARD_HOME": str(tmp_path), "TILTYARD_PLATFORM_JARS": str(jars)},
        capture_output=True, text=True, timeout=850, check=False,
    )  # fmt: skip
    told = json.loads(run.stdout[run.stdout.index("{\n") :]) if "{\n" in run.stdout else {}

    assert run.returncode == 0, f"{told}\n{run.stderr[-3_000:]}"
    assert told["whole"] == QUESTIONS + DOCUMENTS
    assert len(told["killed"]) == 4
