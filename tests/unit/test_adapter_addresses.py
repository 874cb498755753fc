"""From where an announced adapter may be read: what the operator named, said plainly, and nothing else."""

import sys
from pathlib import Path

import pytest

from services.generator.adapter_addresses import Admission
from services.generator.settings import GeneratorSettings

NOTHING_NAMED = Admission()
BUCKET = Admission(("s3://bucket/adapters",))


def test_where_nothing_is_named_any_folder_of_this_machine_is_read(tmp_path: Path) -> None:
    NOTHING_NAMED.require(str(tmp_path / "news"))
    NOTHING_NAMED.require(f"file://{tmp_path}/news")
    NOTHING_NAMED.require("adapters/news")


@pytest.mark.parametrize(
    "location",
    [
        "s3://bucket/adapters/news", "http://localhost/news", "https://host/news", "reference::http://host/x",
        "reference://host", "simplecache::s3://bucket/x", "zip://x::file:///tmp/x.zip", "memory://bucket/a",
        "ftp://user:word@host/x", "github://who:what@main/x", "data://x", "jar://x", "dir://x", "LOCAL:///etc",
        "FILE:///etc", "file://host/etc", "file://../etc", "file:///tmp/%2e%2e/etc", "://x", "a b://x",
    ],
)  # fmt: skip
def test_where_nothing_is_named_no_address_is_read(location: str) -> None:
    with pytest.raises(ValueError, match=r"names them|one address inside another|scheme://place|whole/path"):
        NOTHING_NAMED.require(location)


@pytest.mark.parametrize("location", ["", "x" * 5_000, "a\0b", "a\nb", "s3://bucket/adapters/a\x7f"])
def test_a_location_that_is_no_text_of_one_line_is_refused(location: str) -> None:
    with pytest.raises(ValueError, match="empty, too long or holds characters"):
        BUCKET.require(location)


def test_what_lies_below_a_named_address_is_read() -> None:
    BUCKET.require("s3://bucket/adapters/news-20260101-abcd.1")
    BUCKET.require("s3://bucket/adapters/line/news/")


@pytest.mark.parametrize(
    "location",
    [
        "s3://bucket/adapters", "s3://bucket/adapters/", "s3://bucket/adapters-of-others/news", "s3://bucket/other/news",
        "s3://bucket/adapters/../other", "s3://bucket/adapters/./news", "s3://bucket/adapters//news",
        "s3://bucket/adapters/%2e%2e/other", "s3://bucket/adapters/news?versionId=1", "s3://bucket/adapters/news#x",
        "s3://bucket/adapters/{{news}}", "s3://bucket/adapters/*", "s3://bucket/adapters/a:b@c", "S3://bucket/adapters/a",
        "s3://bucket/adapters/a\\..\\b", "gs://bucket/adapters/news",
    ],
)  # fmt: skip
def test_what_does_not_lie_plainly_below_a_named_address_is_refused(location: str) -> None:
    with pytest.raises(ValueError, match=r"names them|plain names|scheme://place"):
        BUCKET.require(location)


def test_where_folders_are_named_no_other_folder_is_read(tmp_path: Path) -> None:
    named = Admission((str(tmp_path / "registry"), "s3://bucket"))

    named.require(str(tmp_path / "registry" / "news"))
    named.require(f"file://{tmp_path}/registry/news")
    for other in (tmp_path / "registry-2" / "news", tmp_path / "registry" / ".." / "news", Path("/etc")):
        with pytest.raises(ValueError, match=r"names them|'\.\.'"):
            named.require(str(other))


def test_the_folder_of_the_home_is_read_whatever_is_named(tmp_path: Path) -> None:
    BUCKET.require(str(tmp_path / "adapters" / "news"), tmp_path / "adapters")


def test_a_link_out_of_a_named_folder_leads_to_no_other(tmp_path: Path) -> None:
    (tmp_path / "registry").mkdir()
    (tmp_path / "registry" / "news").symlink_to("/etc")

    with pytest.raises(ValueError, match="names them"):
        Admission((str(tmp_path / "registry"),)).require(str(tmp_path / "registry" / "news"))


def test_settings_name_addresses_and_the_most_that_is_read() -> None:
    settings = GeneratorSettings(adapter_addresses="s3://bucket/a, /srv/adapters", adapter_most_mib=2)

    assert settings.admission == Admission(("s3://bucket/a", "/srv/adapters"), 2 * 1024**2)


def test_nothing_is_asked_about_an_address_that_may_not_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from services.generator import adapter_files

    monkeypatch.setitem(sys.modules, "fsspec", None)

    with pytest.raises(ValueError, match="one address inside another"):
        adapter_files.fetch("reference::http://127.0.0.1:9/x", "f" * 64, tmp_path / "cache")
