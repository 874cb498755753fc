"""The trial as a story: an edition, a model that learns it, a second edition, questions about both."""

import itertools
import os
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType

from services.console import at_work, output, progress
from services.console.demo import serving
from services.console.demo.fates import Fates
from services.console.demo.newswire import Newswire
from services.console.live import asking, contests
from services.console.live.accounting import LiveAuditSource
from services.console.live.document_times import times_of_live
from services.console.tuning import finished, tune
from services.console.views import results as results_view
from shared import topology
from shared.cassandra.client import connect
from shared.cassandra.dispositions import CassandraDispositions
from shared.contests import announcing, files
from shared.contests.calendar import CLOCKS_DIFFER
from shared.jobs.tuning import AdapterReport
from shared.lab import accounting
from shared.lab.report.material import Times, combined, gather
from shared.lab.report.numbers import Numbers, count
from shared.messages import Contest, DocumentPublished, Question, Result
from shared.publisher import Publisher, Settled, Waiting
from shared.settings import CassandraSettings, KafkaSettings

FINDABLE_WITHIN_S = 300.0
FIRST_WITHIN_S = 180.0
SPARE_S = 0.5
"""Beyond the time after which an announced contest holds."""
AT_ONCE = 200
"""Questions that are asked together, so that none waits until its deadline for others."""
LOOK_EVERY = 10
"""Documents of a stream between two looks at what became of the earlier ones."""


@dataclass
class Trial:
    """One run of the story over a newswire. `rate`: documents a second, as a busy wire would send them.

    `training`: environment variables of its trainings.
    """

    wire: Newswire
    kafka: KafkaSettings
    cassandra: CassandraSettings
    rate: float = 6.0
    contest: Contest = field(default_factory=files.shipped)
    training: Mapping[str, str] = field(default_factory=dict)
    freshness_ms: list[float] = field(default_factory=list)
    times: Times = field(default_factory=Times)

    def hold(self, contest: Contest) -> None:
        """Announce the contest, and wait until every question belongs to it."""
        contests.announce(self.kafka, announcing.announcement(contest, datetime.now(UTC)))
        time.sleep(CLOCKS_DIFFER.total_seconds() + SPARE_S)
        self.contest = contest

    def stream(self, documents: Sequence[DocumentPublished], name: str) -> None:
        """Publish an edition at the wire's pace and wait until all of it can be found.

        Raises NothingFindableError as soon as it is clear that none of it can.
        """
        fates = Fates(name, len(documents))
        with closing(connect(self.cassandra)) as store:
            publisher = Publisher(self.kafka, "demo", CassandraDispositions(store))
            with closing(publisher):
                self._send(publisher, documents, fates)
                with progress.shown(f"{name}, findable", len(documents)) as advance:

                    def heard(done: Settled) -> None:
                        fates(done)
                        advance(len(fates.settled))

                    publisher.wait(FINDABLE_WITHIN_S, heard, stuck=lambda waiting: _note(waiting, self.kafka))
        fates.require()
        self.freshness_ms += [settled.freshness_ms for settled in fates.settled if settled.freshness_ms is not None]
        output.say(fates.sentence())

    def _send(self, publisher: Publisher, documents: Sequence[DocumentPublished], fates: Fates) -> None:
        """Publish at the wire's pace, with a look now and then at what became of those before."""
        with progress.shown(f"{fates.name}, published", len(documents)) as advance:
            for count, document in enumerate(documents, start=1):
                publisher.publish(topology.DOCUMENTS, [document])
                advance(count)
                time.sleep(1 / self.rate)
                if count % LOOK_EVERY == 0:
                    for done in publisher.settled():
                        fates(done)

    def ask_before_tuning(self) -> None:
        """One question while there is no adapter: the tuned arms say so instead of posing as tuned."""
        first = self.wire.questions[0]
        early = first.model_copy(update={"question_id": f"{first.question_id}-before-tuning", "slice": "before-tuning"})
        with progress.waiting("the first question is answered"):
            results = asking.ask(self.kafka, [early], within_s=FIRST_WITHIN_S)
        for result in results.values():
            results_view.show(result)

    def learn(
        self,
        name: str = "",
        seed: int | None = None,
        pairs: Path | None = None,
        more: Mapping[str, str] = MappingProxyType({}),
    ) -> AdapterReport:
        """Fine-tune on what is in the store and on training pairs, by default the wire's; returns what it cost.

        Without a name or a seed they are the recipe's own. `more`: settings of this one. Raises JobError where a time
        limit ended the training: what came of it would depend on how busy the machine is.
        """
        arguments = ["--pairs", str(pairs or self.wire.pairs_file), *(["--name", name] if name else [])]
        seeded = {} if seed is None else {"TILTYARD_TUNING_SEED": str(seed)}
        return finished(tune(arguments, {**os.environ, **self.training, **seeded, **more}))

    def ask(self, questions: Sequence[Question]) -> list[Result]:
        """Put the questions to every arm and wait for their results."""
        limit = max(question.deadline_s for question in questions) + 60
        results, come = dict[str, Result](), itertools.count(1)
        with progress.shown("questions answered and scored", len(questions)) as advance:
            for start in range(0, len(questions), AT_ONCE):
                part = questions[start : start + AT_ONCE]
                results |= asking.ask(self.kafka, part, within_s=limit, heard=lambda _: advance(next(come)))
        if missing := [question.question_id for question in questions if question.question_id not in results]:
            raise TimeoutError(f"{len(missing)} questions have no result after {limit:g} s: {', '.join(missing[:5])}")
        return [results[question.question_id] for question in questions]

    def ask_with(self, adapter: str, questions: Sequence[Question], *, apart: bool) -> list[Result]:
        """The questions to every arm while this adapter speaks alone.

        With `apart` they are asked under ids of their own, since a question id is answered once.
        """
        refused = serving.serve(self.kafka, adapter)
        output.say(serving.spoken_of(adapter, refused))
        if not apart:
            return self.ask(questions)
        results = self.ask([serving.asked_of(adapter, question) for question in questions])
        return [serving.as_first_asked(adapter, result) for result in results]

    def count(self, runs: Mapping[str, Sequence[Result]], *, per_hour: int) -> Numbers:
        """The numbers of the trial's report, over the age of its news as well; `per_hour` votes of a voter count."""
        names = {name for results in runs.values() for result in results for name in result.question.gold_document_ids}
        self.times = times_of_live(names, self.kafka, self.cassandra)
        gathered = {
            name: gather(results, read_from="the trial's results (results.jsonl)", times=self.times)
            for name, results in runs.items()
        }
        if len(gathered) == 1:
            return count(*gathered.values(), per_hour=per_hour)
        material = combined(gathered, read_from="the trial's results (results.jsonl of each run)")
        return count(material, per_hour=per_hour)

    def audit(self) -> accounting.Audit:
        """Account for every record, after everything has come out."""
        with progress.waiting("auditing"), closing(LiveAuditSource(self.kafka, self.cassandra)) as source:
            return accounting.audit(source)


def _note(waiting: Waiting, kafka: KafkaSettings) -> None:
    output.err.print(f"  {at_work.why_waiting(waiting, kafka)}", markup=False, soft_wrap=True)
