"""`tiltyard evaluate retrieval` on the sample newswire with the real encoder: in memory, and by Cassandra's index."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import ir_measures
import pytest

from services.console.platform.local import LocalPlatform
from services.retriever.evaluation.measures import MEASURES
from shared.cassandra.client import open_session
from shared.settings import CassandraSettings

pytestmark = pytest.mark.e2e
WIRE = "services/console/newswire"
RUNS = ("--run", "dense", "--run", "bm25", "--run", "weighted")


def evaluate(*options: str, **environment: str) -> dict[str, Any]:
    argv = [sys.executable, "-m", "services.console.app", "evaluate", "retrieval", "--documents", WIRE, "--json"]
    done = subprocess.run([*argv, *options], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    report: dict[str, Any] = json.loads(done.stdout)
    return report


@pytest.mark.timeout(600)
def test_the_sample_is_measured_alike_in_memory_and_in_cassandra(
    platform: LocalPlatform, cassandra: CassandraSettings, tmp_path: Path
) -> None:
    environment = {**platform.environment, "TILTYARD_HOME": str(tmp_path / "home")}
    exact = evaluate(*RUNS, "--in-memory", "--out", str(tmp_path / "trec"), **environment)
    stored = evaluate(*RUNS, **environment)

    assert (exact["documents"], exact["questions"], exact["without_gold"]) == (92, 171, 39)
    assert (exact["store"], stored["store"]) == ("memory", "cassandra")
    of_exact, of_stored = exact["levels"]["gold"]["runs"], stored["levels"]["gold"]["runs"]
    assert set(of_exact) >= {"dense", "bm25", "weighted", exact["baseline"]}
    for name, values in of_exact.items():
        assert values["Hits@10"]["mean"] >= 0.95, name
        for measure in MEASURES:
            assert of_stored[name][measure]["mean"] == pytest.approx(values[measure]["mean"], abs=0.02), (name, measure)
    again = ir_measures.calc_aggregate(
        [MEASURES["MAP"]],
        list(ir_measures.read_trec_qrels(str(tmp_path / "trec" / "gold.qrels"))),  # type: ignore[no-untyped-call]
        list(ir_measures.read_trec_run(str(tmp_path / "trec" / "bm25.run"))),  # type: ignore[no-untyped-call]
    )
    assert again[MEASURES["MAP"]] == pytest.approx(of_exact["bm25"]["MAP"]["mean"])
    assert keyspaces(cassandra) == [], "what was made for a measurement is gone after it"


def keyspaces(cassandra: CassandraSettings) -> list[str]:
    """Those of evaluations that are still there."""
    cluster, session = open_session(cassandra)
    try:
        rows = session.execute("SELECT keyspace_name FROM system_schema.keyspaces")
        return [row.keyspace_name for row in rows if "evaluation" in row.keyspace_name]
    finally:
        cluster.shutdown()
