"""How a local platform's two servers are reached: as settings of this process, and as an environment for another."""

from services.console.platform import principals
from services.console.platform.ports import HOST
from services.console.platform.principals import Addresses, Principals
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
        self._addresses, self._who = addresses, who

    @property
    def environment(self) -> dict[str, str]:
        """What a process needs in its environment; where the platform is secured it comes as the operator."""
        addresses = {
            "TILTYARD_KAFKA_BOOTSTRAP_SERVERS": f"{HOST}:{self._addresses.kafka}",
            "TILTYARD_CASSANDRA_CONTACT_POINTS": HOST,
            "TILTYARD_CASSANDRA_PORT": str(self._addresses.cassandra),
        }
        return addresses | (OPEN if self._who is None else {SECRETS_DIR: str(self._who.of(OPERATOR))})

    def kafka(self, usual: KafkaSettings, principal: str = OPERATOR) -> KafkaSettings:
        """The usual settings, for this broker."""
        if self._who is not None:
            return principals.seen_from(usual, self._who.of(principal))
        here = {"bootstrap_servers": f"{HOST}:{self._addresses.kafka}", "librdkafka": {}}
        return usual.model_copy(update=here)

    def cassandra(self, usual: CassandraSettings, principal: str = OPERATOR) -> CassandraSettings:
        """The usual settings, for this node."""
        if self._who is not None:
            return principals.seen_from(usual, self._who.of(principal))
        files = dict.fromkeys(("ca_file", "certificate_file", "key_file"))
        fresh = {"username": "", "tls": False} | {
            name: type(usual.password)("") for name in ("password", "key_password")
        }
        here = {"contact_points": HOST, "port": self._addresses.cassandra}
        return usual.model_copy(update=here | fresh | files)
