"""How a local platform's servers are reached: as settings of this process, and as an environment for another."""

from services.console.platform import principals
from services.console.platform.addresses import Addresses
from services.console.platform.principals import Principals
from shared.grants import OPERATOR
from shared.settings import SECRETS_DIR, CassandraSettings, KafkaSettings

OPEN = {
    SECRETS_DIR: "",
    "TILTYARD_KAFKA_LIBRDKAFKA": "{}",
    "TILTYARD_CASSANDRA_USERNAME": "",
    principals.PASSWORD: "",
    "TILTYARD_CASSANDRA_TLS": "false",
    "TILTYARD_CASSANDRA_CA_FILE": "",
    "TILTYARD_CASSANDRA_CERTIFICATE_FILE": "",
    "TILTYARD_CASSANDRA_KEY_FILE": "",
    "TILTYARD_CASSANDRA_KEY_PASSWORD": "",
}
"""To servers without doors: what a user set for other servers is not shown to these."""


class Connections:
    """`who`: the folders of a secured platform; None where there are no doors."""

    def __init__(self, addresses: Addresses, who: Principals | None) -> None:
        self.addresses, self._who = addresses, who

    @property
    def environment(self) -> dict[str, str]:
        """What a process needs in its environment; where the platform is secured it comes as the operator."""
        return {**self.addresses.environment} | (
            OPEN if self._who is None else {SECRETS_DIR: str(self._who.of(OPERATOR))}
        )

    def kafka(self, usual: KafkaSettings, principal: str = OPERATOR) -> KafkaSettings:
        """The usual settings, for these brokers."""
        if self._who is not None:
            return principals.seen_from(usual, self._who.of(principal))
        return usual.model_copy(update=self.addresses.of_kafka | {"librdkafka": {}})

    def cassandra(self, usual: CassandraSettings, principal: str = OPERATOR) -> CassandraSettings:
        """The usual settings, for these nodes."""
        if self._who is not None:
            return principals.seen_from(usual, self._who.of(principal))
        files = dict.fromkeys(("ca_file", "certificate_file", "key_file"))
        fresh = {"username": "", "tls": False} | {
            name: type(usual.password)("") for name in ("password", "key_password")
        }
        return usual.model_copy(update=self.addresses.of_cassandra | fresh | files)
