"""What strangers wrote is read apart from the feed: what takes too long or too much memory is reported."""

from pathlib import Path

import pytest

from services.ingest.feed_settings import FeedSettings
from services.ingest.feeds import folder
from services.ingest.ports import FeedSource
from services.ingest.reading_apart import read_apart
from services.ingest.time_limit import TimeLimited
from shared.records import InvalidMessageError
from tests.pdfs import a_bomb, a_pdf, a_pdf_of
from tests.unit.feed_parts import Reader

ONE_STRING = b"(" + b"a" * 200_000 + b") Tj "
SMALL = 512 * 1024**2


def readings(root: Path, content: bytes, **limits: float) -> tuple[list[str], list[str]]:
    """The titles that a folder gives with this file among good ones, and what is reported."""
    (root / "b.pdf").write_bytes(content)
    (root / "a.pdf").write_bytes(a_pdf("The lock is shut."))
    (root / "c.md").write_text("# The bridge\n\nIt is open.")
    reader = Reader()
    watched = folder.build(FeedSource(str(root)), FeedSettings.model_validate(limits))
    made = [document.title for document in reader.read(watched)]
    assert reader.read(watched) == []
    return made, reader.bad


def test_a_pdf_that_takes_too_long_is_reported_once_and_the_other_files_are_read(tmp_path: Path) -> None:
    assert readings(tmp_path, a_bomb(500_000), reading_within_s=1.5) == (
        ["Harbour plan", "The bridge"],
        ["b.pdf: reading it took longer than 1.5 s"],
    )


def test_what_takes_too_much_memory_is_reported_and_the_next_is_read() -> None:
    settings = FeedSettings(reading_bytes=SMALL)

    with pytest.raises(InvalidMessageError, match="more memory than 512 MiB"):
        read_apart(settings, bytearray, SMALL)
    assert read_apart(settings, bytearray, 3) == bytearray(3)


def test_text_that_a_small_pdf_unpacks_to_is_bounded_like_a_file(tmp_path: Path) -> None:
    packed = a_pdf_of(b"BT /F1 12 Tf " + ONE_STRING + b"ET")

    assert readings(tmp_path, packed, max_file_bytes=100_000) == (
        ["Harbour plan", "The bridge"],
        ["b.pdf: 200000 characters of text, at most 100000 are read"],
    )


@pytest.mark.parametrize("name", ["fair.pdf", "fair.html", "fair.md", "fair.txt"])
def test_every_kind_of_file_is_read_where_it_can_be_ended(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / name).write_text("The fair moves.")
    calls: list[tuple[object, ...]] = []

    def refusing(_: TimeLimited[..., object], *arguments: object) -> object:
        calls.append(arguments)
        raise InvalidMessageError("reading it took longer than 1 s")

    monkeypatch.setattr(TimeLimited, "__call__", refusing)
    reader = Reader()
    reader.read(folder.build(FeedSource(str(tmp_path)), FeedSettings()))

    assert reader.bad == [f"{name}: reading it took longer than 1 s"]
    assert len(calls) == 1


def test_what_a_reader_stumbles_over_is_said_in_its_own_words() -> None:
    with pytest.raises(InvalidMessageError, match="invalid literal for int"):
        read_apart(FeedSettings(), int, "x")
