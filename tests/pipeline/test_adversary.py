"""An adversary against live knowledge: documents change, processes die and questions come in any order.

What evidence may show is told by a simple model (`tests/knowledge_model.py`). The run is the same every time; for
another and a longer one: `ADVERSARY_EXAMPLES=2000 pytest tests/pipeline/test_adversary.py`.
"""

import os
import shutil
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from itertools import count
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from shared import topology
from shared.messages import DocumentPublished, Filters, Question
from tests.builders import NOON
from tests.knowledge_model import Model, a_text, check
from tests.pipeline.knowledge import Knowledge, copy, damage

EXAMPLES = int(os.environ.get("ADVERSARY_EXAMPLES", "0"))
IDS, SERVICES = st.sampled_from("abc"), st.sampled_from(["ingest", "embedder"])
SEARCHES = st.sampled_from(["weighted", "rrf", "dense", "bm25", "tfidf"])
LABELS, TAGS = (st.lists(st.sampled_from(pair), unique=True, max_size=2) for pair in (("desk", "board"), ("t1", "t2")))
REACHES = st.sampled_from(["topic", "store", "end"])
HOURS = st.sampled_from([-72, -1, 0, 1])
LIMITS = st.sampled_from([1, 2, 64])


def at(hours: int | None) -> Any:
    return None if hours is None else NOON + timedelta(hours=hours)


ABOUT = st.fixed_dictionaries(
    {
        "source": st.sampled_from(["wire", "paper"]),
        "tags": TAGS.map(tuple),
        "language": st.sampled_from(["en", "de"]),
        "labels": LABELS.map(tuple),
        "published_at": HOURS.map(at),
        "first_seen_at": st.one_of(st.none(), HOURS).map(at),
    }
)
FILTERS = st.builds(
    Filters,
    sources=st.sampled_from([(), ("wire",), ("paper", "wire"), ("none",)]),
    tags=TAGS.map(tuple),
    languages=st.sampled_from([(), ("en",), ("de", "fr")]),
    published_from=st.one_of(st.none(), HOURS).map(at),
    published_to=st.one_of(st.none(), HOURS).map(at),
)
ASKED = st.fixed_dictionaries(
    {
        "filters": st.one_of(st.just(Filters()), st.just(Filters()), FILTERS),
        "labels": LABELS.map(tuple),
        "as_of": st.one_of(st.none(), st.none(), HOURS).map(at),
    }
)
WORDS = st.one_of(st.none(), st.none(), st.integers(0, 20))
QUESTIONS = st.lists(st.builds(lambda about, words: about | {"words": words}, ASKED, WORDS), min_size=1, max_size=2)
MOVES = st.lists(st.sampled_from(["revise", "relabel", "retract", "go on"]), min_size=1, max_size=3)


class LiveKnowledge(RuleBasedStateMachine):
    """Each rule is one thing that happens; `ask` checks every promise."""

    @initialize(search=SEARCHES, on_disk=st.sampled_from([False, False, True]))
    def start(self, search: str, on_disk: bool) -> None:
        self.home = Path(mkdtemp(prefix="adversary-"))
        self.model, self.texts, self.asked = Model(), count(), count()
        self.knowledge = Knowledge(search=search, folder=self.home / "snapshot" if on_disk else None)
        for document_id in "ab":
            self._publish(DocumentPublished(document_id=document_id, text=a_text(next(self.texts)), published_at=NOON))
        self.knowledge.run()

    def teardown(self) -> None:
        if hasattr(self, "home"):
            shutil.rmtree(self.home)

    @rule(document_id=IDS, chunks=st.sampled_from([1, 1, 2, 3]), about=ABOUT, reaches=REACHES)
    def publish(self, document_id: str, chunks: int, about: dict[str, Any], reaches: str) -> None:
        """As far as the topic, as far as the store and no announcement, or to its end."""
        self._publish(DocumentPublished(document_id=document_id, text=a_text(next(self.texts), chunks), **about))
        if reaches == "store":
            self.knowledge.step("ingest")
            self.knowledge.die("embedder", after=1)
        elif reaches == "end":
            self.knowledge.run()

    @rule(document_id=IDS, how=st.sampled_from(["again", "back", "renewed", "relabel", "retract"]), labels=LABELS)
    def change(self, document_id: str, how: str, labels: list[str]) -> None:
        """The same again, or the text before, word for word or as news; who may be shown it; or nobody any more."""
        known = [published for published in self.model.history.get(document_id, ()) if published.op == "upsert"]
        if how == "retract":
            self._publish(DocumentPublished(document_id=document_id, op="retract"))
        elif how == "renewed" and known:
            self._publish(known[-2 if len(known) > 1 else -1].model_copy(update={"first_seen_at": at(1)}))
        elif how == "relabel" and known:
            self._publish(known[-1].model_copy(update={"labels": tuple(labels)}))
        elif known:
            self._publish(known[-2 if how == "back" and len(known) > 1 else -1])

    @rule(name=SERVICES, limit=LIMITS, everything=st.booleans())
    def work(self, name: str, limit: int, everything: bool) -> None:
        if everything:
            self.knowledge.run()
        else:
            self.knowledge.step(name, limit)

    @rule(name=SERVICES, after=st.integers(0, 6), limit=LIMITS, redelivered=st.booleans())
    def die(self, name: str, after: int, limit: int, redelivered: bool) -> None:
        """A process dies in mid-batch, or loses its place in the topic, and goes on."""
        if redelivered:
            self.knowledge.redeliver(name)
            self.knowledge.step(name, limit)
        else:
            self.knowledge.die(name, after)

    @rule(how=st.sampled_from(["as it was", "empty", "stale", "damaged"]), chosen=st.integers(0, 50), search=SEARCHES)
    def restart_retriever(self, how: str, chosen: int, search: str) -> None:
        """With its snapshot in some state; how it lies there is kept, to be put back when it is stale."""
        self.knowledge.search = search
        self.knowledge.restart_one("retriever", partial(self._leave_snapshot, how, chosen))

    def _leave_snapshot(self, how: str, chosen: int) -> None:
        snapshot, kept = self.home / "snapshot", self.home / f"kept-{chosen % 2}"
        if how == "empty":
            shutil.rmtree(snapshot, ignore_errors=True)
        elif how == "stale" and kept.exists():
            copy(kept, snapshot)
        elif how == "damaged" and snapshot.exists():
            damage(snapshot, chosen)
        else:
            copy(snapshot, kept)

    @rule(held=st.booleans())
    def hold_announcements(self, held: bool) -> None:
        self.knowledge.tail.held = held

    @rule(everything=st.booleans())
    def ask_for_all(self, everything: bool) -> None:
        """As somebody who may be shown everything, or what is everyone's."""
        labels = ("desk", "board") if everything else ()
        self._ask([{"words": None, "labels": labels}], [])

    @rule(asked=QUESTIONS)
    def ask(self, asked: list[dict[str, Any]]) -> None:
        """For words that were said once, whether anything still says them or not."""
        self._ask(asked, [])

    @rule(asked=QUESTIONS, moves=MOVES, document_id=IDS)
    def ask_while_it_changes(self, asked: list[dict[str, Any]], moves: list[str], document_id: str) -> None:
        self._ask(asked, [partial(self._move, move, document_id) for move in moves])

    def _ask(self, asked: list[dict[str, Any]], moves: list[Callable[[], None]]) -> None:
        questions = [self._question(**about) for about in asked]
        knowledge, stale = self.knowledge, self.knowledge.cut_off
        moment = knowledge.ask(questions, moves)
        by_question = knowledge.evidence()
        for question in questions:
            evidence = by_question[question.question_id]
            check(self.model, evidence, moment, dense=knowledge.dense, sparse=knowledge.sparse, stale=stale)
        if not (stale or moves or moment.ahead(self.model)):
            assert knowledge.chunks.reads == len(questions), "a view that has caught up was searched again"

    def _question(self, *, words: int | None, **about: Any) -> Question:
        """All the words, or only one."""
        known = self.model.words or ["anything"]
        text = " ".join(known) if words is None else known[words % len(known)]
        return Question(question_id=f"q{next(self.asked)}", text=text, **about)

    def _move(self, move: str, document_id: str) -> None:
        """Something happens to a document, at once and up to the announcement, or to whatever is on its way."""
        newest = self.model.newest(document_id)
        if move == "retract":
            self._publish(DocumentPublished(document_id=document_id, op="retract"))
        elif move == "relabel" and newest is not None and newest.op == "upsert":
            self._publish(newest.model_copy(update={"labels": ("desk",) if not newest.labels else ()}))
        elif move != "go on":
            about = newest if newest and newest.op == "upsert" else DocumentPublished(document_id=document_id)
            self._publish(about.model_copy(update={"text": a_text(next(self.texts)), "published_at": NOON}))
        self.knowledge.step("ingest")
        self.knowledge.step("embedder")

    def _publish(self, message: DocumentPublished) -> None:
        self.model.publish(message)
        self.knowledge.broker.publish(topology.DOCUMENTS, message)


TestLiveKnowledge: Any = pytest.mark.long(LiveKnowledge.TestCase)
TestLiveKnowledge.settings = settings(
    max_examples=EXAMPLES or 120,
    stateful_step_count=30,
    derandomize=not EXAMPLES,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
