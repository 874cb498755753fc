"""Addresses and texts fit to be shown: no password, no key and no token in them.

What is secret is told by where it stands, before the @ of an address or behind a name such as `token` or `api_key`, and
in texts by the shape of keys that many services give out.
"""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit, urlunsplit

MASK = "***"
_STRONG = (
    r"[\w.%-]*(?:token|secret|passw(?:or)?d|passphrase|pwd|api[_-]?key|access[_-]?key|account_?key|signature"
    r"|credentials?|jwt)"
)
_IN_QUERY = r"(?:[\w.%-]*(?:[_.-]|%5f|%2d))?(?:key|auth|authorization|sig|pass)"
_VALUE = r"(?:\"[^\"]*\"|'[^']*'|[^&#\s\"'<>]+)"
_BEFORE_AT = re.compile(
    r"(?<=://)(?:[^\s/?#@:]{0,512}:(?!\d{1,5}[/?#])[^\s@]{0,512}@(?:[^\s/?#@]{0,512}@)?"  # a password may hold a slash
    r"|[^\s/?#]{0,512}@)"
    r"|(?<![\w/.%+~-])[\w.%+~-]{1,512}:[^\s@/\"'<>]{1,512}@(?=[\w\[])"  # without a scheme
)
_NAMED = re.compile(rf"(?i)((?<![\w.%-]){_STRONG}\s?=\s?|[?&;#]{_IN_QUERY}=){_VALUE}")
_IN_JSON = re.compile(rf"(?i)((?<![\w.%-]){_STRONG}[\"']\s?:\s?[\"'])[^\"']+")
_BEARER = re.compile(r"(?i)\b((?:bearer|basic)\s+)[\w.~+/=-]{8,}")
_NAME = re.compile(rf"(?i)(?:{_STRONG}|authorization)")
_HEADER = re.compile(r"(?i)(?<![\w-])((?:x-[\w-]{0,64}(?:key|token)|api-key|(?:set-)?cookie)\s?:\s?)[^\s;,\"']+")
_SHAPED = re.compile(
    r"(?<![\w-])(?:sk-[\w-]{16,512}|hf_\w{16,512}|gh[opsur]_\w{16,512}|github_pat_\w{16,512}|AKIA[0-9A-Z]{16}"
    r"|xox[a-z]-[\w-]{10,512}|eyJ[\w-]{8,4096}\.[\w-]{2,8192}\.[\w-]{2,4096})"
    r"|-----BEGIN [A-Z ]{0,32}PRIVATE KEY-----[^-]{0,65536}"
)
_PARAMETER = re.compile(rf"(?i)(?:{_STRONG}|{_IN_QUERY})=")


def masked(text: str) -> str:
    """A text, or an address, with MASK in the place of every secret in it; the same where it is masked already."""
    return _SHAPED.sub(MASK, _HEADER.sub(rf"\g<1>{MASK}", _by_place(text)))


def masked_address(address: str) -> str:
    """An address as it is shown, and as its position is kept: the same whatever its password is. A path stays."""
    return _by_place(re.sub(r"\s", "%20", address)) if "://" in address or "@" in address else address


def _by_place(text: str) -> str:
    text = _BEFORE_AT.sub(f"{MASK}@", text)
    text = _NAMED.sub(rf"\g<1>{MASK}", text)
    return _BEARER.sub(rf"\g<1>{MASK}", _IN_JSON.sub(rf"\g<1>{MASK}", text))


def without_secrets(address: str) -> str:
    """An address to count others from: without what is before the @, and without parameters that are secret."""
    if masked_address(address) == address:
        return address
    parts = urlsplit(address)
    kept = [each for each in parts.query.split("&") if not _PARAMETER.match(each)]
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2], query="&".join(kept)))


def masked_inside(value: Any) -> Any:
    """A value with every text in it masked, and hidden whole what stands under a name such as `password`."""
    if isinstance(value, str):
        return masked(value)
    if isinstance(value, Mapping):
        return {name: MASK if _hidden(name, inner) else masked_inside(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple) and type(value) in (list, tuple):
        return type(value)(masked_inside(inner) for inner in value)
    return value


def _hidden(name: object, value: object) -> bool:
    return isinstance(name, str) and isinstance(value, str) and value != "" and _NAME.fullmatch(name) is not None
