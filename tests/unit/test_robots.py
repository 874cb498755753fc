"""robots.txt as sites write it (RFC 9309)."""

import time

import pytest

from services.ingest.robots import Rules, parsed

SITE = "https://news.example"


@pytest.mark.parametrize(
    ("rules", "path", "allowed"),
    [
        ("User-agent: *\nDisallow: /private", "/private/1", False),
        ("User-agent: *\nDisallow: /private", "/public", True),
        ("User-agent: *\nDisallow:", "/", True),
        ("\ufeffUser-agent: *\nDisallow: /", "/", False),
        ("User-agent: *\r\rDisallow: /a\r", "/a", False),
        ("user-agent : *\n\n# nobody\nDISALLOW : /a # here", "/a", False),
        ("User-agent: *\nDisallow: /\nAllow: /news/", "/news/1", True),
        ("User-agent: *\nAllow: /news/\nDisallow: /news/old", "/news/old/1", False),
        ("User-agent: *\nDisallow: /a\nAllow: /a", "/a", True),
        ("User-agent: *\nDisallow: /*?print=", "/story?id=1&print=1", True),
        ("User-agent: *\nDisallow: /*print=", "/story?id=1&print=1", False),
        ("User-agent: *\nDisallow: /*.pdf$", "/a.pdf", False),
        ("User-agent: *\nDisallow: /*.pdf$", "/a.pdf.pdf", False),
        ("User-agent: *\nDisallow: /*.pdf$", "/a.pdf?x=1", True),
        ("User-agent: *\nDisallow: /a$", "/a", False),
        ("User-agent: *\nDisallow: /a$", "/ab", True),
        ("User-agent: *\nDisallow: /a*b$", "/ab", False),
        ("User-agent: *\nDisallow: /ab*b$", "/ab", True),
        ("User-agent: *\nDisallow: /*b*b$", "/ab", True),
        ("User-agent: *\nDisallow: /caf%C3%A9", "/café", False),
        ("User-agent: *\nDisallow: /\n\nUser-agent: Tiltyard\nDisallow: /a", "/b", True),
        ("User-agent: Other\nUser-agent: tiltyard/2.0\nDisallow: /a\n\nUser-agent: *\nAllow: /", "/a", False),
        ("User-agent: *\nDisallow: /a\nSitemap: x\nUser-agent: *\nDisallow: /b", "/b", False),
        ("User-agent: tilt\nDisallow: /", "/a", True),
        ("Disallow: /", "/a", True),
        ("<html><body>Not found</body></html>", "/a", True),
    ],
)
def test_of_the_rules_that_fit_a_path_the_longest_counts(rules: str, path: str, allowed: bool) -> None:
    assert parsed(rules, "tiltyard/1.0").allow(SITE + path) is allowed


def test_a_pause_is_read_in_seconds_and_a_strange_one_is_none() -> None:
    assert [parsed(f"User-agent: *\nCrawl-delay: {written}", "tiltyard").delay_s for written in ("2.5", "10", "ten")] \
        == [2.5, 10.0, 0.0]  # fmt: skip


def test_a_rule_of_many_stars_is_read_in_no_time() -> None:
    since = time.monotonic()

    assert Rules(disallowed=("/" + "*a" * 100_000 + "b$",)).allow(f"{SITE}/{'a' * 100_000}")
    assert time.monotonic() - since < 5
