"""Feeds in the encodings that publishers have: read as they were written, marked where broken, or refused."""

import pytest

from services.ingest import feed_entries
from services.ingest.charsets import of_feed

BEFORE, AFTER = '<?xml version="1.0" encoding="{}"?><rss><channel><item><title>', "</title></item></channel></rss>"


def a_feed(title: str, encoding: str, declared: str | None = None) -> bytes:
    return (BEFORE.format(encoding if declared is None else declared) + title + AFTER).encode(encoding)


@pytest.mark.parametrize(
    ("title", "encoding", "declared"),
    [
        ("뉴스 쀍", "cp949", "euc-kr"),
        ("朱镕基", "gb18030", "gb2312"),
        ("①㈱", "cp932", "Shift_JIS"),
        ("①", "euc_jis_2004", "EUC-JP"),
        ("“5 €”", "cp1252", "ISO-8859-1"),
        ("ข่าว", "tis-620", "TIS-620"),
        ("Zürich", "utf-8", "ISO-8859-1"),
        ("Zürich", "utf-16", "utf-16"),
        ("Zürich", "utf-8", "utf-16"),
        ("Zürich", "utf-8", "utf8mb4"),
        ("Zürich", "utf-8-sig", ""),
    ],
)
def test_a_feed_is_read_in_what_publishers_mean_by_the_name_of_its_encoding(
    title: str, encoding: str, declared: str
) -> None:
    read = feed_entries.read(a_feed(title, encoding, declared), "", "https://news.example")

    assert ([entry.title for entry in read.entries], read.fault) == ([title], "")


def test_a_letter_that_a_program_cut_in_two_costs_no_other_letter() -> None:
    text, problem = of_feed(a_feed("Zürich, Bern, Zü", "utf-8").replace(b"\xc3\xbc</title>", b"\xc3</title>"), "")

    assert "Zürich, Bern, Z\ufffd</title>" in text
    assert problem == "letters that are broken in utf-8, marked by U+FFFD: 1"


@pytest.mark.parametrize("encoding", ["cp1251", "euc_kr", "shift_jis"])
def test_a_feed_in_an_encoding_that_it_does_not_say_is_refused_and_not_misread(encoding: str) -> None:
    titles = {"cp1251": "Привет мир", "euc_kr": "수문이 닫혔다", "shift_jis": "閘門は19日間閉鎖されます。"}

    with pytest.raises(ValueError, match="not UTF-8"):
        of_feed(a_feed(titles[encoding], encoding, "utf-8"), "")


def test_what_came_with_the_feed_goes_before_what_stands_in_it() -> None:
    assert "Привет" in of_feed(a_feed("Привет", "cp1251", "koi8-r"), "windows-1251")[0]
