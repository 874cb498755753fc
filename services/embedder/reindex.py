"""`python -m services.embedder.reindex`: fill a table for another encoder, compare, switch; later drop the old one.

Progress goes to standard output, one JSON object a line; the last one says where things stand. It may be ended and run
again at any point. Exit codes are those of the services.
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from services.embedder.migration import Migration, Side, caught_up, lacking, newest
from services.embedder.switch import EncoderSwitch, drop, migrate
from shared import encoding, topology
from shared.cassandra import schema
from shared.cassandra.chunks import CassandraChunks
from shared.cassandra.client import Store, connect
from shared.jobs.events import write
from shared.jobs.reindex import EncoderStanding, ReindexDone, StoreStanding
from shared.kafka import access, topics
from shared.kafka.progress import GroupProgress
from shared.kafka.sink import Delivery, publish
from shared.kafka.view import KafkaView
from shared.keeping_settings import NewsSettings
from shared.messages import DocumentIndexed, EncoderChoice, EncodersAnnounced
from shared.observe_settings import ObserveSettings
from shared.records import understood
from shared.retention import Retention
from shared.service import guarded
from shared.settings import CassandraSettings, EncoderSettings, KafkaSettings

SERVICE = "embedder-reindex"
PAUSE_S = 1.0
ASKED = ("variant", "model", "dimensions", "precision")


@dataclass(frozen=True)
class Job:
    """The real ports of a migration, and what was asked for."""

    options: argparse.Namespace
    kafka: KafkaSettings
    cassandra: CassandraSettings
    configured: EncoderSettings
    store: Store
    switch: EncoderSwitch
    keep: Retention

    @property
    def target(self) -> EncoderChoice:
        """The encoder that was asked for; what was not said is as configured."""
        asked = {name: value for name in ASKED if (value := getattr(self.options, name)) is not None}
        return encoding.choice_of(self.configured.model_copy(update=asked))

    def run(self) -> None:
        """What was asked for, and then where things stand."""
        dropped: str | None = None
        settled: bool | None = None
        if self.options.drop_old:
            dropped = drop(self.switch, drop_table=self._drop_table, settle=self._settle).name
        elif not self.options.status:
            settled = self._migrate()
        write(ReindexDone(standing=self.standing(settled=settled, dropped=dropped)))

    def standing(self, *, settled: bool | None = None, dropped: str | None = None) -> StoreStanding:
        """Who serves, who is beside, and how many of the documents each lacks."""
        state, documents = self.switch.state, newest(self._indexed())

        def lacks(choice: EncoderChoice) -> int:
            return lacking(documents, CassandraChunks(self.store, choice.name))

        return StoreStanding(
            settled=settled,
            dropped=dropped,
            documents=sum(not document.retracted for document in documents),
            serving=_encoder(state.serving, lacks(state.serving)),
            beside=_encoder(state.beside, lacks(state.beside)) if state.beside else None,
            leaving=_encoder(state.leaving) if state.leaving else None,
            since=state.announced_at.isoformat(),
        )

    def _migrate(self) -> bool:
        target = self.target
        self.switch.refuse(target, schema.chunks_table)
        self.switch.believe({document.encoder for document in newest(self._indexed()) if not document.retracted})
        return migrate(
            self.switch,
            target,
            self._migration,
            make_table=lambda choice: schema.apply(self.cassandra, encoder=choice.name, dimensions=choice.dimensions),
            permitted_loss=self.options.permitted_loss,
            stay=self.options.stay,
        )

    def _migration(self, old: EncoderChoice, new: EncoderChoice) -> Migration:
        return Migration(
            old=self._side(old),
            new=self._side(new),
            indexed=self._indexed,
            embedder=self._progress(),
            count_tokens=counter(encoding.settings_of(new, self.configured)),
            now=self.keep.now,
            pause=_pause,
            say=write,
            pauses=self.options.patience,
        )

    def _side(self, choice: EncoderChoice) -> Side:
        encoder = encoding.build(encoding.settings_of(choice, self.configured))
        return Side(encoder, CassandraChunks(self.store, encoder.name, self.keep))

    def _indexed(self) -> Iterator[DocumentIndexed]:
        for _, announced in understood(DocumentIndexed, topics.read_all(self.kafka, topology.INDEXED.name)):
            yield announced

    def _progress(self) -> GroupProgress:
        return GroupProgress(self.kafka, "embedder", topology.CHUNKS.name)

    def _settle(self) -> None:
        """Let embedder finish what it began while it wrote for both."""
        caught_up(self._progress(), _pause, self.options.patience)

    def _drop_table(self, encoder: str) -> None:
        schema.drop_chunks(self.cassandra, encoder)


def _encoder(choice: EncoderChoice, lacks: int | None = None) -> EncoderStanding:
    return EncoderStanding(**choice.model_dump(exclude={"version"}), lacks=lacks)


def counter(settings: EncoderSettings) -> Callable[[Sequence[str]], list[int]] | None:
    """Counts an encoder's tokens, those that open and close a text included; None where it has no tokenizer here."""
    from tokenizers import Tokenizer

    path = encoding.tokenizer_of(settings)
    if path is None:
        return None
    tokenizer = Tokenizer.from_file(path)
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return lambda texts: [len(encoded.ids) for encoded in tokenizer.encode_batch(list(texts))]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the job; returns its exit code."""
    options = _parser().parse_args(arguments)
    return guarded(SERVICE, lambda _: _run(options), ObserveSettings)


def _run(options: argparse.Namespace) -> None:
    kafka, cassandra, configured = KafkaSettings(), CassandraSettings(), EncoderSettings()
    access.require(kafka, [topology.INDEXED.name, topology.ENCODERS.name, topology.CHUNKS.name])
    store, delivery, keep = connect(cassandra), Delivery(kafka, SERVICE), Retention(NewsSettings().keep_days)

    def announce(announcement: EncodersAnnounced) -> None:
        publish(delivery, topology.ENCODERS, announcement)
        delivery.flush()

    announced = KafkaView(kafka, topology.ENCODERS).values
    try:
        switch = EncoderSwitch(announced, configured, announce, keep.now)
        Job(options, kafka, cassandra, configured, store, switch, keep).run()
    finally:
        store.close()


def _pause() -> None:
    time.sleep(PAUSE_S)


def _model(text: str) -> str:
    """A folder by its whole path, since services run elsewhere."""
    return str(Path(text).resolve()) if text and Path(text).is_dir() else text


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m services.embedder.reindex", description="Change the encoder.")
    parser.add_argument("--variant", help="a file in shared/encoders")
    parser.add_argument("--model", type=_model, help="folder or name")
    parser.add_argument("--dimensions", type=int)
    parser.add_argument("--precision", choices=["fp32", "int8"])
    parser.add_argument("--stay", action="store_true", help="fill and compare, and do not switch")
    parser.add_argument("--permitted-loss", type=float, default=0.05, help="of titles that find their document")
    parser.add_argument("--patience", type=int, default=120, help="seconds that embedder is waited for")
    parser.add_argument("--drop-old", action="store_true", help="drop the table that does not serve")
    parser.add_argument("--status", action="store_true", help="say where things stand")
    return parser


if __name__ == "__main__":
    sys.exit(main())
