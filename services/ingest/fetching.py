"""Fetching a stranger's page: bounded in bytes, time and redirects, and never from an address that is not public.

Each hop's name is resolved here, every address that it has is checked, and the connection goes to the address that
was checked: a name that answers differently the next time changes nothing. Proxies of the environment are not used.
"""

import asyncio
import ipaddress
import socket
import ssl
import zlib
from dataclasses import dataclass
from functools import cache

import httpx

from services.ingest.feed_settings import FeedSettings
from services.ingest.ports import FeedUnavailableError
from shared.masking import masked_address

PACKED = ("gzip", "x-gzip", "deflate")
GZIP = b"\x1f\x8b"
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_NOT_PUBLIC = [
    ipaddress.ip_network(block)
    for block in ("fec0::/10", "::/96", "64:ff9b:1::/48")  # site-local, IPv4-compatible, NAT64 of one network alone
]
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class RefusedError(FeedUnavailableError):
    """An address, a scheme or an answer that is not taken, whatever the server says."""


@dataclass(frozen=True)
class Page:
    """An answer; `whole` is false where the rest was cut at the limit."""

    url: str
    status: int
    headers: httpx.Headers
    body: bytes
    whole: bool = True


def fetch(url: str, settings: FeedSettings, *, most_bytes: int, headers: dict[str, str] | None = None) -> Page:
    """The answer at the end of all redirects. Raises FeedUnavailableError, of which RefusedError is what waiting
    will hardly mend."""
    shown = masked_address(url)
    try:
        return asyncio.run(_fetched(url, settings, most_bytes, headers or {}))
    except FeedUnavailableError:
        raise
    except TimeoutError as error:
        raise FeedUnavailableError(f"{shown}: no whole answer within {settings.timeout_s:g} s") from error
    except (httpx.HTTPError, OSError, zlib.error) as error:
        raise FeedUnavailableError(f"{shown}: {type(error).__name__} {error}".rstrip()) from error
    except (httpx.InvalidURL, ValueError) as error:  # whose message may hold a part of a password
        raise RefusedError(f"{shown}: no address that can be asked ({type(error).__name__})") from None


async def _fetched(url: str, settings: FeedSettings, most_bytes: int, headers: dict[str, str]) -> Page:
    known = {"User-Agent": settings.user_agent, "Accept-Encoding": "gzip"} | headers
    transport = GuardedTransport(allow_private=settings.allow_private_hosts)
    async with asyncio.timeout(settings.timeout_s), httpx.AsyncClient(transport=transport, timeout=None) as client:  # noqa: S113 (the whole has one)
        request: httpx.Request | None = client.build_request("GET", url, headers=known)
        for _ in range(settings.redirects + 1):
            assert request is not None
            response = await client.send(request, stream=True)
            if response.next_request is None:
                body, whole = await _body(response, most_bytes)
                return Page(str(response.url), response.status_code, response.headers, body, whole)
            await response.aclose()
            request = response.next_request
    raise RefusedError(f"{url}: more than {settings.redirects} redirects")


async def _body(response: httpx.Response, most: int) -> tuple[bytes, bool]:
    """At most so many bytes, unpacked no further than that; and whether this is all."""
    packing = response.headers.get("Content-Encoding", "identity").strip().lower() or "identity"
    if packing not in (*PACKED, "identity"):
        raise RefusedError(f"{response.url}: packed as {packing!r}, which was not asked for")
    unpacker = _Unpacker() if packing in PACKED else None
    body = bytearray()
    async for raw in response.aiter_raw():
        body += unpacker.unpacked(raw, most + 1 - len(body)) if unpacker else raw
        if len(body) > most:
            return bytes(body[:most]), False
    return bytes(body), True


class _Unpacker:
    """gzip or zlib as it comes. A gzip may have several members (RFC 1952); what else follows one is left out."""

    def __init__(self) -> None:
        self._inner, self._waiting = zlib.decompressobj(zlib.MAX_WBITS | 32), b""

    def unpacked(self, raw: bytes, most: int) -> bytes:
        """What these bytes add, at most so many."""
        body, rest = b"", self._waiting + raw
        while rest and len(body) < most:
            if self._inner.eof and not rest.startswith(GZIP):
                break
            if self._inner.eof:
                self._inner = zlib.decompressobj(zlib.MAX_WBITS | 32)
            body += self._inner.decompress(rest, most - len(body))
            rest = self._inner.unused_data
        self._waiting = rest if len(rest) < len(GZIP) else b""
        return body


class GuardedTransport(httpx.AsyncBaseTransport):
    """Connects to checked addresses alone."""

    def __init__(self, *, allow_private: bool) -> None:
        self._allow_private = allow_private
        self._inner = httpx.AsyncHTTPTransport(verify=_tls())

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.scheme not in ("http", "https"):
            raise RefusedError(f"{request.url}: only http and https are asked")
        last: Exception | None = None
        for address in await self._addresses(request.url):
            try:
                return await self._inner.handle_async_request(_pinned(request, address))
            except httpx.ConnectError as error:
                last = error
        raise last or httpx.ConnectError(f"{request.url.host} has no address")

    async def _addresses(self, url: httpx.URL) -> list[Address]:
        host, port = url.raw_host.decode().strip("[]"), url.port or (443 if url.scheme == "https" else 80)
        resolved = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        addresses = [ipaddress.ip_address(str(info[4][0]).partition("%")[0]) for info in resolved]
        for address in addresses if not self._allow_private else ():
            if not is_public(address):
                raise RefusedError(
                    f"{url}: {host} is {address}, which is not public; TILTYARD_FEED_ALLOW_PRIVATE_HOSTS=true allows it"
                )
        return list(dict.fromkeys(addresses))

    async def aclose(self) -> None:
        await self._inner.aclose()


def is_public(address: Address) -> bool:
    """Whether anyone on the internet would reach the same host there, also through an address that hides another."""
    inner = _hidden(address) if isinstance(address, ipaddress.IPv6Address) else None
    if inner is not None:
        return is_public(inner)
    return address.is_global and not address.is_multicast and not any(address in block for block in _NOT_PUBLIC)


def _hidden(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address inside a mapped, a 6to4, a Teredo or a NAT64 one."""
    teredo = address.teredo[1] if address.teredo else None
    nat64 = ipaddress.IPv4Address(address.packed[-4:]) if address in _NAT64 else None
    return address.ipv4_mapped or address.sixtofour or teredo or nat64


def _pinned(request: httpx.Request, address: Address) -> httpx.Request:
    """The same request to a fixed address; its Host header and the certificate's name stay the host's."""
    extensions = {**request.extensions, "sni_hostname": request.url.raw_host.decode()}
    url = request.url.copy_with(host=str(address))
    return httpx.Request(request.method, url, headers=request.headers, stream=request.stream, extensions=extensions)


@cache
def _tls() -> ssl.SSLContext:
    return httpx.create_ssl_context()
