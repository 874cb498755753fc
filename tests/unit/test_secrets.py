"""Passwords and keys: whatever goes wrong, none of them is shown, logged, kept or passed as an argument."""

import logging
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest
import structlog
from pydantic import SecretStr, ValidationError
from pydantic_settings import BaseSettings

from services.console import app
from services.console.commands import doctor
from services.generator.ports import Chat
from services.generator.settings import GeneratorSettings
from services.generator.tuning.data.teacher_settings import TeacherSettings
from services.generator.tuning.data.teachers import openai as teacher
from services.ingest import feeding
from services.ingest.feed_settings import FeedSettings
from services.ingest.feeds import rss, sql
from services.ingest.ports import FeedSource, FeedUnavailableError
from services.judge.backends import openai as judge
from services.judge.ports import Sheet
from services.judge.settings import JudgeSettings
from shared import encoding, masking, tracebacks
from shared.access import UnreachableError
from shared.kafka import access
from shared.observe import configure_logging
from shared.observe_settings import ObserveSettings
from shared.service import EX_CONFIG, EX_SOFTWARE, job
from shared.settings import EncoderSettings, KafkaSettings
from tests.builders import a_question
from tests.command_line import Ended
from tests.unit.feed_parts import Answer, Reader, Site, a_site
from tests.unit.test_settings import classes

MARK = "m4rk3r"
ADDRESS_SETTINGS = ["TILTYARD_FEED_RSS_URL", "TILTYARD_FEED_SQL_URL"]
SECRET_NAMES = ["password", "api_key", "sql_url", "rss_url", "librdkafka"]
FEED = b"""<rss version="2.0"><channel><title>Desk</title>
<item><guid isPermaLink="false">1</guid><title>A</title><description>It moved.</description></item>
<item><link>page</link><title>B</title><description>It stays.</description></item>
<item><guid>3</guid><title>C</title><description> </description></item></channel></rss>"""


def marked(field: Any) -> Any:
    """A value with the mark in it, as somebody may set it; None where a field can hold none."""
    kind = field.annotation
    if kind is SecretStr:
        return MARK
    if kind is str:
        return f"https://user:{MARK}@host.example/v1?token={MARK}&api_key={MARK}"
    if kind == dict[str, SecretStr]:
        return {"sasl.password": MARK, "ssl.key.pem": MARK}
    return {"api_key": MARK, "nested": {"password": MARK}} if kind == dict[str, Any] else None


def filled(settings: type[BaseSettings]) -> Iterator[BaseSettings]:
    """Settings of a class with each field marked by itself, as far as the field takes it."""
    for name, field in settings.model_fields.items():
        if (value := marked(field)) is not None:
            with suppress(ValidationError):
                yield settings(**{name: value})


@pytest.mark.parametrize("settings", list(classes()), ids=lambda settings: settings.__name__)
def test_settings_can_be_shown(settings: type[BaseSettings]) -> None:
    for made in filled(settings):
        shown = [repr(made), str(made), repr(made.model_dump()), made.model_dump_json(), f"{made.model_dump()}"]
        assert MARK not in " ".join(shown)


def test_every_password_and_key_among_the_settings_is_secret() -> None:
    kinds = {name: field.annotation for settings in classes() for name, field in settings.model_fields.items()}
    named = {name for name in kinds if name in SECRET_NAMES or name.endswith(("_key", "password", "_secret"))}

    assert named >= set(SECRET_NAMES)
    assert {kinds[name] for name in named} == {SecretStr, dict[str, SecretStr]}


def test_a_wrong_setting_is_named_without_its_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TILTYARD_KAFKA_LIBRDKAFKA", f'{{"sasl.password": ["{MARK}"]}}')
    with pytest.raises(ValidationError) as wrong:
        KafkaSettings()
    monkeypatch.setenv("TILTYARD_KAFKA_LIBRDKAFKA", f'{{"sasl.password": "{MARK}"')
    with pytest.raises(ValueError, match="librdkafka") as no_json:
        KafkaSettings()

    assert MARK not in f"{wrong.value}{no_json.value}"


def test_the_client_itself_is_told_the_password() -> None:
    assert KafkaSettings.model_construct(librdkafka={"sasl.password": SecretStr(MARK)}).client_options == {
        "sasl.password": MARK
    }


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://user:{}@news.example/feed", "https://***@news.example/feed"),
        ("https://{}@news.example/feed?page=2", "https://***@news.example/feed?page=2"),
        ("postgresql+psycopg://desk:{}/x@y@db/desk", "postgresql+psycopg://***@db/desk"),
        ("https://n.example/f?a=1&token={}&b=2", "https://n.example/f?a=1&token=***&b=2"),
        ("https://n.example/f?API-Key={},x;y", "https://n.example/f?API-Key=***"),
        ("https://n.example/f?X-Amz-Signature={}#top", "https://n.example/f?X-Amz-Signature=***#top"),
        ("https://n.example/f?accessToken={}", "https://n.example/f?accessToken=***"),
        ("host=db user=desk password={} dbname=x", "host=db user=desk password=*** dbname=x"),
        ("password='{} and more' dbname=x", "password=*** dbname=x"),
        ('{{"sasl.password": "{}"}}', '{{"sasl.password": "***"}}'),
        ("Authorization: Bearer {}-{}", "Authorization: Bearer ***"),
        ("user:{}@news.example/feed: no address", "***@news.example/feed: no address"),
        ("it failed at https://a:{0}@x.example and http://b:{0}@y.example.", "it failed at https://***@x.example and http://***@y.example."),
    ],
)  # fmt: skip
def test_a_text_is_shown_without_its_secrets(text: str, shown: str) -> None:
    once = masking.masked(text.format(MARK, MARK))

    assert once == shown.format()
    assert masking.masked(once) == once


@pytest.mark.parametrize(
    "text",
    [
        "https://mastodon.example/@desk.rss", "http://127.0.0.1:8080/a@b", "max_tokens=5, tokens: 7", "a@b.example",
        "sqlite:////data/key=5/desk.db", "kafka://host:9092,other:9092", "12:30 at the harbour", "https://[::1]:8/x",
    ],
)  # fmt: skip
def test_what_is_no_secret_stays(text: str) -> None:
    assert masking.masked(text) == text
    assert masking.masked_address(text) == text


def address(site: Site) -> str:
    """The site with a password and a token."""
    return f"{site.address.replace('://', f'://desk:{MARK}@')}/feed?token={MARK}"


def test_a_feed_behind_a_password_is_read_and_nothing_of_it_is_kept(capfd: pytest.CaptureFixture[str]) -> None:
    configure_logging("feed", "DEBUG")
    reader = Reader()
    with a_site() as site:
        site.answers[f"/feed?token={MARK}"] = Answer(FEED + b"<broken", headers={"ETag": "v1"})
        feed = rss.build(FeedSource(address(site)), FeedSettings(allow_private_hosts=True))
        documents = reader.read(feed)
    structlog.get_logger().warning("read", feed=feed.name, source=address(site), error=ValueError(address(site)))
    logging.getLogger("library").error("%s", address(site))

    out, err = capfd.readouterr()
    kept = f"{vars(reader.state)} {reader.events} {documents}"
    assert (len(documents), len(reader.bad)) == (3, 1)
    assert MARK not in kept + out + err + feed.name + repr(feed)
    assert "***" in err


def test_another_password_is_the_same_feed_with_the_same_documents() -> None:
    reader, settings = Reader(), FeedSettings(allow_private_hosts=True)
    with a_site() as site:
        passes = []
        for password in ("one", "two"):
            site.answers[f"/feed?token={password}"] = Answer(FEED)
            place = f"{site.address.replace('://', f'://desk:{password}@')}/feed?token={password}"
            passes.append(len(reader.read(rss.build(FeedSource(place), settings))))

    assert passes == [3, 0]


def test_the_name_of_a_feed_without_secrets_is_its_address_as_ever() -> None:
    feed = rss.build(FeedSource("https://news.example/feed?page=2"), FeedSettings())

    assert feed.name == "rss https://news.example/feed?page=2"


def closed_port() -> int:
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


ADDRESSES = [
    "http://desk:{}@127.0.0.1:{}/feed?token={}",
    "http://desk:{}/x@127.0.0.1:{}/feed",
    "http://desk:{} x@127.0.0.1:{}/feed",
    "http://desk:{}@\u2024\u2024.example:{}/feed",
    "http://desk:{}@127.0.0.1:{}x/feed",
]


@pytest.mark.parametrize("place", ADDRESSES)
def test_a_feed_that_cannot_be_asked_is_named_without_its_password(place: str) -> None:
    feed = rss.build(FeedSource(place.format(MARK, closed_port(), MARK)), FeedSettings(allow_private_hosts=True))

    with pytest.raises(FeedUnavailableError) as refused:
        Reader().read(feed)

    assert MARK not in str(refused.value)


@pytest.mark.parametrize("status", [401, 410, 500])
def test_a_feed_that_refuses_is_named_without_its_password(status: int) -> None:
    with a_site() as site:
        site.answers[f"/feed?token={MARK}"] = Answer(b"no", status)
        feed = rss.build(FeedSource(address(site)), FeedSettings(allow_private_hosts=True))
        with pytest.raises((FeedUnavailableError, ValueError), match=str(status)) as refused:
            Reader().read(feed)

    assert MARK not in str(refused.value)


@pytest.mark.parametrize("place", ["desk:{}@news.example/feed", "ftp://desk:{}@news.example/feed?token={}"])
def test_what_is_no_address_of_a_feed_is_named_without_its_password(place: str) -> None:
    with pytest.raises(ValueError, match="http or https") as refused:
        rss.build(FeedSource(place.format(MARK, MARK)), FeedSettings())

    assert MARK not in str(refused.value)


@pytest.mark.parametrize(
    "place",
    [
        "postgresql+psycopg://desk:{}@127.0.0.1:{}/x?password={}", "nonsense://desk:{}@127.0.0.1/x", "desk:{}@db",
        "postgresql+psycopg://desk:{}:x@y@db/x", "postgresql+psycopg://desk@db:{}/x", "sqlite:///{}?password={}",
    ],
)  # fmt: skip
def test_a_database_is_named_without_its_password(place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / str(closed_port())).touch()
    settings = FeedSettings(sql_url=SecretStr(place.format(MARK, closed_port(), MARK)))

    with pytest.raises((FeedUnavailableError, ValueError)) as refused:
        Reader().read(sql.build(FeedSource("", query="SELECT 1 AS id"), settings))

    assert place.startswith("sqlite") or MARK not in str(refused.value)


def test_an_error_of_sql_does_not_show_the_address(tmp_path: Path) -> None:
    (tmp_path / "desk.db").touch()
    place = f"sqlite:///{tmp_path}/desk.db?timeout=3&password={MARK}"

    with pytest.raises((FeedUnavailableError, ValueError, TypeError)) as refused:
        Reader().read(sql.build(FeedSource(place, query="SELECT nothing"), FeedSettings()))

    assert MARK not in str(refused.value)


def test_servers_of_models_are_named_without_their_password() -> None:
    url = f"http://desk:{MARK}@127.0.0.1:{closed_port()}/v1?token={MARK}"
    said: dict[str, Any] = {"url": url, "model": "m", "api_key": SecretStr(MARK), "retries": 0}
    sheet = Sheet("You judge.", "Which?", a_question(), ("a",), {"a": ("a",)})
    asked: list[Callable[[], object]] = [
        lambda: encoding.build(EncoderSettings(variant="openai", **said)),
        lambda: judge.build(JudgeSettings(**said), Path()).judge([sheet]),
        lambda: teacher.build(TeacherSettings(**said), GeneratorSettings(), Path()).ask([Chat("a", "b")]),
        lambda: access.require(KafkaSettings(bootstrap_servers=f"a:{MARK}@127.0.0.1:1", startup_wait_s=0.1), []),
    ]
    for ask in asked:
        with pytest.raises(UnreachableError) as refused:
            ask()
        assert MARK not in str(refused.value)


def test_a_job_says_its_last_words_without_a_secret(capfd: pytest.CaptureFixture[str]) -> None:
    def fail() -> None:
        raise ValueError(f"no answer at https://desk:{MARK}@host/x")

    assert job("feed", fail, ObserveSettings) == EX_CONFIG
    assert MARK not in "".join(capfd.readouterr())


def test_an_error_that_a_job_did_not_expect_keeps_its_traceback_but_no_secret(
    capfd: pytest.CaptureFixture[str],
) -> None:
    def fail() -> None:
        raise KeyError(f"https://desk:{MARK}@host/x")

    assert job("feed", fail, ObserveSettings) == EX_SOFTWARE
    said = "".join(capfd.readouterr())
    assert "in fail" in said
    assert "https://***@host/x" in said
    assert MARK not in said


def test_an_error_that_the_console_did_not_expect_keeps_its_traceback_but_no_secret(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise KeyError(f"https://desk:{MARK}@host/x")

    monkeypatch.setattr(app, "build", lambda: fail)
    monkeypatch.setattr(tracebacks, "mask", lambda: None)
    with pytest.raises(SystemExit, match=str(EX_SOFTWARE)):
        app.main()
    said = "".join(capfd.readouterr())
    assert "https://***@host/x" in said
    assert MARK not in said


ENDINGS = {
    "the process": "raise {}",
    "a thread": "import threading; t = threading.Thread(target=lambda: (_ for _ in ()).throw({})); t.start(); t.join()",
    "a finaliser": "type('F', (), {{'__del__': lambda _: (_ for _ in ()).throw({})}})()",
}


@pytest.mark.parametrize("ending", ENDINGS.values(), ids=list(ENDINGS))
def test_whatever_ends_is_told_without_a_secret(ending: str) -> None:
    error = f"KeyError('https://desk:{MARK}' + '@host/x')"
    program = f"from shared import tracebacks; tracebacks.mask(); {ending.format(error)}"

    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False).stderr

    assert "KeyError: 'https://***@host/x'" in said


def test_the_process_of_a_feed_is_not_given_the_address_as_an_argument(
    tiltyard: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[tuple[Sequence[str], Mapping[str, str]]] = []

    def run(_: object, arguments: Sequence[str], environment: Mapping[str, str]) -> Iterator[Any]:
        started.append((arguments, environment))
        yield from ()

    monkeypatch.setattr("services.console.jobs.run", run)
    url = f"https://desk:{MARK}@news.example/feed"
    tiltyard("feed", "rss", url, "--once")
    tiltyard("feed", "sql", "--url", url, "--query", "SELECT 1", "--once")

    assert [MARK in " ".join(arguments) for arguments, _ in started] == [False, False]
    kept = [environment.get(name) for _, environment in started for name in ADDRESS_SETTINGS if name in environment]
    assert kept == [url, url]


def test_the_job_of_a_feed_takes_its_address_from_the_environment(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TILTYARD_FEED_RSS_URL", f"ftp://desk:{MARK}@news.example/feed")
    monkeypatch.setattr(sys, "argv", ["feeding", "rss", "--once"])

    with pytest.raises(SystemExit) as left:
        feeding.main()

    told = "".join(capfd.readouterr())
    assert (left.value.code, MARK in told, "ftp://***@news.example/feed" in told) == (EX_CONFIG, False, True)


def test_doctor_shows_no_password(tiltyard: Any) -> None:
    ended: Ended = tiltyard(
        "doctor", "--json",
        TILTYARD_KAFKA_BOOTSTRAP_SERVERS=f"https://desk:{MARK}@127.0.0.1:9",
        TILTYARD_CASSANDRA_CONTACT_POINTS=f"desk:{MARK}@127.0.0.1",
        TILTYARD_CASSANDRA_PASSWORD=MARK,
        TILTYARD_KAFKA_LIBRDKAFKA=f'{{"sasl.password": "{MARK}", "security.protocol": "sasl_plaintext"}}',
    )  # fmt: skip

    assert {"broker", "store and schema"} <= {name for name, _ in doctor.CHECKS}
    assert MARK not in ended.stdout + ended.stderr


@pytest.mark.parametrize(
    "text",
    [
        "Incorrect API key provided: {sk-abcdEFGH1234567890abcd}.", "no such model for {hf_abcdefghijklmnopqrstuv}",
        "X-Api-Key: {a1b2c3}", "x-auth-token: {a1b2c3}", "Set-Cookie: {session=a1b2c3}; Path=/",
        "{'api-key': '{a1b2c3}'}",
        "JWT {eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abcdefg} is over", "AccountKey={a1b2c3==}",
    ],
)  # fmt: skip
def test_keys_are_known_by_their_shape_and_their_header(text: str) -> None:
    secret = text.rpartition("{")[2].partition("}")[0]
    said = text.replace(f"{{{secret}}}", secret)

    assert masking.masked(said) == said.replace(secret, masking.MASK)
