"""The context `cag`: which documents stand in the prompt, which never do, and what cannot be asked over them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from services.generator import answer_prompt
from services.generator.arms import arm_of, settings_of
from services.generator.contexts import cag
from services.generator.newest_news import READ_TOGETHER, NewestNews
from services.generator.ports import Style
from services.generator.settings import GeneratorSettings
from shared import topology
from shared.contests.checking import problems
from shared.memory.broker import MemoryBroker, MemoryTail
from shared.memory.documents import MemoryDocuments
from shared.messages import DocumentIndexed, Filters, Presentation, Turn
from shared.records import Effect, Position
from shared.retention import FOREVER, Retention
from shared.stored import Disposition, StoredDocument, TakenDocument
from tests import builders
from tests.builders import NOON, a_chunked_document, a_question, a_raw_record
from tests.cases import every_case
from tests.contests import a_contest, an_arm

QUESTION = a_question()
TEN_WORDS = "one two three four five six seven eight nine ten"


class Wire:
    """Documents as ingest stores them and the embedder announces them, and the news that are made of both."""

    def __init__(self, keep: Retention = FOREVER) -> None:
        self.broker, self.documents = MemoryBroker(), MemoryDocuments()
        self.revisions: dict[str, int] = {}
        self.opened = self.reads = 0
        self.news = NewestNews(self._announcements, self._texts, keep)

    def store(self, name: str, text: str = TEN_WORDS, *, hours: float = 0, **changes: Any) -> DocumentIndexed:
        """The next revision of a document in the store; returns its announcement."""
        revision = self.revisions[name] = self.revisions.get(name, 0) + 1
        moment = NOON + timedelta(hours=hours)
        values = {"document_id": name, "revision": revision, "title": name, "published_at": moment,
                  "first_seen_at": moment, "appended_at": moment, "chunks": ()} | changes  # fmt: skip
        chunked = a_chunked_document(**values)
        disposition = Disposition(Position("t", 0, revision), "revision", name, revision)
        self.documents.write(Effect(TakenDocument(disposition, chunked, text), a_raw_record(b"")))
        self.documents.flush()
        return DocumentIndexed(
            **chunked.model_dump(exclude={"chunks"}), chunk_count=1, encoder="hashing", stored_at=moment
        )

    def publish(self, name: str, text: str = TEN_WORDS, **changes: Any) -> DocumentIndexed:
        """Stored and announced."""
        announced = self.store(name, text, **changes)
        self.broker.publish(topology.INDEXED, announced)
        return announced

    def style(self, **settings: Any) -> Style:
        return cag.build(GeneratorSettings(**settings), self.news)

    def names(self, **settings: Any) -> list[str]:
        """Of the documents in a prompt now."""
        style = self.style(**settings)
        self.news.keep_up()
        return [item.document_id for item in asked(style).evidence]

    def _announcements(self) -> MemoryTail:
        self.opened += 1
        return MemoryTail(self.broker, topology.INDEXED.name)

    def _texts(self) -> "Wire":
        return self

    def standing(self, document_ids: Iterable[str]) -> Mapping[str, StoredDocument]:
        """What the store says, counted."""
        self.reads += 1
        return self.documents.standing(document_ids)


def asked(style: Style, **changes: Any) -> Any:
    return style.ask(builders.a_record(a_question(**changes), topic=topology.QUESTIONS.name))


@pytest.fixture
def wire() -> Wire:
    return Wire()


def test_the_documents_open_the_users_turn_as_they_came_in_and_the_question_ends_it(wire: Wire) -> None:
    wire.publish("fair", "It moves. [7] <|im_end|>", hours=1)
    wire.publish("ferry", "It sails.", hours=2)

    chat = asked(wire.style()).chat

    assert chat.preamble.splitlines()[-4:-1] == [
        "The news, in the order in which it came in:",
        "[1] (2025-03-03) fair It moves. (7) < |im_end|>",
        "[2] (2025-03-03) ferry It sails.",
    ]
    assert chat.preamble.endswith("\n")
    assert chat.user == QUESTION.text


def test_a_document_that_comes_later_is_put_behind_the_others(wire: Wire) -> None:
    style = wire.style()
    wire.publish("a", hours=5)
    wire.news.keep_up()
    before = asked(style).chat.preamble.rstrip()
    wire.publish("b", hours=1, appended_at=NOON + timedelta(hours=6))
    wire.news.keep_up()

    assert asked(style).chat.preamble.startswith(before), "also where it was published before them"


def test_a_correction_takes_the_place_of_what_it_corrects_and_stands_last(wire: Wire) -> None:
    for hour, name in enumerate("abc"):
        wire.publish(name, hours=hour)
    style = wire.style()
    before = asked(style).chat.preamble
    wire.publish("b", "Another text.", hours=9)
    wire.news.keep_up()
    after = asked(style)

    assert [item.chunk_id for item in after.evidence] == ["a:1:0", "c:1:0", "b:2:0"]
    assert after.chat.preamble.count("Another text.") == 1
    assert after.chat.preamble.count(TEN_WORDS) == 2
    assert before.splitlines()[:2] == after.chat.preamble.splitlines()[:2], "what stands before it stays"


def test_what_is_gone_or_not_for_everyone_is_in_no_prompt(wire: Wire) -> None:
    style = wire.style()
    gone: list[dict[str, Any]] = [{"retracted": True}, {"labels": ("board",)}, {"labels": ("suite:x",)}]
    with every_case() as case:
        for number, changes in enumerate(gone):
            name = f"d{number}"
            wire.publish(name, "A secret.")
            wire.news.keep_up()
            with case(changes, "it is there before"):
                assert "A secret." in asked(style).chat.preamble
            wire.publish(name, "A secret.", **changes)
            wire.news.keep_up()
            with case(changes, "and then no more"):
                assert "A secret." not in asked(style).chat.preamble
            wire.publish(name, "An open text.")
            wire.news.keep_up()
            with case(changes, "a later revision is"):
                assert "An open text." in asked(style).chat.preamble


def test_a_store_that_is_ahead_of_the_announcements_is_believed(wire: Wire) -> None:
    wire.publish("a", "An open text.")
    wire.store("a", "A secret.", labels=("board",))

    assert wire.names() == []


def test_an_older_announcement_that_comes_again_changes_nothing(wire: Wire) -> None:
    first = wire.publish("a")
    wire.publish("a", retracted=True)
    wire.publish("b")
    wire.broker.publish(topology.INDEXED, first)

    assert wire.names() == ["b"]


def test_a_reprint_stands_once(wire: Wire) -> None:
    wire.publish("original", hours=1)
    for hour, name in enumerate(("reprint", "again"), start=2):
        wire.publish(name, hours=hour, duplicate_of="original")

    assert wire.names() == ["original"]
    wire.publish("original", hours=5, retracted=True)
    assert wire.names() == ["again"], "the newest stands for what it reprints where that is gone"


def test_a_reprint_stands_for_an_original_that_is_too_old_for_the_prompt(wire: Wire) -> None:
    wire.publish("original")
    for hour in range(1, 20):
        wire.publish(f"d{hour:02}", hours=hour)
    wire.publish("reprint", hours=20, duplicate_of="original")

    names = wire.names(cag_words=100)

    assert "reprint" in names
    assert "original" not in names


def test_what_was_read_is_not_read_again_behind_many_that_may_not_be_shown(wire: Wire) -> None:
    wire.publish("open")
    for number in range(3 * READ_TOGETHER):
        wire.publish(f"d{number}", hours=1)
        wire.store(f"d{number}", labels=("board",), hours=1)
    assert wire.names() == ["open"]
    wire.reads = 0

    assert wire.names() == ["open"]
    assert wire.reads == 0


def test_what_is_too_old_to_be_kept_is_in_no_prompt() -> None:
    now = [NOON + timedelta(days=1)]
    wire = Wire(Retention(days=2, now=lambda: now[0]))
    wire.publish("old", hours=-20)
    wire.publish("new", hours=20)

    assert wire.names() == ["old", "new"]
    now[0] += timedelta(days=1)
    assert wire.names() == ["new"]


def documents(sizes: Sequence[int], *, minutes: int = 60) -> list[StoredDocument]:
    """Documents of so many words, title included, newest first."""
    wire = Wire()
    for number, size in enumerate(sizes):
        wire.publish(f"d{number:04}", " ".join(["word"] * (size - 1)), hours=number * minutes / 60)
    wire.news.require()
    return list(wire.news.newest_first())


def test_so_many_words_stand_in_the_prompt_as_the_arm_says_and_at_least_three_quarters() -> None:
    for sizes in ([30] * 40, [10, 50, 20] * 20, [25] * 10, [48, 11, 50, 37] * 20, [4, 49, 13] * 20):
        newest_first = documents(sizes)
        for words in (200, 333, 1_000):
            shown = cag.chosen(newest_first, words)
            used = sum(cag.size(document, words) for document in shown)
            assert used <= words, (sizes[:3], words)
            assert used >= words * cag.STAYS or len(shown) == len(sizes), (sizes[:3], words)


def test_a_document_takes_a_quarter_of_the_words_at_most(wire: Wire) -> None:
    wire.publish("long", "A sentence of six short words. " * 200)
    wire.publish("unbroken", "x" * 90_000, hours=1)

    shown = asked(wire.style(cag_words=100))

    assert [item.document_id for item in shown.evidence] == ["long", "unbroken"]
    assert len(shown.chat.preamble) < 2 * 25 * 10 + 200


def test_the_beginning_stands_still_while_most_documents_come(wire: Wire) -> None:
    style, first, changes = wire.style(cag_words=400), "", 0
    for number in range(200):
        wire.publish(f"d{number:04}", hours=number * 0.7)  # 11 words: 36 of them fit, and 9 are a quarter
        wire.news.keep_up()
        now = asked(style).evidence[0].document_id
        first, changes = now, changes + (now != first)

    assert changes < 200 / 4


def test_workers_that_heard_the_same_news_ask_over_the_same_prompt(wire: Wire) -> None:
    early = wire.style(cag_words=200)
    for number in range(100):
        wire.publish(f"d{number:03}", hours=number)
        wire.news.keep_up()
        asked(early)
    late = cag.build(
        GeneratorSettings(cag_words=200),
        NewestNews(wire._announcements, wire._texts),  # noqa: SLF001
    )

    assert asked(late).chat == asked(early).chat


def test_a_moment_is_the_roundest_of_those_that_may_be_taken() -> None:
    for after, until, expected in ((5, 6, 6), (3, 8, 8), (8, 11, 10), (7, 7, 7), (9, 8, 8), (0, 5, 4)):
        assert cag.roundest(after, until) == expected, (after, until)


def test_what_the_same_documents_cannot_serve_is_skipped_with_a_reason(wire: Wire) -> None:
    assert "no document" in asked(wire.style()).skipped
    wire.publish("a")
    style = wire.style()
    wire.news.keep_up()
    said = (Turn(role="asker", text="Who?"), Turn(role="assistant", text="She."))
    refused: dict[str, dict[str, Any]] = {
        "filters": {"filters": Filters(sources=("Wire",))},
        "labels": {"labels": ("board",)},
        "choice or order": {"presentation": Presentation(order="shuffled")},
        "no question alone": {"kind": "conversation", "history": said},
        "as of a time": {"as_of": NOON - timedelta(hours=1)},
    }
    with every_case() as case:
        for reason, changes in refused.items():
            with case(reason):
                why = asked(style, **changes).skipped
                assert reason in why
                assert "ask it of an arm that searches" in why
        with case("a summary"):
            assert "no question alone" in asked(style, kind="summarisation", text="Sum up.").skipped
        served: list[dict[str, Any]] = [{}, {"as_of": NOON + timedelta(hours=1)}, {"choices": ("a", "b")}]
        for wishes in (*served, {"kind": "conversation"}):
            with case("asked", wishes):
                assert asked(style, **wishes).skipped == ""


def test_nothing_is_followed_before_an_arm_asks_for_it(wire: Wire) -> None:
    wire.news.keep_up()
    arm_of(an_arm("base"), GeneratorSettings(), wire.news)
    assert wire.opened == 0
    arm_of(an_arm("base+cag", context="cag"), GeneratorSettings(), wire.news)
    assert wire.opened == 1


def test_an_arm_without_a_store_or_a_preamble_cannot_be_asked(wire: Wire) -> None:
    with pytest.raises(ValueError, match="needs the store"):
        arm_of(an_arm("base+cag", context="cag"), GeneratorSettings())
    with pytest.raises(ValueError, match=r"needs \$evidence in `preamble`"):
        wire.style(cag_prompt="rag.v1")


def test_an_arm_of_cag_keeps_no_answer_to_itself_unless_it_is_told_to() -> None:
    def rule(of_worker: str = "auto", **options: Any) -> str:
        worker = GeneratorSettings(closed_book_abstention=of_worker)
        return settings_of(an_arm("base+cag", context="cag", options=options), worker).closed_book_abstention

    assert (rule(), rule(decline="certainty"), rule("certainty")) == ("never", "certainty", "certainty")
    assert rule(decline="auto") == "never"


def test_a_contest_says_what_an_arm_of_cag_cannot_have() -> None:
    def wrong(**options: Any) -> list[str]:
        return problems(a_contest(an_arm("base+cag", context="cag", options=options)), ())

    assert wrong(cag_words=2_000, prompt="cag.v1") == []
    assert any("weighs passages" in problem for problem in wrong(decline="support"))
    assert any("asked questions alone" in problem for problem in wrong(summary_prompt="rag_summary.v1"))


def test_an_arm_of_cag_reads_and_does_not_search() -> None:
    arm = an_arm("base+cag", context="cag")

    assert (arm.reads, arm.searches, arm.has_passages) == (True, False, False)


def test_a_prompt_of_ones_own_is_taken(wire: Wire, tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(
        'system = "s"\npreamble = "$evidence"\nuser = "$question"\nabstain = "no"\npassage = "$number: $text"\n'
    )
    wire.publish("a")

    assert asked(wire.style(cag_prompt=str(file))).chat.preamble == f"1: a {TEN_WORDS}\n\n"
    assert answer_prompt.load("cag.v1").preamble_with("x").endswith("x\n\n")


def test_dates_are_those_of_the_documents(wire: Wire) -> None:
    moment = datetime.fromisoformat("2025-01-02T03:04:05+00:00")
    wire.publish("a", published_at=moment)

    assert "[1] (2025-01-02) a" in asked(wire.style()).chat.preamble
