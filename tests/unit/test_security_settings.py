"""Settings of TLS and of who we are: half set, they are refused with what is missing; whole, all clients take them."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from shared.kafka_options import security
from shared.observe_settings import ObserveSettings
from shared.records import wrong_settings
from shared.service import EX_CONFIG, guarded
from shared.settings import SECRETS_DIR, CassandraSettings, KafkaSettings
from tests.cases import every_case
from tests.command_line import Ended
from tests.tls_servers import Authority

SCRAM = {
    "security.protocol": "SASL_SSL", "sasl.mechanism": "SCRAM-SHA-512", "sasl.username": "u", "sasl.password": "p",
}  # fmt: skip


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path / "authority")


def kafka_of(options: dict[str, str]) -> KafkaSettings:
    return KafkaSettings(librdkafka={name: SecretStr(value) for name, value in options.items()})


def without(name: str) -> dict[str, str]:
    return {option: value for option, value in SCRAM.items() if option != name}


def test_both_kafka_clients_are_told_the_same() -> None:
    assert security({}).context is None
    assert security({"compression.type": "zstd"}).mechanism == ""
    wanted = security(SCRAM | {"ssl.endpoint.identification.algorithm": "none"})
    assert (wanted.mechanism, wanted.username, wanted.password) == ("SCRAM-SHA-512", "u", "p")
    assert wanted.context is not None
    assert not wanted.context.check_hostname


def test_host_names_are_checked_unless_somebody_says_no(authority: Authority) -> None:
    checked = security(SCRAM | {"ssl.ca.location": str(authority.file)}).context
    assert checked is not None
    assert checked.check_hostname
    assert CassandraSettings(tls=True).check_host_name


def test_half_set_security_of_kafka_is_refused_with_what_is_missing(authority: Authority, tmp_path: Path) -> None:
    (tmp_path / "no.pem").write_text("nothing")
    own, absent, ca = str(authority.issue("me")), str(tmp_path / "absent.pem"), "ssl.ca.location"
    refused = {
        "sasl.username is missing": without("sasl.username"),
        "sasl.password is missing": without("sasl.password"),
        "sasl.mechanism is missing: set it to one of PLAIN": without("sasl.mechanism"),
        "ssl.ca.location is set, but security.protocol is PLAINTEXT": {ca: str(authority.file)},
        "sasl.mechanism is set, but security.protocol is SSL": SCRAM | {"security.protocol": "SSL"},
        "set security.protocol to SSL or SASL_SSL": SCRAM | {"security.protocol": "SASL_PLAINTEXT", ca: own},
        "ssl.certificate.location is set and ssl.key.location is not": SCRAM | {"ssl.certificate.location": own},
        "ssl.key.password is set and ssl.key.location is not": SCRAM | {"ssl.key.password": "p"},
        f"{absent} cannot be read": SCRAM | {ca: absent},
        "no.pem holds no certificate": SCRAM | {ca: str(tmp_path / "no.pem")},
        "are no certificate with its own key": SCRAM
        | {"ssl.certificate.location": str(authority.file), "ssl.key.location": own},
        "unknown security.protocol 'TELNET'": {"security.protocol": "telnet"},
        "not GSSAPI": SCRAM | {"sasl.mechanism": "GSSAPI"},
        "follow ssl.keystore.location": SCRAM | {"ssl.keystore.location": own},
        "follow enable.ssl.certificate.verification": SCRAM | {"enable.ssl.certificate.verification": "false"},
        "is 'htps'": SCRAM | {"ssl.endpoint.identification.algorithm": "htps"},
    }
    with every_case() as case:
        for said, options in refused.items():
            with case(said):
                with pytest.raises(ValidationError) as told:
                    kafka_of(options)
                assert said in wrong_settings(told.value)


def test_half_set_security_of_cassandra_is_refused_with_what_is_missing(authority: Authority, tmp_path: Path) -> None:
    own, absent = authority.issue("me"), tmp_path / "absent.pem"
    refused: dict[str, dict[str, object]] = {
        "username is set and password is not": {"username": "u"},
        "password is set and username is not": {"password": "p"},
        "certificate_file is set and key_file is not": {"tls": True, "certificate_file": own},
        "key_file is set and certificate_file is not": {"tls": True, "key_file": own},
        "key_password is set and key_file is not": {"tls": True, "key_password": "p"},
        "ca_file is set and tls is not: set tls to true": {"ca_file": authority.file},
        f"{absent} cannot be read": {"tls": True, "ca_file": absent},
    }
    with every_case() as case:
        for said, given in refused.items():
            with case(said):
                with pytest.raises(ValidationError) as told:
                    CassandraSettings(**given)  # type: ignore[arg-type]
                assert said in wrong_settings(told.value)


def test_a_service_and_a_command_end_with_78_and_one_line_of_what_is_missing(
    tiltyard: Any, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    options = '{"security.protocol": "SASL_SSL", "sasl.mechanism": "PLAIN"}'
    monkeypatch.setenv("TILTYARD_KAFKA_LIBRDKAFKA", options)
    served = guarded("any", lambda _: [KafkaSettings()].clear(), ObserveSettings)
    told = "".join(capfd.readouterr())
    commanded: Ended = tiltyard("results", TILTYARD_KAFKA_LIBRDKAFKA=options)

    said = "KafkaSettings: security.protocol is SASL_SSL and sasl.username is missing: set it"
    assert (served, said in told, commanded.returncode, said in commanded.stderr) == (EX_CONFIG, True, EX_CONFIG, True)
    assert "Traceback" not in told + commanded.stderr


def test_a_folder_of_secrets_goes_before_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "TILTYARD_CASSANDRA_USERNAME").write_text("judge\n")
    (tmp_path / "tiltyard_cassandra_password").write_text("s3cret\n")
    monkeypatch.setenv(SECRETS_DIR, str(tmp_path))
    monkeypatch.setenv("TILTYARD_CASSANDRA_USERNAME", "somebody")

    settings = CassandraSettings()

    assert (settings.username, settings.password.get_secret_value()) == ("judge", "s3cret")
    assert "s3cret" not in f"{settings!r} {settings.model_dump()}"


def test_a_folder_of_secrets_that_is_not_there_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SECRETS_DIR, str(tmp_path / "away"))

    with pytest.raises(ValueError, match="away, which is no folder"):
        KafkaSettings()
