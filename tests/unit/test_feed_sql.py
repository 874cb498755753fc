"""A query on a database: changes, tombstones and equal times, on SQLite and, where it is installed, on PostgreSQL."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, NullPool, create_engine, text

from services.ingest.feed_rows import is_gone
from services.ingest.feed_settings import FeedSettings
from services.ingest.feeds import sql
from services.ingest.ports import Feed, FeedSource, FeedUnavailableError
from tests.unit.feed_parts import Reader

QUERY = "SELECT id, body AS text, updated_at, deleted, title FROM stories;"
COLUMNS = "id {key} PRIMARY KEY, title text, body text, updated_at {time}, deleted boolean"
MONDAY = datetime(2025, 3, 3, 12, tzinfo=UTC)
PROGRAMS = ("initdb", "pg_ctl")


def postgres_program(name: str) -> str | None:
    """Where a program of PostgreSQL is, on the path or where Debian puts it."""
    installed = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return shutil.which(name) or (str(installed[-1]) if installed else None)


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    """The address of a PostgreSQL server of this test run; it refuses to run as root, so it runs as another user."""
    programs = [postgres_program(name) for name in PROGRAMS]
    if None in programs:
        pytest.skip("PostgreSQL is not installed here: no initdb and pg_ctl on the path or in /usr/lib/postgresql")
    initdb, control = map(str, programs)
    user = "nobody" if os.getuid() == 0 else None
    folder = tempfile.mkdtemp(prefix="tiltyard-postgres-")
    if user:
        shutil.chown(folder, user)
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    data, options = f"{folder}/data", f"-p {port} -h 127.0.0.1 -k {folder} -F"

    def run(*argv: str) -> None:
        subprocess.run(argv, user=user, check=True, cwd=folder, stdout=subprocess.DEVNULL)

    run(initdb, "-D", data, "-U", "desk", "--auth=trust", "--no-sync", "-E", "UTF8")
    run(control, "-D", data, "-l", f"{folder}/log", "-o", options, "-w", "start")
    yield f"postgresql+psycopg://desk@127.0.0.1:{port}/postgres"
    run(control, "-D", data, "-m", "fast", "-w", "stop")
    shutil.rmtree(folder)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgresql":
        return str(request.getfixturevalue("postgres"))
    (tmp_path / "desk.db").touch()
    return f"sqlite:///{tmp_path}/desk.db"


class StoriesTable:
    """The table of a newsroom."""

    def __init__(self, url: str, key: str = "integer") -> None:
        self.engine: Engine = create_engine(url, poolclass=NullPool)
        self.sqlite = self.engine.dialect.name == "sqlite"
        self.run("DROP TABLE IF EXISTS stories")
        self.run(f"CREATE TABLE stories ({COLUMNS.format(key=key, time='text' if self.sqlite else 'timestamptz')})")

    def run(self, statement: str, **values: Any) -> None:
        with self.engine.begin() as connection:
            connection.execute(text(statement), values)

    def put(self, key: Any, body: str | None, minute: float | None, *, deleted: bool = False) -> None:
        at = None if minute is None else MONDAY + timedelta(minutes=minute)
        values = {"id": key, "body": body, "at": at.isoformat() if at and self.sqlite else at, "deleted": deleted}
        self.run("DELETE FROM stories WHERE id = :id", id=key)
        self.run("INSERT INTO stories VALUES (:id, 'Title', :body, :at, :deleted)", **values)


@pytest.fixture
def stories(url: str) -> StoriesTable:
    return StoriesTable(url)


def ask(url: str, query: str = QUERY, **changes: Any) -> Feed:
    return sql.build(FeedSource(url, query=query), FeedSettings(**changes))


def texts(reader: Reader, feed: Feed) -> list[str]:
    return [document.text or document.op for document in reader.read(feed)]


def test_rows_come_in_the_order_of_their_change_and_only_once(stories: StoriesTable, url: str) -> None:
    stories.put(1, "later", 5)
    stories.put(2, "earlier", 1)
    reader = Reader()

    assert texts(reader, ask(url)) == ["earlier", "later"]
    assert texts(reader, ask(url)) == []
    assert {document.title for document in reader.published} == {"Title"}


def test_a_change_is_a_revision_and_a_tombstone_a_retraction_of_the_same_document(
    stories: StoriesTable, url: str
) -> None:
    reader = Reader()
    stories.put(1, "one", 1)
    stories.put(2, "two", 2)
    texts(reader, ask(url))
    stories.put(1, "one, corrected", 3)
    stories.put(2, "two", 4, deleted=True)

    assert texts(reader, ask(url)) == ["one, corrected", "retract"]
    assert len({document.document_id for document in reader.published}) == 2

    stories.put(2, "two again", 5)
    assert texts(reader, ask(url)) == ["two again"]


def test_a_tombstone_of_what_was_never_published_says_nothing(stories: StoriesTable, url: str) -> None:
    stories.put(1, "never seen", 1, deleted=True)
    stories.put(2, "seen", 2)

    assert texts(Reader(), ask(url)) == ["seen"]


def test_rows_of_the_same_time_are_all_read_whatever_the_portion(stories: StoriesTable, url: str) -> None:
    for number in range(7):
        stories.put(number, f"story {number}", 1)

    assert texts(Reader(), ask(url, sql_rows=3)) == [f"story {number}" for number in range(7)]


@pytest.mark.parametrize("overlap_s", [0, 60])
def test_a_stopped_pass_goes_on_behind_the_last_row(stories: StoriesTable, url: str, overlap_s: float) -> None:
    for number in range(4):
        stories.put(number, f"story {number}", 1)
    reader, feed = Reader(), ask(url, sql_overlap_s=overlap_s)
    told = iter([False, True])
    stopped = reader.read(feed, stopping=lambda: next(told))

    assert [document.text for document in stopped] == ["story 0", "story 1"]
    assert texts(reader, feed) == ["story 2", "story 3"]


def test_ids_may_be_text(url: str) -> None:
    stories = StoriesTable(url, key="varchar(40)")
    stories.put("x:1", "one", 1)
    stories.put("x:2", "two", 1)
    reader = Reader()

    assert texts(reader, ask(url, sql_rows=1, sql_overlap_s=0)) == ["one", "two"]
    assert reader.published[0].document_id.endswith(":x:1")
    assert texts(reader, ask(url, sql_overlap_s=0)) == []


def test_a_transaction_that_commits_late_is_found_by_reading_a_little_again(postgres: str) -> None:
    stories, reader = StoriesTable(postgres), Reader()
    stories.put(2, "begun later", 2)
    texts(reader, ask(postgres))
    stories.put(1, "begun earlier, committed later", 1.5)

    assert texts(reader, ask(postgres, sql_overlap_s=10)) == []
    assert texts(reader, ask(postgres, sql_overlap_s=60)) == ["begun earlier, committed later"]


def test_bad_rows_are_reported_and_the_rest_goes_on(stories: StoriesTable, url: str) -> None:
    stories.put(1, None, 1)
    stories.put(2, "undated", None)
    stories.put(3, "fine", 3)
    reader = Reader()

    assert texts(reader, ask(url)) == ["fine"]
    assert [line.endswith(end) for line, end in zip(reader.bad, ("not read", "there is no text"), strict=True)] == [
        True
    ] * 2


def test_a_query_without_a_needed_column_says_which_and_what_it_gives(stories: StoriesTable, url: str) -> None:
    stories.put(1, "x", 1)

    with pytest.raises(ValueError, match=r"lacks text; it gives id, body, updated_at"):
        texts(Reader(), ask(url, "SELECT id, body, updated_at FROM stories"))


@pytest.mark.parametrize(
    "query", ["SELECT id, text FROM stories", "SELECT nonsense", "DELETE FROM stories", "SELECT 1; x"]
)
def test_a_query_that_cannot_be_asked_is_a_wrong_setting(stories: StoriesTable, url: str, query: str) -> None:
    stories.put(1, "x", 1)

    with pytest.raises(ValueError, match="the query is not understood"):
        texts(Reader(), ask(url, query))
    assert texts(Reader(), ask(url)) == ["x"]


def test_colons_and_per_cent_signs_in_a_query_are_its_own(stories: StoriesTable, url: str) -> None:
    stories.put(1, "at 12:30", 1)
    query = "SELECT id, 'it is :now' || body AS text, updated_at FROM stories WHERE body LIKE '%12:30'"

    assert texts(Reader(), ask(url, query)) == ["it is :nowat 12:30"]


def test_casts_of_postgresql_are_understood(postgres: str) -> None:
    stories = StoriesTable(postgres)
    stories.put(1, "x", 1)

    assert texts(Reader(), ask(postgres, "SELECT id::text, body AS text, updated_at::timestamp FROM stories")) == ["x"]


def test_postgresql_is_read_alone_and_not_waited_for_without_end(postgres: str) -> None:
    stories = StoriesTable(postgres)
    stories.put(1, "x", 1)
    slow = "SELECT id, body AS text, updated_at, pg_sleep(20) FROM stories"
    changing = "SELECT id, body AS text, updated_at, nextval('counter') FROM stories"
    stories.run("CREATE SEQUENCE IF NOT EXISTS counter")

    with pytest.raises(FeedUnavailableError, match="statement timeout"):
        texts(Reader(), ask(postgres, slow, sql_timeout_s=0.2))
    with pytest.raises(ValueError, match="read-only"):
        texts(Reader(), ask(postgres, changing))


def test_a_database_that_does_not_answer_is_tried_again_later() -> None:
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        url = f"postgresql+psycopg://desk:secret@127.0.0.1:{free.getsockname()[1]}/x"
        with pytest.raises(FeedUnavailableError) as raised:
            texts(Reader(), ask(url))

    assert "secret" not in str(raised.value)
    assert "secret" not in ask(url).name


def test_what_no_database_is_at_is_a_wrong_setting(tmp_path: Path) -> None:
    for url, told in (
        (f"sqlite:///{tmp_path}/none.db", "no database file"),
        ("nosuch://x/y", "no database can be asked"),
        ("not an address", "no database can be asked"),
        ("", "needs an address"),
    ):
        with pytest.raises(ValueError, match=told):
            ask(url)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("written", "gone"),
    [
        (True, True), (1, True), ("Y", True), ("t", True), ("2025-03-04 10:00:00", True), (b"\x01", True),
        (False, False), (None, False), (0, False), ("N", False), ("false", False), ("0", False), ("", False),
        (b"\x00", False), ("0000-00-00 00:00:00", False),
    ],
)  # fmt: skip
def test_a_row_is_deleted_where_its_column_says_so_in_any_way_of_databases(written: Any, gone: bool) -> None:
    assert is_gone({"deleted": written}) is gone
