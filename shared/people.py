"""Who may use the pages: a TOML file of people with their roles, labels and the hashes of their tokens.

pseudonyms = "b1946ac92492d2347c6235b4d2611184"   # any secret of 32 characters or more
everyone = "reader"                                # of whom a proxy names who is not listed; left out: nobody

[people."ada"]
role = "operator"
token_sha256 = "..."
labels = ["desk"]
"""

import hashlib
import hmac
import json
import os
import secrets
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from shared.records import reason_of

Role = Literal["reader", "voter", "reviewer", "operator"]
ROLES: tuple[Role, ...] = get_args(Role)
"""Each may do what those before it may."""
MOST_BYTES = 1024 * 1024
Name = Annotated[str, StringConstraints(pattern=r"^[\w@][\w .@+-]{0,99}$")]
Label = Annotated[str, StringConstraints(min_length=1, max_length=100)]


class Listed(BaseModel):
    """What somebody may do, and see. `token_sha256`: of the token that they sign in with; "" where they have none."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    role: Role
    token_sha256: str = Field(default="", pattern=r"^([0-9a-f]{64})?$")
    labels: tuple[Label, ...] = ()


class People(BaseModel):
    """All of the file. `pseudonyms`: the secret by which votes do not tell whose they are."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)
    pseudonyms: str = Field(min_length=32)
    everyone: Role | None = None
    people: dict[Name, Listed] = {}

    @model_validator(mode="after")
    def _tokens_differ(self) -> "People":
        hashes = [listed.token_sha256 for listed in self.people.values() if listed.token_sha256]
        if len(hashes) != len(set(hashes)):
            raise ValueError("two people have the same token: give each one of their own")
        return self

    def by_token(self, token: str) -> str | None:
        """The name of whoever has this token."""
        digest = sha256_of(token)
        return next((name for name, listed in self.people.items() if listed.token_sha256 == digest), None)

    def named(self, name: str) -> Listed | None:
        """What is listed under a name, or what everyone may; None where that is nothing."""
        known = self.people.get(name)
        return known or (Listed(role=self.everyone) if self.everyone else None)

    def voter(self, name: str) -> str:
        """The pseudonym of a name, from which nobody without the secret finds it."""
        digest = hmac.new(self.pseudonyms.encode(), name.encode(), hashlib.sha256).hexdigest()
        return f"web-{digest[:16]}"


def sha256_of(token: str) -> str:
    """Tokens are drawn by chance and long, so that a plain hash keeps them."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


def read(file: Path) -> People:
    """Raises ValueError that says what to do where it cannot be used."""
    try:
        with file.open("rb") as source:
            text = source.read(MOST_BYTES + 1)
    except OSError as error:
        remedy = "make it with `tiltyard people new NAME --role operator --into FILE`"
        remedy = remedy if isinstance(error, FileNotFoundError | IsADirectoryError) else "let whoever serves read it"
        raise ValueError(f"{file} cannot be read ({error.strerror}): {remedy}") from error
    if len(text) > MOST_BYTES:
        raise ValueError(f"{file} has more than {MOST_BYTES:,} bytes: it is no list of people")
    try:
        return People.model_validate(tomllib.loads(text.decode()))
    except ValidationError as error:
        raise ValueError(f"{file}: {reason_of(error)}") from error
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{file} is no TOML: {error}") from error


def add(file: Path, name: str, role: Role, labels: Sequence[str] = ()) -> str:
    """List somebody in a file, which is made where it is not there; returns the token, which stands nowhere.

    Raises ValueError where the name is listed already or is none, or where the file cannot be used.
    """
    known = read(file) if file.exists() else None
    if known and name in known.people:
        raise ValueError(f"{file} lists {name} already: take the entry out first to give a new token")
    token = secrets.token_urlsafe(32)
    entry = Listed(role=role, token_sha256=sha256_of(token), labels=tuple(labels))
    pseudonyms = known.pseudonyms if known else secrets.token_hex(16)
    try:
        People(pseudonyms=pseudonyms, people={name: entry})
    except ValidationError as error:
        raise ValueError(reason_of(error)) from error
    head = "" if known else f'pseudonyms = "{pseudonyms}"\n'
    _append(file, head + _stanza(name, entry))
    return token


def _append(file: Path, text: str) -> None:
    """Nobody else may read a file that is made here."""
    try:
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "a", encoding="utf-8") as out:
            out.write(text)
    except OSError as error:
        raise ValueError(f"{file} cannot be written: {error.strerror}") from error


def _stanza(name: str, entry: Listed) -> str:
    labels = "".join(f"labels = {json.dumps([*entry.labels], ensure_ascii=False)}\n" if entry.labels else "")
    return f'\n[people."{name}"]\nrole = "{entry.role}"\ntoken_sha256 = "{entry.token_sha256}"\n{labels}'
