"""Folders and growing files: changes, deletions and rotation are noticed, also across a restart."""

import os
import socket
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import pytest

from services.ingest import opening
from services.ingest.documents import page_text
from services.ingest.feed_settings import FeedSettings
from services.ingest.feeds import folder, jsonl
from services.ingest.marking import Marked
from services.ingest.ports import Feed, FeedSource, FeedUnavailableError, Unchanged
from tests.builders import a_document
from tests.pdfs import a_pdf
from tests.unit.feed_parts import Reader


@pytest.fixture
def files(tmp_path: Path) -> Path:
    root = tmp_path / "files"
    (root / "sub").mkdir(parents=True)
    (root / "a.txt").write_text("Lock shut.")
    (root / "sub" / "b.md").write_text("Intro\n\n# The bridge #\n\nIt is open.")
    return root


def watch(root: Path, name: str = "", **changes: object) -> Feed:
    return folder.build(FeedSource(str(root), name), FeedSettings(**changes))  # type: ignore[arg-type]


def test_each_kind_of_file_is_read_with_its_title(files: Path) -> None:
    (files / "c.html").write_text("<html><head><title>Fair &amp; feast</title></head><body>Moved.</body></html>")
    (files / "d.pdf").write_bytes(a_pdf("The quay is rebuilt"))
    (files / "e.jpg").write_bytes(b"no text")

    made = {document.title: document for document in Reader().read(watch(files))}

    assert set(made) == {"a", "The bridge", "Fair & feast", "Harbour plan"}
    assert made["Harbour plan"].text == "The quay is rebuilt"
    assert made["Fair & feast"].content_type == "text/html"
    assert made["a"].document_id.endswith(":a.txt")
    assert made["a"].published_at is not None


def test_changes_and_deletions_are_noticed_after_a_restart_and_the_rest_is_left_alone(files: Path) -> None:
    reader = Reader()
    first = reader.read(watch(files))
    (files / "a.txt").write_text("Lock open again.")
    (files / "sub" / "b.md").unlink()

    second = reader.read(watch(files))

    assert [(document.op, document.text) for document in second] == [("upsert", "Lock open again."), ("retract", "")]
    assert {document.document_id for document in second} == {document.document_id for document in first}
    assert reader.read(watch(files)) == []


def test_a_file_that_comes_back_is_published_again(files: Path) -> None:
    reader = Reader()
    reader.read(watch(files))
    (files / "a.txt").unlink()
    assert [document.op for document in reader.read(watch(files))] == ["retract"]

    (files / "a.txt").write_text("Lock shut.")
    assert [document.text for document in reader.read(watch(files))] == ["Lock shut."]


def test_a_file_that_is_only_touched_is_no_revision(files: Path) -> None:
    reader = Reader()
    reader.read(watch(files))
    os.utime(files / "a.txt", (1, 1))

    assert vars(reader.counts(watch(files))) == {"published": 0, "retracted": 0, "unchanged": 2, "bad": 0}
    again = watch(files)
    assert list(again.read(Marked(reader.state, again.name, reader.marking))) == [Unchanged(2)], "not opened again"


def test_links_out_of_the_folder_and_hidden_files_are_not_followed(files: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "s.txt").write_text("Not for you.")
    (files / "out.txt").symlink_to(tmp_path / "secret" / "s.txt")
    (files / "way").symlink_to(tmp_path / "secret")
    (files / "loop.txt").symlink_to(files / "loop.txt")
    (files / "nowhere.txt").symlink_to(files / "missing.txt")
    (files / "within.txt").symlink_to(files / "a.txt")
    (files / ".hidden.txt").write_text("Not for you.")
    os.mkfifo(files / "pipe.txt")

    reader = Reader()
    titles = [document.title for document in reader.read(watch(files))]

    assert titles == ["a", "within", "The bridge"]
    assert reader.bad == []


def exchanged(path: Path, monkeypatch: pytest.MonkeyPatch, exchange: Callable[[], object]) -> None:
    """Do something to a file between its listing and its reading."""
    asked = opening.opened_within

    def opened_within(root: Path, name: str) -> AbstractContextManager[BinaryIO]:
        if root / name == path:
            exchange()
        return asked(root, name)

    monkeypatch.setattr("services.ingest.feeds.folder.opened_within", opened_within)


@pytest.mark.parametrize("what", ["a.txt", "sub"])
@pytest.mark.parametrize("when", ["before its place is looked up", "after that"])
def test_what_becomes_a_link_out_of_the_folder_while_it_is_read_is_not_followed(
    what: str, when: str, files: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = tmp_path / "secret"
    secret.mkdir()
    for name in ("a.txt", "b.md"):
        (secret / name).write_text("Not for you.")
    file = files / ("a.txt" if what == "a.txt" else "sub/b.md")

    def exchange() -> None:
        (files / what).rename(files / ".before")
        (files / what).symlink_to(secret / "a.txt" if what == "a.txt" else secret)
        if when == "after that":  # then its place was still within the folder
            monkeypatch.setattr(Path, "resolve", lambda path: path)

    exchanged(file, monkeypatch, exchange)
    reader = Reader()
    texts = [document.text for document in reader.read(watch(files))]

    assert "Not for you." not in texts
    assert len(texts) == len(reader.bad) == 1
    assert reader.bad[0].startswith(f"{file.relative_to(files)}: it ")


@pytest.mark.parametrize("kind", ["a pipe", "a device", "a folder", "a socket"])
def test_what_becomes_no_file_while_it_is_read_holds_nothing_up(
    kind: str, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = files / "a.txt"

    def exchange() -> None:
        path.unlink()
        if kind == "a pipe":
            os.mkfifo(path)
        elif kind == "a folder":
            path.mkdir()
        elif kind == "a socket":
            with socket.socket(socket.AF_UNIX) as bound:
                monkeypatch.chdir(files)
                bound.bind(path.name)
        else:
            asked = os.open
            monkeypatch.setattr(os, "open", lambda name, *given, **more: asked(
                "/dev/zero" if name == path.name else name, *given, **({} if name == path.name else more)
            ))  # fmt: skip

    exchanged(path, monkeypatch, exchange)
    reader = Reader()

    assert [document.title for document in reader.read(watch(files))] == ["The bridge"]
    assert len(reader.bad) == 1
    assert reader.bad[0].startswith("a.txt: ")


def test_a_file_that_grows_while_it_is_read_is_read_no_further_than_is_allowed(
    files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    exchanged(files / "a.txt", monkeypatch, lambda: (files / "a.txt").write_text("x" * 10_000))
    reader = Reader()
    reader.read(watch(files, max_file_bytes=1_000))

    assert reader.bad == ["a.txt: more than 1000 bytes"]


def test_texts_are_read_in_their_encoding_and_what_is_none_is_reported(files: Path) -> None:
    (files / "latin.txt").write_bytes("Das Café ist größer.".encode("cp1252"))
    (files / "wide.txt").write_bytes("Łódź".encode("utf-16"))
    (files / "picture.txt").write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")
    (files / "mixed.md").write_bytes(b"caf\xe9 caf\xc3\xa9")
    reader = Reader()

    texts = {document.title: document.text for document in reader.read(watch(files))}

    assert (texts["latin"], texts["wide"]) == ("Das Café ist größer.", "Łódź")
    assert [line.partition(":")[0] for line in reader.bad] == ["mixed.md", "picture.txt"]
    assert not any("\ufffd" in text for text in texts.values())


def test_front_matter_dates_and_tags_a_document(files: Path) -> None:
    (files / "lock.md").write_text("---\ntitle: Lock shut\ndate: 2024-03-05\ntags: [harbour]\n---\nIt is shut.\n")
    (files / "fair.md").write_text("---\ndate: some day\n---\nIt moves.\n")

    made = {document.title: document for document in Reader().read(watch(files))}

    assert made["Lock shut"].published_at == datetime(2024, 3, 5, tzinfo=UTC)
    assert (made["Lock shut"].tags, made["Lock shut"].text) == (("harbour",), "It is shut.\n")
    assert (made["fair"].published_at, made["fair"].tags) == (None, ("undated",))


def test_what_cannot_be_read_is_reported_once_and_the_rest_goes_on(files: Path) -> None:
    (files / "broken.pdf").write_bytes(b"%PDF-1.7 and then nothing")
    (files / "empty.txt").write_text(" \n")
    (files / "large.txt").write_text("x" * 101)
    (files / "long.pdf").write_bytes(a_pdf("x", pages=3))
    reader = Reader()

    assert len(reader.read(watch(files, max_file_bytes=100, max_pages=2))) == 2
    assert [line.partition(":")[0] for line in reader.bad] == ["broken.pdf", "empty.txt", "large.txt", "long.pdf"]
    assert reader.counts(watch(files, max_file_bytes=100, max_pages=2)).bad == 0

    (files / "empty.txt").write_text("No longer.")
    assert [document.text for document in reader.read(watch(files, max_file_bytes=100))] == ["No longer."]


def test_a_pdf_with_too_many_pages_is_not_read(files: Path) -> None:
    (files / "long.pdf").write_bytes(a_pdf("x", pages=3))
    reader = Reader()
    reader.read(watch(files, max_pages=2))

    assert reader.bad == ["long.pdf: 3 pages, at most 2 are read"]


def test_a_file_that_was_never_readable_leaves_without_a_word(files: Path) -> None:
    (files / "broken.pdf").write_bytes(b"nothing")
    reader = Reader()
    reader.read(watch(files))
    (files / "broken.pdf").unlink()

    assert reader.read(watch(files)) == []


def test_a_folder_that_is_gone_retracts_nothing(files: Path) -> None:
    reader, feed = Reader(), watch(files)
    reader.read(feed)
    files.rename(files.parent / "moved")

    with pytest.raises(FeedUnavailableError, match="no folder"):
        reader.read(feed)
    with pytest.raises(ValueError, match="no folder"):
        watch(files)


def test_a_folder_that_lost_all_its_files_retracts_them_only_if_told_so(files: Path) -> None:
    reader = Reader()
    reader.read(watch(files))
    (files / "a.txt").unlink()
    (files / "sub" / "b.md").unlink()

    with pytest.raises(FeedUnavailableError, match="taken for not mounted"):
        reader.read(watch(files))
    assert len(reader.read(watch(files, retract_when_empty=True))) == 2


def test_where_a_part_cannot_be_listed_nothing_is_retracted(files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = Reader()
    reader.read(watch(files))
    listed = os.scandir

    def refusing(path: str) -> object:
        if Path(path).name == "sub":
            raise PermissionError(13, "Permission denied", str(path))
        return listed(path)

    monkeypatch.setattr(os, "scandir", refusing)
    assert reader.read(watch(files)) == []
    assert reader.bad == [f"{files / 'sub'}: Permission denied"]


def test_a_moved_folder_under_the_same_name_is_the_same_feed(files: Path) -> None:
    reader = Reader()
    reader.read(watch(files, "handbook"))
    moved = files.rename(files.parent / "moved")

    assert reader.read(watch(moved, "handbook")) == []


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"\xefbc", ""), ("é".encode(), "utf-8"), ("é".encode("latin-1"), "latin-1"), (b"x", "idna"), (b"x", "rot13"),
        ('<meta charset="iso-8859-1">é'.encode("latin-1"), ""), (b'<meta charset="no-such-thing">e', ""),
    ],
)  # fmt: skip
def test_a_page_is_decoded_whatever_it_claims(data: bytes, said: str) -> None:
    text = page_text(data, said)

    assert text
    assert ("é" in text) == (b"\xe9" in data or "é".encode() in data)


def a_line(name: str, text: str = "x") -> str:
    return a_document(document_id=name, text=text).model_dump_json() + "\n"


@pytest.fixture
def lines(tmp_path: Path) -> Path:
    path = tmp_path / "stories.jsonl"
    path.write_text(a_line("a") + a_line("b"))
    return path


def tail(path: Path, **changes: object) -> Feed:
    return jsonl.build(FeedSource(str(path)), FeedSettings(**changes))  # type: ignore[arg-type]


def ids(reader: Reader, feed: Feed) -> list[str]:
    return [document.document_id for document in reader.read(feed)]


def append(path: Path, text: str) -> None:
    with path.open("a") as file:
        file.write(text)


def test_a_growing_file_goes_on_behind_its_last_whole_line(lines: Path) -> None:
    reader = Reader()
    assert ids(reader, tail(lines)) == ["a", "b"]
    append(lines, a_line("c") + a_line("d")[:20])
    assert ids(reader, tail(lines)) == ["c"]

    append(lines, a_line("d")[20:])
    assert ids(reader, tail(lines)) == ["d"]
    assert ids(reader, tail(lines)) == []


def test_bad_lines_are_reported_by_their_place_and_the_rest_goes_on(lines: Path) -> None:
    lines.write_text("no json\n" + a_line("a") + '{"document_id": ""}\n\n' + a_line("b"))
    reader = Reader()

    assert ids(reader, tail(lines)) == ["a", "b"]
    assert reader.bad[0].startswith("stories.jsonl, line 1: ")
    assert len(reader.bad) == 2
    assert reader.counts(tail(lines)).bad == 0


def test_a_line_that_is_too_long_is_skipped_without_being_held(lines: Path) -> None:
    append(lines, "x" * 5_000 + "\n" + a_line("c"))
    reader = Reader()

    assert ids(reader, tail(lines, max_line_bytes=1_000)) == ["a", "b", "c"]
    assert "a line of 5001 bytes" in reader.bad[0]
    append(lines, a_line("d"))
    assert ids(reader, tail(lines, max_line_bytes=1_000)) == ["d"]


def test_lines_may_end_in_carriage_returns(lines: Path) -> None:
    one, two, three = (a_line(name)[:-1] for name in ("c", "d", "e"))
    lines.write_bytes(f"{one}\r\n{two}\r{three}\r".encode())
    reader = Reader()

    assert ids(reader, tail(lines)) == ["c", "d", "e"]
    append(lines, a_line("f"))
    assert ids(reader, tail(lines)) == ["f"]
    assert reader.bad == []


def test_a_growing_file_is_no_packed_one(lines: Path) -> None:
    with pytest.raises(ValueError, match="a packed file does not grow line by line; `tiltyard publish"):
        tail(lines.rename(lines.with_name("stories.jsonl.gz")))


def test_a_pipe_in_place_of_a_growing_file_holds_nothing_up(lines: Path) -> None:
    reader, feed = Reader(), tail(lines)
    lines.unlink()
    os.mkfifo(lines)

    with pytest.raises(FeedUnavailableError, match=r"stories\.jsonl: it is no file"):
        reader.read(feed)


def test_a_truncated_file_is_read_from_its_start(lines: Path) -> None:
    reader = Reader()
    ids(reader, tail(lines))
    lines.write_text(a_line("c"))

    assert ids(reader, tail(lines)) == ["c"]
    assert "read from its start; nothing of the old one is left" in reader.bad[0]


def test_a_replaced_file_that_is_as_long_as_the_old_one_is_noticed(lines: Path) -> None:
    reader = Reader()
    ids(reader, tail(lines))
    lines.write_text(a_line("c") + a_line("d") + a_line("e"))

    assert ids(reader, tail(lines)) == ["c", "d", "e"]


def test_what_was_unread_when_a_file_was_moved_aside_comes_first(lines: Path) -> None:
    reader = Reader()
    ids(reader, tail(lines))
    append(lines, a_line("c"))
    lines.rename(lines.with_name("stories.jsonl.1"))
    lines.write_text(a_line("d"))

    assert ids(reader, tail(lines)) == ["c", "d"]
    assert "the rest of the old one is read from stories.jsonl.1" in reader.bad[0]
    assert ids(reader, tail(lines)) == []


def test_a_file_that_is_missing_for_a_moment_is_waited_for(lines: Path) -> None:
    reader, feed = Reader(), tail(lines)
    ids(reader, feed)
    lines.unlink()

    with pytest.raises(FeedUnavailableError, match="no file"):
        reader.read(feed)
    with pytest.raises(ValueError, match="no file"):
        tail(lines)


def test_a_publishers_own_times_and_retractions_pass_as_they_are(lines: Path) -> None:
    lines.write_text(
        '{"document_id": "z", "op": "retract"}\n'
        '{"document_id": "a", "text": "x", "first_seen_at": "2025-01-01T00:00:00Z"}\n'
    )

    retraction, document = Reader().read(tail(lines))

    assert retraction.op == "retract"
    assert document.first_seen_at is not None
    assert document.first_seen_at.year == 2025
