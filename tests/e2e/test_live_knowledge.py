"""Live knowledge on the real servers: the adversary again, and every fault that a search may meet."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from services.console.platform import ports
from shared import topology
from shared.kafka import topics
from shared.messages import DocumentPublished, EvidenceFound, Filters, Question
from shared.retention import Retention
from tests.e2e.live import WIDE, Live, Servers
from tests.knowledge_model import Model, Moment, a_text, check, own_words

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]
IDS = ("a", "b", "c", "d", "e")
STEPS = 60
numbers = count(1)


@pytest.fixture(scope="module")
def live(own: Servers) -> Iterator[Live]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in own.environment.items():
            patch.setenv(name, value)
        running = Live(own, timeout_s=2.0)
    yield running
    running.close()


def a_question(text: str, **changes: Any) -> Question:
    return Question(question_id=f"q{next(numbers)}", text=text, **changes)


def a_document(name: str, text: str, **changes: Any) -> DocumentPublished:
    return DocumentPublished(document_id=name, text=text, published_at=datetime.now(UTC), **changes)


def ids(evidence: EvidenceFound) -> set[str]:
    return {item.document_id for item in evidence.items}


class Adversary:
    """Seeded at random: what happens to five documents, on the topic, in the store and in the index."""

    def __init__(self, live: Live, own: Servers, seed: int) -> None:
        self.live, self.own, self.random = live, own, random.Random(seed)  # noqa: S311 (a test, and the same every time)
        self.model, self.announced, self.newest = Model(), dict[str, int](), dict[str, int]()

    def step(self) -> None:
        steps = (
            (8, self.publish), (2, self.relabel), (2, self.retract), (4, self.wait), (10, self.ask),
            (1, lambda: self.own.nodetool("flush", "tiltyard")), (1, lambda: self.own.nodetool("compact", "tiltyard")),
            (1, self.restart),
        )  # fmt: skip
        weights, actions = zip(*steps, strict=True)
        self.random.choices(actions, weights)[0]()

    def publish(self) -> None:
        for _ in range(self.random.randint(1, 3)):
            labels = self.random.choice([(), (), ("desk",), ("desk", "board")])
            text = a_text(next(numbers), chunks=self.random.randint(1, 3))
            source = self.random.choice(["wire", "paper"])
            self._publish(a_document(self.random.choice(IDS), text, labels=labels, source=source, language="en"))

    def relabel(self) -> None:
        newest = self.model.newest(self.random.choice(IDS))
        if newest is not None and newest.op == "upsert":
            self._publish(newest.model_copy(update={"labels": () if newest.labels else ("desk",)}))

    def retract(self) -> None:
        self._publish(DocumentPublished(document_id=self.random.choice(IDS), op="retract"))

    def wait(self) -> None:
        """For the acknowledgement: from now on, what was published is promised."""
        self.live.wait()
        self.announced = {name: number for name, number in self.newest.items() if number}

    def restart(self) -> None:
        """With a snapshot as it was, without one, or with a damaged one; the answers must not tell which."""
        self.live.stop_retriever()
        how = self.random.choice(["as it was", "empty", "damaged"])
        if how == "empty":
            shutil.rmtree(self.live.folder)
        elif how == "damaged":
            damage(self.live.folder)
        self.live.retriever = self.live.start_retriever(self._settings())

    def ask(self) -> None:
        known = self.model.words or ["anything"]
        text = " ".join(known[-200:] if self.random.random() < 0.7 else [self.random.choice(known)])
        filters = self.random.choice([Filters(), Filters(), Filters(sources=("wire",)), Filters(tags=("none",))])
        questions = [a_question(text, filters=filters, labels=labels) for labels in ((), ("desk", "board"))]
        before = self.live.stored(IDS)
        messages = self.live.ask(*questions)
        moment = Moment(self.announced, before, self.live.stored(IDS))
        for evidence in messages:
            check(self.model, evidence, moment, dense=True, sparse="bm25", stale=False)

    def _publish(self, message: DocumentPublished) -> None:
        self.newest[message.document_id] = self.model.publish(message)
        self.live.publish(message)

    def _settings(self) -> Any:
        return WIDE.model_copy(update={"search": self.random.choice(["weighted", "rrf"])})


def damage(folder: Path) -> None:
    """Cut every second file short and overwrite the middle of the others."""
    for number, file in enumerate(sorted(file for file in folder.rglob("*") if file.stat().st_size and file.is_file())):
        whole = file.read_bytes()
        half = len(whole) // 2
        file.unlink()  # whoever has it mapped keeps what was there
        file.write_bytes(
            whole[:half] if number % 2 else whole[: half // 2] + b"\x5a" * half + whole[half // 2 + half :]
        )


def test_an_adversary_finds_no_promise_broken_on_the_real_servers(live: Live, own: Servers) -> None:
    adversary = Adversary(live, own, seed=20_250_303)
    for _ in range(STEPS):
        adversary.step()
    adversary.wait()
    adversary.ask()
    for name in IDS:  # leaves nothing to the tests after it
        live.publish(DocumentPublished(document_id=name, op="retract"))
    live.wait()


SCRIPTS = {
    "arabic": "المهرجان ينتقل إلى الميناء القديم",
    "bengali": "মেলা পুরনো বন্দরে চলে যাচ্ছে",
    "chinese": "灯会移至老港口举行",
    "cyrillic": "Ярмарка переезжает в старую гавань",
    "devanagari": "मेला पुराने बंदरगाह में जा रहा है",
    "ethiopic": "ትርኢቱ ወደ አሮጌው ወደብ ይዛወራል",
    "georgian": "ბაზრობა ძველ ნავსადგურში გადადის",
    "greek": "Το πανηγύρι μεταφέρεται στο παλιό λιμάνι",  # noqa: RUF001
    "hebrew": "היריד עובר לנמל הישן",
    "japanese": "灯籠祭りは旧港に移ります",
    "korean": "등불 축제가 옛 항구로 옮겨갑니다",
    "malayalam": "മേള പഴയ തുറമുഖത്തേക്ക് മാറുന്നു",
    "thai": "งานโคมไฟย้ายไปท่าเรือเก่า",
    "emoji": "🏮🎆 fair ⚓️ moved 👩‍👩‍👧‍👦",
    "accents": "Fête déplacée à l’Île‑aux‑Moines, naïve Ærø",  # noqa: RUF001
}
SYNTAX = [
    '"', "'", ":", "text:word", '"unclosed phrase', "(a AND", "NOT", "a OR OR b)", "+-!(){}[]^~*?\\/", "body:[a TO b}",
    "field:*", "*", "?", "/re.*gex/", "a^9999", "term~2", "\\", '\\"', "&&||", "<script>", "'; DROP TABLE chunks; --",
    "\x00\x01", "\u202eright to left", "{$ne: 1}", "%s%n", "${jndi:x}", "word " * 700,
]  # fmt: skip


def test_every_script_is_found_by_its_own_words(live: Live) -> None:
    live.publish(*[a_document(f"script-{name}", text, source="scripts") for name, text in SCRIPTS.items()])
    assert {settled.fate for settled in live.wait()} == {"indexed"}
    filters = Filters(sources=("scripts",))

    for name, evidence in zip(
        SCRIPTS, live.ask(*[a_question(t, filters=filters) for t in SCRIPTS.values()]), strict=True
    ):
        best = next(item for item in evidence.items if item.document_id == f"script-{name}")
        assert {"dense", "bm25"} <= set(best.found_by), name
        assert best.found_by["bm25"].rank == 1, name


def test_search_syntax_is_only_characters_in_questions_and_in_documents(live: Live) -> None:
    live.publish(*[a_document(f"syntax-{n}", f"{text} ferry", source="syntax") for n, text in enumerate(SYNTAX)])
    assert {settled.fate for settled in live.wait()} == {"indexed"}
    filters = Filters(sources=("syntax", '"x" OR 1=1', "a\x00b"), tags=(), languages=())

    messages = live.ask(*[a_question(f"{text} ferry", filters=filters) for text in SYNTAX])

    for evidence in messages:
        by_word = {item.document_id for item in evidence.items if "bm25" in item.found_by}
        assert by_word == ids(evidence) == {f"syntax-{n}" for n in range(len(SYNTAX))}
    assert all(live.ask(*[a_question(text, filters=filters) for text in SYNTAX if text.strip()]))


def test_a_document_of_one_character_is_found(live: Live) -> None:
    live.publish(a_document("one-x", "x", source="one"), a_document("one-sign", "!", source="one"))
    assert {settled.fate for settled in live.wait()} == {"indexed"}

    (evidence,) = live.ask(a_question("x", filters=Filters(sources=("one",))))

    assert evidence.items[0].document_id == "one-x"
    assert {"dense", "bm25"} <= set(evidence.items[0].found_by)
    assert ids(evidence) == {"one-x", "one-sign"}


def test_a_document_of_a_megabyte_is_found_to_its_end_and_leaves_as_a_whole(live: Live) -> None:
    words = " ".join(f"w{n}" for n in range(200_000))[:999_980]
    live.publish(a_document("mega", f"{words[: words.rindex(' ')]} lastwordofall", source="mega"))
    assert [settled.fate for settled in live.wait()] == ["indexed"]
    question = a_question("lastwordofall", filters=Filters(sources=("mega",)))
    (evidence,) = live.ask(question)
    live.publish(DocumentPublished(document_id="mega", op="retract"))
    live.wait()
    (gone,) = live.ask(question.model_copy(update={"question_id": "mega-gone"}))

    assert evidence.items[0].text.endswith("lastwordofall")
    assert evidence.items[0].found_by["bm25"].rank == 1
    assert gone.items == ()
    assert live.stored(["mega"]) == {}


def test_of_a_thousand_revisions_at_once_only_the_last_is_found(live: Live) -> None:
    begun = datetime.now(UTC)
    live.publish(*[a_document("storm", f"revision word{n}x of the storm", source="storm") for n in range(1_000)])
    filters = Filters(sources=("storm",))
    during = live.ask(*[a_question("storm word7x word999x", filters=filters) for _ in range(5)])
    live.wait()
    took = datetime.now(UTC) - begun
    (after,) = live.ask(a_question("revision word999x", filters=filters))
    (old,) = live.ask(a_question("word7x", filters=filters))

    assert [(item.revision, own_words(item.text)) for item in after.items] == [(1_000, {"word999x"})]
    assert {"dense", "bm25"} <= set(after.items[0].found_by)
    assert "bm25" not in old.items[0].found_by
    assert all(len(evidence.items) <= 1 for evidence in during)
    assert took < timedelta(seconds=90)


@pytest.mark.parametrize(
    ("narrowed", "note"),
    [
        ({"filters": Filters(sources=("nobody",))}, "sources"),
        ({"filters": Filters(tags=("nothing",), languages=("xx",))}, "tags, languages"),
        ({"as_of": datetime(1999, 1, 1, tzinfo=UTC)}, "as_of"),
        ({"filters": Filters(published_from=datetime(2099, 1, 1, tzinfo=UTC))}, "published_from"),
    ],
    ids=["source", "tag", "as_of", "time"],
)
def test_a_question_that_leaves_nothing_says_what_left_nothing(live: Live, narrowed: Any, note: str) -> None:
    (evidence,) = live.ask(a_question("ferry fair", **narrowed))

    assert evidence.items == ()
    assert note in evidence.note
    assert not evidence.stale


def test_a_publisher_whose_clock_is_an_hour_fast_is_found_and_kept_from_the_past(live: Live) -> None:
    now, ahead = datetime.now(UTC), timedelta(hours=1)
    live.publish(
        DocumentPublished(document_id="fast", text="the fast clock", source="skew", published_at=now + ahead),
        DocumentPublished(document_id="slow", text="the slow clock", source="skew", published_at=now - ahead),
    )
    assert {settled.fate for settled in live.wait()} == {"indexed"}
    filters = Filters(sources=("skew",))

    def found(**when: Any) -> set[str]:
        return ids(live.ask(a_question("clock", filters=filters, **when))[0])

    assert found() == {"fast", "slow"}
    assert found(as_of=now) == {"slow"}
    assert found(as_of=now + ahead) == {"fast", "slow"}
    assert found(as_of=now - 2 * ahead) == set()


def wrong_by(hours: int) -> datetime:
    return datetime.now(UTC) + timedelta(hours=hours)


def test_a_retriever_whose_clock_is_wrong_by_an_hour_finds_or_says_stale(live: Live) -> None:
    for hours in (1, -1):
        live.restart_retriever(keep=Retention(now=partial(wrong_by, hours)))
        name = f"skewed{hours}"
        live.publish(a_document(name, f"the harbour {name} opens", source="skewed"))
        live.wait()
        (evidence,) = live.ask(a_question(name, filters=Filters(sources=("skewed",))))
        sparse = [item for item in evidence.items if item.document_id == name and "bm25" in item.found_by]
        assert sparse or evidence.stale
        assert not evidence.stale or hours == 1
    live.restart_retriever()


def test_a_retriever_goes_on_from_its_snapshot_and_rebuilds_what_is_empty_or_damaged(live: Live) -> None:
    live.publish(*[a_document(f"snap-{n}", f"word{n}snap sails", source="snap") for n in range(20)])
    live.wait()
    filters = Filters(sources=("snap",))
    live.ask(a_question("word1snap", filters=filters))
    for how in ("as it was", "empty", "damaged"):
        size = live.restart_retriever()
        live.stop_retriever()
        if how == "empty":
            shutil.rmtree(live.folder)
        elif how == "damaged":
            damage(live.folder)
        live.publish(DocumentPublished(document_id=f"snap-{len(how)}", op="retract"))
        live.wait()
        live.retriever = live.start_retriever()
        (evidence,) = live.ask(a_question("word1snap word7snap sails", filters=filters))

        assert f"snap-{len(how)}" not in ids(evidence)
        assert {"snap-1", "snap-2"} <= ids(evidence)
        assert all("bm25" in item.found_by for item in evidence.items)
        assert live.index_size == size - 1


def test_a_retriever_process_is_not_ready_before_its_view_is_complete(own: Servers, live: Live) -> None:
    live.publish(*[a_document(f"ready-{n}", f"word{n}ready sails", source="ready") for n in range(20)])
    live.wait()
    port, home = ports.find_free(1)[0], own.settings.home / "services" / "retriever"
    for how in ("empty", "as it was", "damaged"):
        if how == "damaged":
            damage(home)
        said, answers = run_retriever(own, port)
        events = [entry["event"] for entry in said]
        complete = next(entry for entry in said if entry["event"] == "view is complete")

        assert events.index("view is complete") < events.index("assigned")
        assert complete["chunks"] >= 20
        assert ("the snapshot cannot be used and is built anew" in events) == (how == "damaged")
        assert answers[-1] == 200
        assert set(answers) <= {200, 503, None}


def run_retriever(own: Servers, port: int) -> tuple[list[dict[str, Any]], list[int | None]]:
    """Start the process, ask its probe until it is ready, end it; its log and the probe's answers."""
    environment = (
        os.environ | own.environment | {"TILTYARD_OBSERVE_PORT": str(port), "TILTYARD_KAFKA_GROUP_PREFIX": "p"}
    )
    with subprocess.Popen(
        [sys.executable, "-m", "services.retriever"], env=environment, stderr=subprocess.PIPE, text=True
    ) as process:
        answers: list[int | None] = [None]
        try:
            while answers[-1] != 200:
                answers.append(probe(port))
                assert process.poll() is None
        finally:
            process.send_signal(signal.SIGTERM)
            _, log = process.communicate(timeout=60)
    assert process.returncode == 0, log
    return [json.loads(line) for line in log.splitlines() if line.startswith("{")], answers


def probe(port: int) -> int | None:
    """What /ready answers; None before there is anybody to ask."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/ready", timeout=2) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return None


def test_cassandra_that_stands_still_is_waited_for_and_nothing_wrong_is_answered(live: Live, own: Servers) -> None:
    live.publish(a_document("still", "the tide word1x is high", source="still"))
    live.wait()
    filters = Filters(sources=("still",))
    with own.cassandra_paused():
        live.publish(a_document("still", "the tide word2x is low", source="still"))
        during = a_question("tide word1x word2x", filters=filters)
        live.send(during)
        assert not live.heard.wait([during.question_id], 4.0), "answered without the store"
    assert live.heard.wait([during.question_id], 60.0), "it does not recover"
    assert [settled.fate for settled in live.wait()] == ["indexed"]
    (after,) = live.ask(a_question("tide word1x word2x", filters=filters))

    (item,) = live.heard.by_question[during.question_id].items
    assert (item.revision, own_words(item.text)) in [(1, {"word1x"}), (2, {"word2x"})]
    assert [(item.revision, own_words(item.text)) for item in after.items] == [(2, {"word2x"})]
    assert {"dense", "bm25"} <= set(after.items[0].found_by)
    assert not after.stale
    assert all(service.runs for service in (*live.services, live.retriever))


def test_freshness_tells_every_stage_of_what_was_announced(live: Live, own: Servers) -> None:
    shown = subprocess.run(
        [sys.executable, "-m", "services.console", "freshness", "--since", "1h", "--by", "source", "--json"],
        env=os.environ | own.environment, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert shown.returncode == 0, shown.stderr
    told = json.loads(shown.stdout)
    announced = len({r.key for r in topics.read_all(live.kafka, topology.INDEXED.name)})

    assert told["stages"]["in all"]["n"] >= announced
    assert {stage for stage, quantiles in told["stages"].items() if quantiles["p50"] is None} == set()
    assert told["by_source"]["scripts"]["stored"]["n"] >= len(SCRIPTS)
