"""Texts in the encodings that people have: read as they were written, or refused with what to do."""
# ruff: noqa: RUF001 (letters of many languages)

import pytest

from services.ingest import encodings
from services.ingest.documents import read

WESTERN = [
    "The café is shut.", "“Lock” isn’t open – 5 € for 3½ hours, m², n° 5", "Größere Schiffe müssen über die Weser",
    "L’écluse est fermée. Ça ira : « bientôt », œuvre", "¿Cuándo abrirá? ¡Mañana!", "Não há informações; três opções",
    "Lásinn er lokaður. Það er æði þungt, ýmislegt", "Hääyöaie ja šakki",
]  # fmt: skip
OTHERS = [
    ("Śluza jest zamknięta. Żółta łódź płynie", "cp1250"), ("Příliš žluťoučký kůň úpěl", "cp1250"),
    ("A zsilip zárva. Árvíztűrő tükörfúrógép", "cp1250"), ("Příliš žluťoučký kůň úpěl", "iso8859-2"),
    ("Шлюз закрыт", "cp1251"), ("Шлюз закрыт", "koi8-r"), ("Η κλειδαριά", "cp1253"), ("çocuğun şapkası ışık", "cp1254"),
    ("Ce billet coûte 5 €, à l’œil".replace("’", "'"), "iso8859-15"), ("Während in Zürich", "mac_roman"),
    ("閘門は19日間閉鎖されます。", "shift_jis"), ("船闸关闭十九天。", "gb18030"), ("수문이 닫혔다", "euc_kr"),
]  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize("text", ["The lock.\n", "Łódź – 閘門\n", ""])
def test_a_text_of_unicode_is_read_with_its_mark(text: str, encoding: str) -> None:
    assert encodings.text_of(text.encode(encoding)) == text


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("text", ["The lock", "Łódź é\n", "船闸关闭。\n十九天。\n", "Шлюз закрыт на 19 дней"])
def test_wide_characters_are_read_without_a_mark(text: str, encoding: str) -> None:
    assert encodings.text_of(text.encode(encoding)) == text


@pytest.mark.parametrize("text", WESTERN)
def test_a_western_text_in_windows_1252_is_read(text: str) -> None:
    assert encodings.text_of(text.encode("cp1252")) == text


@pytest.mark.parametrize(("text", "encoding"), OTHERS)
def test_a_text_that_may_be_of_another_encoding_is_refused_and_not_misread(text: str, encoding: str) -> None:
    with pytest.raises(ValueError, match=r"byte \d+ \(0x[89a-f].*save it as UTF-8"):
        encodings.text_of(text.encode(encoding))


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"lock\0shut", "byte 5 .0x00, line 1. is in no text"),
        (b"The lock\0 is shut for nineteen days.", "byte 9 .0x00, line 1. is in no text"),
        (b"Der Caf\xe9\0besuch ist nun vorbei.\n", "byte 9 .0x00, line 1. is in no text"),
        (b"one line\n\0\0\0\0another line of the log\n", "byte 10 .0x00, line 2. is in no text"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0", "byte 9 .0x00, line 3. is in no text"),
        (b"PK\x03\x04\x14\0\x08\0", "is in no text"),
        (b"%PDF-1.7\nall of it ASCII", "it is a PDF"),
        (b"{\\rtf1 words}", "it is RTF"),
        (b"caf\xe9 and caf\xc3\xa9", "byte 4 .0xe9, line 1. is not UTF-8, while others are"),
        (b"one\ntw\x81", "byte 7 .0x81, line 2. is not windows-1252"),
        (b"\xe9\x01\x02", "control characters: it is no text"),
        (b"\xef\xbb\xbfcaf\xe9", "it begins as UTF-8, but byte 7 .0xe9, line 1. does not fit"),
        (b"\xff\xfea", "it begins as UTF-16, but byte 3"),
        (b"\xff\xfea\0\0\0", "it begins as UTF-16, but holds the character U.0000"),
        (b"\xff\xfe\0\0a", "it begins as UTF-32"),
    ],
)
def test_what_is_no_text_or_damaged_is_refused_with_its_place(data: bytes, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        encodings.text_of(data)


def test_a_page_in_a_file_is_never_read_with_marks_for_lost_letters() -> None:
    declared = b'<meta charset="utf-8"><p>caf\xe9</p>'

    assert read("x.html", "<p>café</p>".encode("cp1252"), 1).text == "<p>café</p>"
    assert read("x.html", '<meta charset="utf-16"><p>café</p>'.encode(), 1).text.endswith("<p>café</p>")
    assert read("x.html", "<p>Łódź</p>".encode("utf-16"), 1).text == "<p>Łódź</p>"
    with pytest.raises(ValueError, match="byte 29 is not utf-8, which the page says of itself; save it as UTF-8"):
        read("x.html", declared, 1)


def test_much_of_a_bad_text_is_refused_as_fast_as_little() -> None:
    for data in (b"ab\xe9" + b"\x96" * 2_000_000, b"\0a" * 1_000_000 + b"\0", b"\xe9 " * 1_000_000 + b"\x81"):
        with pytest.raises(ValueError, match="byte"):
            encodings.text_of(data)


def test_an_xhtml_page_is_read_in_the_encoding_of_its_declaration() -> None:
    page = '<?xml version="1.0" encoding="windows-1251"?><html><title>Шлюз</title><p>закрыт</p></html>'

    assert read("x.html", page.encode("cp1251"), 1).text == page


@pytest.mark.parametrize(
    "page",
    ["<!-- <title>Old</title> --><title>Lock</title>", "<title>Lock</title><body><svg><title>Icon</title></svg>"],
)
def test_the_title_of_a_page_is_its_own(page: str) -> None:
    assert read("x.html", page.encode(), 1).title == "Lock"


def test_a_picture_gives_a_page_no_title() -> None:
    assert read("x.html", b"<html><body><svg><title>Icon</title></svg><p>Lock</p>", 1).title == ""
