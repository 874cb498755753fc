"""How the brokers want to be spoken to, read once from librdkafka's options for every client, librdkafka or not.

What one of the clients could not do, or would do with less than was asked for, is refused before any connects.
"""

import ssl
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from shared import tls
from shared.access import RefusedError
from shared.masking import masked

PROTOCOL, USER, PASSWORD = "security.protocol", "sasl.username", "sasl.password"
CA, CERTIFICATE, KEY = "ssl.ca.location", "ssl.certificate.location", "ssl.key.location"
KEY_PASSWORD, HOST_NAMES = "ssl.key.password", "ssl.endpoint.identification.algorithm"
MECHANISM_NAMES = ("sasl.mechanism", "sasl.mechanisms")
PROTOCOLS = ("PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL")
MECHANISMS = ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512")
NAMES = tls.Names("Kafka", f"{PROTOCOL} to SSL or SASL_SSL", CA, CERTIFICATE)
WHERE = "in TILTYARD_KAFKA_LIBRDKAFKA"
_UNDERSTOOD = {PROTOCOL, *MECHANISM_NAMES, USER, PASSWORD, CA, CERTIFICATE, KEY, KEY_PASSWORD, HOST_NAMES}
_ABOUT_SECURITY = ("security.", "sasl.", "ssl.", "enable.ssl.", "enable.sasl.")


@dataclass(frozen=True)
class Security:
    """`mechanism` is empty without SASL; `context` is None without TLS."""

    mechanism: str = ""
    username: str = ""
    password: str = ""
    context: ssl.SSLContext | None = None

    def __repr__(self) -> str:
        return f"Security({self.mechanism or 'no SASL'}, {'TLS' if self.context else 'no TLS'})"


def security(options: Mapping[str, str]) -> Security:
    """Read the security options; other options concern librdkafka alone.

    Raises ValueError, with what is missing or in the way, for options that are half set or that a client of ours could
    not honour: connecting with less would be worse.
    """
    if problem := next(_problems(options), ""):
        raise ValueError(problem)
    protocol = _protocol(options)
    return Security(
        mechanism=_mechanism(options) if protocol.startswith("SASL") else "",
        username=options.get(USER, ""),
        password=options.get(PASSWORD, ""),
        context=_context(options) if protocol.endswith("SSL") else None,
    )


def refuse_closed_door(servers: str, options: Mapping[str, str], unauthenticated: Iterable[str]) -> None:
    """Raise RefusedError where waiting for these brokers does not help.

    `unauthenticated`: what they said of user and password.
    """
    wanted = security(options)
    for said in unauthenticated:
        raise RefusedError(
            f"Kafka does not take user {wanted.username!r} with its password by {wanted.mechanism}: "
            f"set {USER}, {PASSWORD} and sasl.mechanism {WHERE} ({masked(said)})"
        )
    for server in servers.split(","):
        host, _, port = server.strip().rpartition("://")[2].rpartition(":")
        if port.isdecimal():
            tls.refuse_disagreement(host.strip("[]"), int(port), wanted.context, NAMES)


def who(options: Mapping[str, str]) -> str:
    """Under whose name a client comes, for a sentence."""
    return f"user {options[USER]!r}" if options.get(USER) else f"the holder of {options.get(CERTIFICATE, 'no name')}"


def _protocol(options: Mapping[str, str]) -> str:
    return options.get(PROTOCOL, PROTOCOLS[0]).upper()


def _mechanism(options: Mapping[str, str]) -> str:
    return next((options[name].upper() for name in MECHANISM_NAMES if options.get(name)), "")


def _problems(options: Mapping[str, str]) -> Iterator[str]:
    protocol = _protocol(options)
    foreign = {name for name in options if name.startswith(_ABOUT_SECURITY)} - _UNDERSTOOD
    if foreign:
        yield f"not every Kafka client of Tiltyard can follow {', '.join(sorted(foreign))}: leave it out"
    if protocol not in PROTOCOLS:
        yield f"unknown {PROTOCOL} {protocol!r}: it is one of {', '.join(PROTOCOLS)}"
    yield from _useless(options, protocol)
    if protocol.startswith("SASL"):
        yield from _sasl(options, protocol)
    if options.get(HOST_NAMES, "https") not in {"https", "none"}:
        yield f"{HOST_NAMES} is {options[HOST_NAMES]!r}: it is https, or none to leave host names unchecked"
    if missing := tls.half_of_a_pair({name: bool(options.get(name)) for name in (CERTIFICATE, KEY)}, CERTIFICATE, KEY):
        yield missing
    if options.get(KEY_PASSWORD) and not options.get(KEY):
        yield f"{KEY_PASSWORD} is set and {KEY} is not: name the key's file"


def _useless(options: Mapping[str, str], protocol: str) -> Iterator[str]:
    """Options that the protocol passes over: whoever set them believes in more than there would be."""
    for part, able in (("ssl.", protocol.endswith("SSL")), ("sasl.", protocol.startswith("SASL"))):
        set_for_nothing = sorted(name for name in options if name.startswith(part))
        if set_for_nothing and not able:
            wanted = [name for name in PROTOCOLS if (name.endswith("SSL") if part == "ssl." else name[:4] == "SASL")]
            yield (
                f"{set_for_nothing[0]} is set, but {PROTOCOL} is {protocol}, which makes no use of it: "
                f"set {PROTOCOL} to {' or '.join(wanted)}"
            )


def _sasl(options: Mapping[str, str], protocol: str) -> Iterator[str]:
    mechanism = _mechanism(options)
    if not mechanism:
        yield f"{PROTOCOL} is {protocol} and sasl.mechanism is missing: set it to one of {', '.join(MECHANISMS)}"
    elif mechanism not in MECHANISMS:
        yield f"the Kafka clients of Tiltyard speak SASL {', '.join(MECHANISMS)}, not {mechanism}"
    for name in (USER, PASSWORD):
        if not options.get(name):
            yield f"{PROTOCOL} is {protocol} and {name} is missing: set it"


def _context(options: Mapping[str, str]) -> ssl.SSLContext:
    return tls.context(
        tls.Files(*(options.get(name, "") for name in (CA, CERTIFICATE, KEY, KEY_PASSWORD))),
        check_host_name=options.get(HOST_NAMES, "https") != "none",
    )
