"""`python -m bench.tracing [--rounds 5]`: what exporting spans costs, as a ratio within one run.

Documents go through ingest and embedder in memory, as they ship, in turns without spans and with spans that are
exported by OTLP to a collector in a process of its own. Processor time counts the threads that export as well.
"""

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, NamedTuple

from services.console.demo import newswire
from services.embedder import assembly as embedder
from services.embedder.settings import EmbedderSettings
from services.ingest import assembly as ingest
from services.ingest.settings import IngestSettings
from shared import topology
from shared.memory.broker import MemoryBroker
from shared.memory.bus import MemoryBus
from shared.memory.chunks import MemoryChunks
from shared.memory.dispositions import MemoryDispositions
from shared.memory.documents import MemoryDocuments
from shared.memory.signatures import MemorySignatures
from shared.messages import DocumentPublished
from shared.observe_settings import ObserveSettings
from shared.runner import Runner
from shared.settings import EncoderSettings
from shared.telemetry import otlp, tracing

AIM = 1.03
ENCODERS = (
    ("the embedded encoder", EncoderSettings(), 1),
    ("hashing, no model", EncoderSettings(variant="hashing", dimensions=256), 10),
)
"""Each with how often every document is sent, so that a round takes seconds."""
COLLECTOR = """
import http.server
class Collector(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200); self.send_header("Content-Length", "0"); self.end_headers()
    def log_message(self, *_): pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Collector)
print(server.server_port, flush=True)
server.serve_forever()
"""


class Took(NamedTuple):
    """Seconds for all documents, by the clock and of the processor."""

    wall: float
    cpu: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--documents", type=int, default=150)
    parser.add_argument("--without-model", action="store_true", help="hashing alone")
    options = parser.parse_args()
    documents = newswire.load(newswire.SAMPLE).edition1[: options.documents]
    with collector() as endpoint:
        for name, encoder, times in ENCODERS[options.without_model :]:
            sent = [copy(document, number) for number in range(times) for document in documents]
            said = compared(partial(through, sent, encoder), endpoint, options.rounds)
            sys.stdout.write(json.dumps({"encoder": name, "documents": len(sent), "aim": AIM} | said) + "\n")


def copy(document: DocumentPublished, number: int) -> DocumentPublished:
    """The same text under a name of its own."""
    return document.model_copy(update={"document_id": f"{document.document_id}-{number}"})


def compared(work: Callable[[], Took], endpoint: str, rounds: int) -> dict[str, object]:
    """Both ways in turns, after a round of each that does not count; the median of the ratios of neighbours."""
    work()
    traced(work, endpoint)
    pairs = [(work(), traced(work, endpoint)) for _ in range(rounds)]
    ratios = {
        unit: [getattr(on, unit) / getattr(off, unit) for off, on in pairs] for unit in Took._fields
    }  # fmt: skip
    return {
        "seconds_without": round(statistics.median(off.wall for off, _ in pairs), 3),
        "ratio_of_time": round(statistics.median(ratios["wall"]), 3),
        "ratio_of_processor_time": round(statistics.median(ratios["cpu"]), 3),
        "all_ratios_of_processor_time": [round(ratio, 3) for ratio in ratios["cpu"]],
    }


def traced(work: Callable[[], Took], endpoint: str) -> Took:
    """The same with spans; what is left to export at the end counts."""
    otlp.export("bench", ObserveSettings(otlp_endpoint=endpoint))
    took = work()
    began = Took(time.perf_counter(), time.process_time())
    tracing.end()
    return Took(took.wall + time.perf_counter() - began.wall, took.cpu + time.process_time() - began.cpu)


def through(documents: Sequence[DocumentPublished], encoder: EncoderSettings) -> Took:
    """All documents published, then taken in, embedded and announced."""
    broker, chunks = MemoryBroker(), MemoryChunks()
    stores = ingest.Stores(MemoryDispositions(), MemoryDocuments(), MemorySignatures())
    taking = IngestSettings(chunker="words", chunk_tokens=60)
    ports = embedder.Ports(MemoryBus(broker, "embedder"), dict, table=lambda _: chunks)
    runners: list[Runner[Any]] = [
        ingest.assemble(MemoryBus(broker, "ingest"), stores, taking, encoder=encoder),
        embedder.assemble(ports, EmbedderSettings(), encoder=encoder),
    ]
    began = Took(time.perf_counter(), time.process_time())
    for document in documents:
        headers = tracing.sent(topology.DOCUMENTS.name, document.document_id, {})
        value = document.model_dump_json().encode()
        broker.append(topology.DOCUMENTS.name, document.document_id.encode(), value, headers)
    while sum(runner.run_once() for runner in runners):
        pass
    return Took(time.perf_counter() - began.wall, time.process_time() - began.cpu)


@contextmanager
def collector() -> Iterator[str]:
    """The address of something that takes spans and forgets them."""
    with subprocess.Popen([sys.executable, "-c", COLLECTOR], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.terminate()


if __name__ == "__main__":
    main()
