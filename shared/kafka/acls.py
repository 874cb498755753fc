"""Users and grants of a broker, made by an administrator's client."""

from collections.abc import Iterable, Mapping
from concurrent.futures import Future
from typing import Any

from shared.access import RefusedError
from shared.grants import KafkaGrant, name_of
from shared.installation import Installation
from shared.kafka import access, client
from shared.kafka.confluent import (
    AclBinding,
    AclOperation,
    AclPermissionType,
    ResourcePatternType,
    ResourceType,
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialUpsertion,
)
from shared.settings import KafkaSettings

ASK_S = 20.0


def apply(settings: KafkaSettings, grants: Iterable[KafkaGrant]) -> None:
    """Grant them; what is granted already stays. Raises what `access.require` raises, RefusedError where it may not."""
    access.require(settings, [])
    asker = client.admin(settings)
    bindings = [_binding(grant, settings.installation) for grant in grants]
    _finish(asker.create_acls(bindings, request_timeout=ASK_S).values())


def set_passwords(settings: KafkaSettings, passwords: Mapping[str, str]) -> None:
    """Make users with these passwords (SCRAM-SHA-512), or give the users that there are these passwords."""
    access.require(settings, [])
    asker = client.admin(settings)
    wanted = [_credential(user, password) for user, password in passwords.items()]
    _finish(asker.alter_user_scram_credentials(wanted, request_timeout=ASK_S).values())


def _finish(asked: Iterable["Future[Any]"]) -> None:
    """Wait for what was asked. Raises RefusedError in the broker's words where it does not do it."""
    try:
        for made in asked:
            made.result()
    except client.KafkaException as error:
        raise RefusedError(
            f"Kafka neither makes users nor grants anything for this account: {error.args[0].str()}"
        ) from error


def _binding(grant: KafkaGrant, names: Installation) -> AclBinding:
    """Something that a user may do from anywhere."""
    pattern = ResourcePatternType.PREFIXED if grant.prefixed else ResourcePatternType.LITERAL
    able = AclOperation[grant.operation], AclPermissionType.ALLOW
    kind, user = ResourceType[grant.resource.upper()], f"User:{names.named(name_of(grant.principal))}"
    return AclBinding(kind, names.named(grant.name), pattern, user, "*", *able)


def _credential(user: str, password: str) -> Any:
    """A password as SCRAM-SHA-512 keeps it."""
    return UserScramCredentialUpsertion(
        user, ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4096), password.encode()
    )


def described(grant: KafkaGrant, names: Installation) -> dict[str, Any]:
    """With the names that the broker knows."""
    return grant._asdict() | {"name": names.named(grant.name), "user": names.named(name_of(grant.principal))}


def line_of(grant: KafkaGrant, names: Installation) -> str:
    """As options of Kafka's own tool, `kafka-acls.sh`."""
    pattern = " --resource-pattern-type prefixed" if grant.prefixed else ""
    operation = "".join(part.capitalize() for part in grant.operation.split("_"))
    return (
        f"--add --allow-principal User:{names.named(name_of(grant.principal))} --operation {operation} "
        f"--{grant.resource} {names.named(grant.name)}{pattern}"
    )
