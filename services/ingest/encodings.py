"""Which characters the bytes of a file are: UTF-8, UTF-16 and UTF-32 with or without a mark, windows-1252, or no text.

Nothing is guessed that could be several encodings: what is not certain is refused with the first byte that is in doubt.
"""

import codecs
import re
import unicodedata

MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),  # before those of UTF-16, which begin like one of these
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
LEAST_LETTERS = 0.75
"""Of the bytes of a text of single bytes; in UTF-16 so many are not null in other scripts than the Latin alone."""
WIDE = ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be")
FOREIGN = {b"%PDF-": "a PDF (.pdf)", b"{\\rtf": "RTF, which is not read", b"%!PS": "PostScript, which is not read"}
ADVICE = "save it as UTF-8"
_SAMPLE = 65_536
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_SEVERAL_BYTES = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_NO_WORDS = re.compile(
    r"[^\W\d_][¡£¥¦©ª«¬®¯±³µ¶¹º»¼¾¿\xd7÷](?=[^\W\d_])"  # a sign within a word
    r"|(?<!\d)[³¼¾](?=[^\W\d_])"  # or one that begins it
    r"|¤|[a-zß-ÿ][ŠŽŸ]|[A-Z]Ÿ(?=[a-z])"  # the euro of ISO-8859-15; ä, é and ü of Macintoshes
    r"|(?=[\x80-\uffff]{0,2}[^\W\d_\x00-\x7f¹²³¼½¾])[\x80-\uffff]{3}"  # more letters in a row than words have
)
_OTHER_LANGUAGES = (
    ("šžŠŽ", "èøìùæðïò", ""),  # Czech, Slovak, Slovene, Croatian in windows-1250: č is read as è, ř as ø
    ("õûÕÛ", "öüÖÜ", "èêàçâ"),  # Hungarian in windows-1250: ő is read as õ
    ("ýþð", "ç", ""),  # Turkish in windows-1254: the dotless i is read as ý
)
"""Letters that together are of another encoding: some of the first and of the second, none of the third."""


def text_of(data: bytes) -> str:
    """The text; raises ValueError that says which byte is in doubt and what to do."""
    for beginning, what in FOREIGN.items():
        if data.startswith(beginning):
            raise ValueError(f"it is {what} under the name of a text: rename or convert it")
    for mark, encoding in MARKS:
        if data.startswith(mark):
            return _without_nulls(_strict(data, encoding), encoding)
    if 0 in data:
        return _wide(data)
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        return _western(data, error.start)


def marked(data: bytes) -> str:
    """The text of a page that nobody can be told of: what is in doubt is marked by U+FFFD."""
    try:
        return text_of(data)
    except ValueError:
        return data.decode("utf-8-sig", errors="replace")


def _strict(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        name = encoding.removesuffix("-sig").upper()
        place = error.start + (len(codecs.BOM_UTF8) if encoding == "utf-8-sig" else 0)
        raise ValueError(f"it begins as {name}, but {_byte(data, place)} does not fit; {ADVICE}") from None


def _without_nulls(text: str, encoding: str) -> str:
    if "\0" in text:
        name = encoding.removesuffix("-sig").upper()
        raise ValueError(f"it begins as {name}, but holds the character U+0000: is it cut off, or no text? {ADVICE}")
    return text


def _wide(data: bytes) -> str:
    """UTF-16 or UTF-32 without a mark: the one reading that gives text, with most characters of ASCII in it."""
    readings = sorted(((_ascii(text), text) for encoding in WIDE if (text := _plausible(data, encoding))), reverse=True)
    if readings and readings[0][0] > (readings[1][0] if len(readings) > 1 else 0) and not _damaged(data):
        return readings[0][1]
    raise ValueError(f"{_byte(data, data.index(0))} is in no text: it is something else, or damaged; {ADVICE}")


def _damaged(data: bytes) -> bool:
    """Whether this is a text of single bytes with some nulls in it: read in pairs, it would be Chinese."""
    rest = data.replace(b"\0", b"")
    if len(rest) < len(data) * LEAST_LETTERS:
        return False
    try:
        return _CONTROL.search(text_of(rest)) is None
    except ValueError:
        return False


def _plausible(data: bytes, encoding: str) -> str:
    """The text in this encoding; none where it holds what texts do not."""
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return ""
    kinds = {unicodedata.category(character) for character in set(text[:_SAMPLE]) - set("\t\n\r\f")}
    return "" if kinds & {"Cc", "Cn", "Co", "Cs"} or "\0" in text else text


def _ascii(text: str) -> int:
    return sum(character.isascii() for character in text[:_SAMPLE])


def _western(data: bytes, first: int) -> str:
    """windows-1252, if nothing speaks against it; `first` is the first byte that is not UTF-8."""
    where = f"{_byte(data, first)} is not UTF-8"
    if _SEVERAL_BYTES.search(data):
        raise ValueError(f"{where}, while others are: it is of several encodings, or another one; {ADVICE}")
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError as error:
        raise ValueError(f"{where}, and {_byte(data, error.start)} is not windows-1252; {ADVICE}") from None
    if _CONTROL.search(text):
        raise ValueError(f"{where}, and it holds control characters: it is no text")
    if _NO_WORDS.search(text) or any(_of_another(set(text), *letters) for letters in _OTHER_LANGUAGES):
        raise ValueError(f"{where}, and its letters are hardly those of windows-1252; {ADVICE}")
    return text


def _of_another(used: set[str], some: str, others: str, none: str) -> bool:
    return not used.isdisjoint(some) and not used.isdisjoint(others) and used.isdisjoint(none)


def _byte(data: bytes, place: int) -> str:
    """A byte as a person finds it; the end where the data is too short."""
    line = data.count(b"\n", 0, place) + 1
    return f"byte {place + 1} (0x{data[place]:02x}, line {line})" if place < len(data) else "its end"
