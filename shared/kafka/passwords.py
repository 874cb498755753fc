"""Clients that run are told when another password stands in the folder of secrets: for connections from then on."""

import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol, TypeVar
from weakref import WeakKeyDictionary

import structlog

from shared.kafka_options import USER
from shared.renewing import kafka_password, written
from shared.settings import SECRETS_DIR, KafkaSettings

EVERY_S = 2.0
log = structlog.get_logger()


class Renewable(Protocol):
    """As the library's clients are; a connection that is open stays open."""

    def set_sasl_credentials(self, username: str, password: str) -> None: ...


C = TypeVar("C", bound=Renewable)


class Passwords:
    """Looks after clients for as long as somebody holds them. `read`: the password of such settings now."""

    def __init__(self, read: Callable[[KafkaSettings], str] = kafka_password) -> None:
        self._read, self._lock = read, threading.Lock()
        self._clients: WeakKeyDictionary[Renewable, tuple[KafkaSettings, str]] = WeakKeyDictionary()

    def follow(self, client: Renewable, settings: KafkaSettings, password: str) -> None:
        """`password`: the one that it was made with."""
        with self._lock:
            self._clients[client] = settings, password

    def look(self) -> None:
        """Tell each client whose password is another one by now."""
        with self._lock:
            known = list(self._clients.items())
        renewed, read = set[str](), dict[int, str]()
        for client, (settings, before) in known:
            user = settings.client_options[USER]
            if id(settings) not in read:
                read[id(settings)] = self._read(settings)
            if (now := read[id(settings)]) != before:
                with suppress(RuntimeError):  # it is just closed
                    client.set_sasl_credentials(user, now)
                self.follow(client, settings, now)
                renewed.add(user)
        for user in sorted(renewed):
            log.info("password renewed", user=user)

    def run(self) -> None:
        """Look when a file of the folder was written, for as long as the process lives."""
        seen = None
        while True:
            if (now := written()) != seen:
                self.look()
                seen = now
            time.sleep(EVERY_S)


_passwords = Passwords()
_running = threading.Lock()


def followed(client: C, settings: KafkaSettings, password: str) -> C:
    """The client, which from now on is told of another than this password, where passwords come from a folder."""
    if password and os.environ.get(SECRETS_DIR):
        _passwords.follow(client, settings, password)
        if _running.acquire(blocking=False):
            threading.Thread(target=_passwords.run, name="passwords", daemon=True).start()
    return client
