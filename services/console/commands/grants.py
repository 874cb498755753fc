"""`tiltyard grants`: who must be able to do what on Kafka and Cassandra, printed or granted."""

from typing import Annotated

import typer

from services.console import output
from services.console.platform import principals
from shared import grants
from shared.cassandra import roles
from shared.kafka import acls
from shared.settings import CassandraSettings, KafkaSettings

Apply = Annotated[bool, typer.Option("--apply", help="Grant it, with an administrator's account on both servers.")]


def register(app: typer.Typer) -> None:
    app.command(name="grants")(show)


def show(apply: Apply = False, json: output.Json = False) -> None:
    """Print what each service, operators and setup need: options of kafka-acls.sh, and CQL. Nothing else is needed.

    Users and roles are called tiltyard-<service>, after the prefix if there is one. Run it again after
    `tiltyard setup` and after a new encoder.

    Example: tiltyard grants --json
    """
    kafka, cassandra = KafkaSettings(), CassandraSettings()
    on_kafka, on_cassandra = grants.on_kafka(kafka.group_prefix), grants.on_cassandra()
    if apply:
        return _apply(on_kafka, on_cassandra)
    if json:
        return output.as_json(
            {
                "kafka": [acls.described(grant, kafka.installation) for grant in on_kafka],
                "cassandra": [roles.described(grant, cassandra) for grant in on_cassandra],
            }
        )
    for grant in on_kafka:
        output.say(acls.line_of(grant, kafka.installation))
    for right in on_cassandra:
        output.say(f"{roles.statement(right, cassandra)};")
    return None


def _apply(on_kafka: tuple[grants.KafkaGrant, ...], on_cassandra: tuple[grants.CassandraGrant, ...]) -> None:
    principals.become(principals.ADMIN)
    acls.apply(KafkaSettings(), on_kafka)
    absent = roles.apply(CassandraSettings(), on_cassandra)
    output.say(f"granted: {len(on_kafka)} on Kafka, {len(on_cassandra)} on Cassandra")
    if absent:
        output.say(f"not there yet: {', '.join(absent)}. Run `tiltyard setup`, then this again.")
