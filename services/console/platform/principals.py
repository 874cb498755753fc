"""Who comes to a secured platform, and the folder of each: how to reach the servers, a certificate, and a password.

A folder is what TILTYARD_SECRETS_DIR names. Its files are called as settings are and are their owner's alone.
"""

import json
import os
import secrets
import ssl
from collections.abc import Mapping
from pathlib import Path

from services.console.platform.addresses import Addresses
from services.console.platform.certificates import Authority, write_secret
from shared import grants, kafka_options, renewing, tls
from shared.installation import Installation
from shared.settings import SECRETS_DIR

FOLDER, ADMIN, SERVER, IDENTITY = "security", "admin", "server", "identity.pem"
EVERYONE = (*grants.PRINCIPALS, ADMIN)
PASSWORD = "TILTYARD_CASSANDRA_PASSWORD"  # noqa: S105 (a name)
seen_from = renewing.seen_from


class Principals:
    """The folders under a home, of one installation. `make` writes what is not there, or is not right any more."""

    def __init__(self, home: Path, addresses: Addresses, names: Installation = Installation()) -> None:  # noqa: B008 (a value)
        self.folder, self._addresses, self._names = home / FOLDER, addresses, names
        self.ca, self.server = self.folder / "ca.pem", self.folder / SERVER / IDENTITY

    def make(self) -> None:
        """Certificates and passwords for the servers and everyone; what is there and holds is kept."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        authority = Authority(self.folder)
        authority.issue(self.server, SERVER, *self._addresses.hosts, "localhost")
        for name in EVERYONE:
            authority.issue(self.of(name) / IDENTITY, self._on_certificate(name))
            self._write(name, self.password(name))

    def renew(self, name: str, password: str) -> None:
        """Another certificate and another password; whoever read the folder before goes on with the old ones."""
        (self.of(name) / IDENTITY).unlink(missing_ok=True)
        Authority(self.folder).issue(self.of(name) / IDENTITY, self._on_certificate(name))
        self._write(name, password)

    def user(self, name: str) -> str:
        """On both servers. The administrator is the platform's, whatever installations there are on it."""
        plain = grants.name_of(name)
        return plain if name == ADMIN else self._names.named(plain)

    def of(self, name: str) -> Path:
        """The folder of one of EVERYONE."""
        return self.folder / name

    def trusted(self) -> ssl.SSLContext:
        """To ask the servers whether they answer, as the administrator."""
        identity = str(self.of(ADMIN) / IDENTITY)
        return tls.context(tls.Files(str(self.ca), identity, identity), check_host_name=True)

    def password(self, name: str) -> str:
        """The same for both servers; a new one where there was none."""
        path = self.of(name) / PASSWORD
        return path.read_text(encoding="utf-8") if path.exists() else new_password()

    def _on_certificate(self, name: str) -> str:
        """The broker makes the user of it: of a plain name by itself, else it is the whole user."""
        return self.user(name) if self.user(name) != grants.name_of(name) else name

    def _write(self, name: str, password: str) -> None:
        for setting, value in self._settings(name, password).items():
            write_secret(self.of(name) / setting, value.encode())

    def _settings(self, name: str, password: str) -> Mapping[str, str]:
        user, identity = self.user(name), str(self.of(name) / IDENTITY)
        kafka = {kafka_options.CA: str(self.ca)} | (
            {
                kafka_options.PROTOCOL: "SSL",
                kafka_options.CERTIFICATE: identity,
                kafka_options.KEY: identity,
            }
            if name == ADMIN
            else {
                kafka_options.PROTOCOL: "SASL_SSL",
                kafka_options.MECHANISM_NAMES[0]: "SCRAM-SHA-512",
                kafka_options.USER: user,
                kafka_options.PASSWORD: password,
            }
        )
        port = self._addresses.kafka_mtls if name == ADMIN else self._addresses.kafka
        return {
            **self._addresses.environment,
            "TILTYARD_KAFKA_BOOTSTRAP_SERVERS": self._addresses.brokers(port),
            "TILTYARD_KAFKA_LIBRDKAFKA": json.dumps(kafka),
            "TILTYARD_CASSANDRA_USERNAME": user,
            PASSWORD: password,
            "TILTYARD_CASSANDRA_TLS": "true",
            "TILTYARD_CASSANDRA_CA_FILE": str(self.ca),
            "TILTYARD_CASSANDRA_CERTIFICATE_FILE": identity,
            "TILTYARD_CASSANDRA_KEY_FILE": identity,
        }


def new_password() -> str:
    """32 characters that no file or shell obeys."""
    return secrets.token_urlsafe(24)


def is_secured(home: Path) -> bool:
    """Whether a platform under this home has doors."""
    return (home / FOLDER / "ca.pem").exists()


def own_folder(name: str, environment: Mapping[str, str]) -> Path | None:
    """The folder of a name beside the one that an environment names; None where there is none."""
    given = environment.get(SECRETS_DIR)
    beside = Path(given).parent / name if given else None
    return beside if beside is not None and beside.is_dir() else None


def become(name: str) -> None:
    """Let what this process does from now on be done under a name, where the platform is secured."""
    if folder := own_folder(name, os.environ):
        os.environ[SECRETS_DIR] = str(folder)
