"""TLS of the clients of Kafka and Cassandra: whom they trust, who they say they are, and why it fails where it does."""

import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from shared.access import RefusedError

FILES = ("ca_file", "certificate_file", "key_file")
CONNECT_S, ALERT_S = 3.0, 0.5
"""Seconds to connect for a look; seconds in which a server that does not take our certificate says so."""
EXPIRED, EARLY, OTHER_HOST, OTHER_ADDRESS = 10, 9, 62, 64
"""OpenSSL's numbers of what a certificate's verification ended with (X509_V_ERR_*)."""


@dataclass(frozen=True)
class Files:
    """PEM files: the authorities that are trusted (empty: those of the system), an own certificate, and its key."""

    ca: str = ""
    certificate: str = ""
    key: str = ""
    key_password: str = ""


@dataclass(frozen=True)
class Names:
    """How a server is called, and the settings that say: speak TLS, trust these authorities, show this certificate."""

    server: str
    tls: str
    ca: str
    certificate: str


def context(files: Files, *, check_host_name: bool) -> ssl.SSLContext:
    """A client's context that verifies the server's certificate; without `check_host_name` any name in it will do.

    Raises ValueError where a file is not there or holds something else.
    """
    for path in filter(None, (files.ca, files.certificate, files.key)):
        _refuse_absent(path)
    try:
        made = ssl.create_default_context(cafile=files.ca or None)
    except ssl.SSLError as error:
        raise ValueError(f"{files.ca} holds no certificate in PEM: give the file of the authority (CA)") from error
    made.check_hostname = check_host_name
    if files.certificate:
        try:
            made.load_cert_chain(files.certificate, files.key, lambda: files.key_password)
        except ssl.SSLError as error:
            raise ValueError(
                f"{files.certificate} and {files.key} are no certificate with its own key in PEM, or the key's "
                f"password is wrong ({error.reason or 'not readable'})"
            ) from error
    return made


def half_of_a_pair(given: Mapping[str, bool], *pair: str) -> str:
    """What to say where one of two settings that need each other is given alone; empty where all is well."""
    there, missing = ([name for name in pair if given[name] is wanted] for wanted in (True, False))
    return f"{there[0]} is set and {missing[0]} is not: set both" if there and missing else ""


def half_set(given: Mapping[str, bool]) -> str:
    """What to say where of a client's user and TLS only a part is set; `given`: the setting's name -> whether it is."""
    problems = [
        half_of_a_pair(given, "username", "password"),
        half_of_a_pair(given, "certificate_file", "key_file"),
        "key_password is set and key_file is not: name the key's file"
        * (given["key_password"] and not given["key_file"]),
        *(f"{name} is set and tls is not: set tls to true" * given[name] for name in FILES if not given["tls"]),
    ]
    return next(filter(None, problems), "")


def refuse_disagreement(host: str, port: int, trusted: ssl.SSLContext | None, names: Names) -> None:
    """Look whether a server and we agree on TLS. `trusted`: None where we speak none.

    Raises RefusedError with what to do where we do not; returns where we do, or where nobody answers.
    """
    if said := _disagreement(host, port, trusted, names):
        raise RefusedError(f"{names.server} at {host}:{port} {said}")


def _disagreement(host: str, port: int, trusted: ssl.SSLContext | None, names: Names) -> str:
    try:
        with (
            socket.create_connection((host, port), CONNECT_S) as plain,
            (trusted or _any_server()).wrap_socket(plain, server_hostname=host) as secured,
        ):
            if trusted is None:
                return f"speaks TLS, and we are set not to: set {names.tls}"
            secured.settimeout(ALERT_S)
            secured.recv(1)
    except ssl.SSLCertVerificationError as error:
        return _unverified(error, host, names)
    except (ssl.SSLError, ConnectionResetError) as error:
        return "" if trusted is None else _failed(getattr(error, "reason", None) or "it hangs up", names)
    except OSError:  # nobody there; or silence, which means that nothing is wrong
        return ""
    return ""


def _any_server() -> ssl.SSLContext:
    """To find out whether TLS is spoken at all: nothing is sent over it."""
    asking = ssl.create_default_context()
    asking.check_hostname, asking.verify_mode = False, ssl.CERT_NONE
    return asking


def _unverified(error: ssl.SSLCertVerificationError, host: str, names: Names) -> str:
    match error.verify_code:
        case code if code == EXPIRED:
            return "shows a certificate that has expired: have it renewed there"
        case code if code == EARLY:
            return "shows a certificate that is not valid yet: set the clocks of both machines right"
        case code if code in (OTHER_HOST, OTHER_ADDRESS):
            return (
                f"shows a certificate that is not for the name {host}: connect by a name that stands in it, or have "
                "one made with this name"
            )
        case _:
            return (
                f"shows a certificate of an authority that is not trusted here ({error.verify_message}): "
                f"set {names.ca} to the file of its authority"
            )


def _failed(said: str, names: Names) -> str:
    reason = said.replace("_", " ").lower()
    if "alert" in reason:
        return f"does not take our certificate ({reason}): set {names.certificate} and its key to what it trusts"
    return f"does not speak TLS ({reason}): correct the port or have TLS set up there; nothing is sent without"


def _refuse_absent(path: str) -> None:
    try:
        with Path(path).open("rb"):
            pass
    except OSError as error:
        raise ValueError(f"{path} cannot be read ({error.strerror}): give a PEM file") from error
