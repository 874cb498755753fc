"""The encoding that a page or a feed says of itself, by the names of the web (WHATWG), and reading it by that."""

import codecs
import re
from collections.abc import Sequence
from contextlib import suppress

import webencodings

from services.ingest import encodings

_IN_XML = re.compile(rb"""(?:\xef\xbb\xbf)?<\?xml\b[^>]{0,200}?\bencoding\s*=\s*["']\s*([\w.:-]{1,40})""")
_WIDER = {"gbk": "gb18030", "euc-jp": "euc_jis_2004", "iso-2022-jp": "iso2022_jp_2004"}
"""What browsers read under these names, which is more than the codecs of these names do."""
_OF_ONE_BYTE = ("iso-8859", "windows-", "koi8", "mac", "x-", "ibm")
_HEAD = 2_048


def named(label: str) -> webencodings.Encoding | None:
    """An encoding of the web by one of its names; Python has others, and some of them take any time."""
    known = webencodings.lookup(label)
    with suppress(LookupError, ValueError):
        known = known or webencodings.lookup(codecs.lookup(label).name)
    if known is not None and known.name in _WIDER:
        return webencodings.Encoding(known.name, codecs.lookup(_WIDER[known.name]))
    return known


def in_xml(data: bytes) -> str:
    """What an XML declaration at the beginning says, or ""."""
    declared = _IN_XML.match(data[:_HEAD].lstrip())
    return declared[1].decode() if declared else ""


def of_feed(data: bytes, said: str) -> tuple[str, str]:
    """A feed's text, and what was wrong with its bytes, or "". `said` is the encoding that came with it.

    Raises ValueError where it is in no encoding that it says, nor in one that is certain.
    """
    stated = [named(label) for label in (said, in_xml(data))]
    fitting = [encoding for encoding in stated if encoding is not None and _may_be(encoding, data)]
    for encoding in fitting:
        with suppress(UnicodeDecodeError):
            return str(webencodings.decode(data, encoding, errors="strict")[0]), ""
    if read := _nearly(data, [*fitting, webencodings.UTF8]):
        return read
    return encodings.text_of(data), ""


def _may_be(encoding: webencodings.Encoding, data: bytes) -> bool:
    """What can be read as bytes is not UTF-16; and any bytes can be read one by one, so that UTF-8 goes before that."""
    if encoding.name.startswith("utf-16"):
        return 0 in data
    return not (encoding.name.startswith(_OF_ONE_BYTE) and _is_utf_8(data))


def _is_utf_8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _nearly(data: bytes, stated: Sequence[webencodings.Encoding]) -> tuple[str, str] | None:
    """The text in an encoding that most of its letters are of: programs cut texts within a letter. The rest is marked.

    None where no encoding is like that.
    """
    for encoding in stated:
        text = str(webencodings.decode(data, encoding, errors="replace")[0])
        marked, letters = text.count("\ufffd"), sum(not letter.isascii() for letter in text)
        if 0 < marked <= letters - marked:
            return text, f"letters that are broken in {encoding.name}, marked by U+FFFD: {marked}"
    return None
