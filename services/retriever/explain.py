"""`python -m services.retriever.explain`: why a question is given the evidence that it is given.

It puts the retriever together as the service does, over word indexes in memory that are read anew from the
announcements, and publishes nothing. The last line on standard output is the explanation as one JSON object.
"""

import argparse
import json
from datetime import UTC, datetime
from functools import partial
from typing import Any

from services.retriever.assembly import retriever
from services.retriever.explanation import explained
from services.retriever.serving import Serving
from services.retriever.settings import RetrieverSettings
from shared import topology
from shared.cassandra.chunks import CassandraChunks
from shared.cassandra.client import connect
from shared.kafka import client
from shared.kafka.tail import KafkaTail
from shared.kafka.view import KafkaView
from shared.messages import Question
from shared.retention import Retention
from shared.service import guarded
from shared.settings import CassandraSettings, EncoderSettings, KafkaSettings, NewsSettings


def main() -> None:
    """Read the arguments and explain; exits with the codes of the services."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("question", help="as JSON, like a message of the questions topic")
    parser.add_argument("--others", type=int, default=5, help="candidates shown that did not become evidence")
    options = parser.parse_args()
    raise SystemExit(guarded("explain", lambda _: _explain(options)))


def _explain(options: argparse.Namespace) -> None:
    question = Question.model_validate_json(options.question)
    settings, kafka = RetrieverSettings(), KafkaSettings()
    client.require(kafka, [topology.INDEXED.name, topology.ENCODERS.name])
    store = connect(CassandraSettings())
    serving = Serving(KafkaView(kafka, topology.ENCODERS).refresh, EncoderSettings(), partial(CassandraChunks, store))
    handle, view = retriever(
        settings,
        encode=serving.encoder.encode,
        encoder=serving.encoder.name,
        chunks=serving,
        announcements=KafkaTail(kafka, topology.INDEXED.name),
        keep=Retention(NewsSettings().keep_days),
    )
    view.catch_up()
    _say("read", {"chunks": view.size})
    _say("explained", explained(handle, question, now=datetime.now(UTC), others=options.others))
    store.close()


def _say(event: str, about: dict[str, Any]) -> None:
    print(json.dumps({"event": event, **about}), flush=True)  # noqa: T201 (the console reads this)


if __name__ == "__main__":
    main()
