"""An authority of this machine's own, and the certificates that it gives to servers and to whoever comes to them."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import trustme
from cryptography import x509
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

LIFETIME, RENEWED = timedelta(days=365), timedelta(days=30)
"""How long a certificate holds, and how long before its end a new one is made."""
OWNER = "Tiltyard, local platform"


class Authority:
    """Kept in a folder: `ca.pem` for everyone, `ca-key.pem` for its owner alone. Made where it is not there."""

    def __init__(self, folder: Path) -> None:
        self.file, key = folder / "ca.pem", folder / "ca-key.pem"
        if self.file.exists() and key.exists():
            self._authority = trustme.CA.from_pem(self.file.read_bytes(), key.read_bytes())
            return
        self._authority = trustme.CA(organization_name=OWNER)
        write_secret(key, self._authority.private_key_pem.bytes())
        self.file.write_bytes(self._authority.cert_pem.bytes())

    def issue(self, path: Path, name: str, *hosts: str, now: datetime | None = None) -> None:
        """Write a key and its certificate, unless one stands there that holds for a while.

        `name` is who shows it (the certificate's common name), `hosts` the names and addresses that it is for.
        """
        now = now or datetime.now(UTC)
        if path.exists() and _ends(path) - now > RENEWED:
            return
        made = self._authority.issue_cert(
            *(hosts or (name,)),
            common_name=name,
            not_before=now - timedelta(hours=1),
            not_after=now + LIFETIME,
        )
        key = load_pem_private_key(made.private_key_pem.bytes(), None)
        # Java reads a key in this form alone; it takes the key and its certificate from one file.
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        write_secret(path, pem + b"".join(part.bytes() for part in made.cert_chain_pems))


def write_secret(path: Path, content: bytes) -> None:
    """Replace a file at once with one that its owner alone may read; its folder is the owner's alone too."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    unfinished = path.with_name(f".{path.name}.new")
    unfinished.unlink(missing_ok=True)
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
    unfinished.replace(path)


def _ends(path: Path) -> datetime:
    return x509.load_pem_x509_certificates(path.read_bytes())[0].not_valid_after_utc
