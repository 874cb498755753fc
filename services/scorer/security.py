"""How the broker wants to be spoken to, read from the librdkafka options, for the client that is not librdkafka."""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass

_UNDERSTOOD = {
    "security.protocol", "sasl.mechanism", "sasl.mechanisms", "sasl.username", "sasl.password",
    "ssl.ca.location", "ssl.certificate.location", "ssl.key.location", "ssl.key.password",
    "ssl.endpoint.identification.algorithm",
}  # fmt: skip
_PREFIXES = ("security.", "sasl.", "ssl.")


@dataclass(frozen=True)
class Security:
    """`mechanism` is empty without SASL; `context` is None without TLS."""

    mechanism: str = ""
    username: str = ""
    password: str = ""
    context: ssl.SSLContext | None = None


def security(options: Mapping[str, str]) -> Security:
    """Read the security options; other options concern librdkafka alone.

    Raises ValueError for a security option that could not be honoured: connecting with less would be worse.
    """
    foreign = {name for name in options if name.startswith(_PREFIXES)} - _UNDERSTOOD
    if foreign:
        raise ValueError(f"the scorer cannot follow these Kafka options: {', '.join(sorted(foreign))}")
    protocol = options.get("security.protocol", "PLAINTEXT").upper()
    if protocol not in {"PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"}:
        raise ValueError(f"unknown security.protocol {protocol!r}")
    sasl = protocol.startswith("SASL")
    mechanism = options.get("sasl.mechanism", options.get("sasl.mechanisms", "PLAIN")).upper()
    if sasl and mechanism not in {"PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"}:
        raise ValueError(f"the scorer speaks SASL PLAIN and SCRAM, not {mechanism}")
    return Security(
        mechanism=mechanism if sasl else "",
        username=options.get("sasl.username", ""),
        password=options.get("sasl.password", ""),
        context=_context(options) if protocol.endswith("SSL") else None,
    )


def _context(options: Mapping[str, str]) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=options.get("ssl.ca.location"))
    context.check_hostname = options.get("ssl.endpoint.identification.algorithm", "https") != "none"
    if certificate := options.get("ssl.certificate.location"):
        context.load_cert_chain(certificate, options.get("ssl.key.location"), options.get("ssl.key.password"))
    return context
