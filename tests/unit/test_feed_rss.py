"""RSS and Atom: asked conditionally and politely, bounded, and never from an address that is not public."""

import gzip
import ipaddress
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from services.ingest import feed_entries
from services.ingest.feed_settings import FeedSettings
from services.ingest.feeds import rss
from services.ingest.fetching import RefusedError, fetch, is_public
from services.ingest.ports import Feed, FeedSource, FeedUnavailableError
from shared.records import InvalidMessageError
from tests.builders import NOON
from tests.unit.feed_parts import Answer, Reader, Site, a_site

PAGE = b"<html><body><article><p>The whole story of the lock, told at length.</p></article></body></html>"


@pytest.fixture
def site() -> Iterator[Site]:
    with a_site() as site:
        site.answers["/robots.txt"] = Answer(b"", 404)
        yield site


def a_feed(*entries: str) -> bytes:
    return f'<rss version="2.0"><channel><title>Wire</title>{"".join(entries)}</channel></rss>'.encode()


def an_entry(number: int, text: str = "The lock is shut.", link: str = "") -> str:
    return (
        f"<item><guid>n-{number}</guid><title>Story {number}</title><description>{text}</description>"
        f"<link>{link}</link><pubDate>Mon, 03 Mar 2025 1{number}:00:00 GMT</pubDate></item>"
    )


def follow(site: Site, pauses: list[float] | None = None, **changes: Any) -> Feed:
    settings = FeedSettings(allow_private_hosts=True, **changes)
    waited = pauses if pauses is not None else []
    return rss.build(FeedSource(f"{site.address}/feed", pause=waited.append), settings)


def test_entries_become_documents_oldest_first_with_the_time_they_were_seen(site: Site) -> None:
    site.answers["/feed"] = Answer(a_feed(an_entry(2), an_entry(1)))

    first, second = Reader().read(follow(site))

    assert (first.title, second.title) == ("Story 1", "Story 2")
    assert first.document_id.startswith("rss:")
    assert first.document_id.endswith("/n-1")
    assert (first.text, first.content_type) == ("The lock is shut.", "text/html")
    assert first.published_at is not None
    assert first.published_at.hour == 11
    assert first.first_seen_at is not None
    assert first.first_seen_at > NOON


def test_atom_is_read_like_rss(site: Site) -> None:
    entry = (
        "<entry><id>urn:1</id><title>T</title><updated>2025-03-03T11:00:00Z</updated><content>Text</content></entry>"
    )
    site.answers["/feed"] = Answer(f'<feed xmlns="http://www.w3.org/2005/Atom">{entry}</feed>'.encode())

    assert [(made.text, made.content_type) for made in Reader().read(follow(site))] == [("Text", "text/plain")]


def test_an_unchanged_feed_is_not_sent_again_also_after_a_restart(site: Site) -> None:
    site.answers["/feed"] = Answer(a_feed(an_entry(1)), headers={"ETag": '"v1"'})
    reader = Reader()
    assert len(reader.read(follow(site))) == 1

    site.answers["/feed"].body = a_feed(an_entry(1), an_entry(2))  # the same ETag: the server says that nothing changed
    assert reader.read(follow(site)) == []


def test_an_entry_that_changes_is_published_again_and_the_others_are_not(site: Site) -> None:
    reader = Reader()
    site.answers["/feed"] = Answer(a_feed(an_entry(1), an_entry(2)))
    before = reader.read(follow(site))

    site.answers["/feed"] = Answer(a_feed(an_entry(1, "The lock is open."), an_entry(2)))
    (changed,) = reader.read(follow(site))

    assert changed.document_id == before[1].document_id.replace("n-2", "n-1")
    assert changed.text == "The lock is open."
    assert changed.first_seen_at is not None
    assert before[0].first_seen_at is not None
    assert changed.first_seen_at > before[0].first_seen_at


def test_an_entry_that_leaves_the_feed_is_not_retracted(site: Site) -> None:
    reader = Reader()
    site.answers["/feed"] = Answer(a_feed(an_entry(1), an_entry(2)))
    reader.read(follow(site))

    site.answers["/feed"] = Answer(a_feed(an_entry(2)))
    assert reader.read(follow(site)) == []


def test_two_feeds_cannot_claim_each_others_ids(site: Site) -> None:
    site.answers["/feed"] = site.answers["/other"] = Answer(a_feed(an_entry(1)))
    other = rss.build(FeedSource(f"{site.address}/other"), FeedSettings(allow_private_hosts=True))

    assert Reader().read(follow(site))[0].document_id != Reader().read(other)[0].document_id


@pytest.mark.parametrize(
    "body", [b"<html><body>no feed here</body></html>", b"", b"\x00\xff\x00", b"http://127.0.0.1:1/feed", b"/etc/hosts"]
)
def test_what_is_no_feed_is_tried_again_later(site: Site, body: bytes) -> None:
    site.answers["/feed"] = Answer(body)

    with pytest.raises(FeedUnavailableError, match="is no RSS or Atom feed"):
        Reader().read(follow(site))
    assert site.asked == ["/feed"]


def test_a_malformed_feed_is_read_as_far_as_possible_and_reported(site: Site) -> None:
    site.answers["/feed"] = Answer(a_feed(an_entry(1), an_entry(2)).replace(b"</channel></rss>", b"<oops"))
    reader = Reader()

    assert len(reader.read(follow(site))) == 2
    assert "malformed" in reader.bad[0]


def test_a_bad_entry_is_reported_once_and_the_rest_goes_on(site: Site) -> None:
    empty = "<item><guid>e</guid></item>"
    site.answers["/feed"] = Answer(a_feed(an_entry(1), empty, an_entry(2)))
    reader = Reader()

    assert len(reader.read(follow(site))) == 2
    assert reader.bad == [f"{site.address}/feed {site.address.replace('http:', 'https:')}/e: there is no text"]
    assert reader.counts(follow(site)).bad == 0


def test_an_answer_that_is_too_large_is_cut_and_only_whole_entries_count(site: Site) -> None:
    body = a_feed(*(an_entry(number) for number in range(1, 9)))
    site.answers["/feed"] = Answer(body)
    reader = Reader()

    made = reader.read(follow(site, max_feed_bytes=len(body) // 2))

    assert 2 <= len(made) <= 4
    assert {document.text for document in made} == {"The lock is shut."}
    assert "cut at" in reader.bad[0]


def test_a_packed_answer_is_unpacked_no_further_than_the_limit(site: Site) -> None:
    packed = gzip.compress(b"<rss>" + b" " * 50_000_000)
    site.answers["/feed"] = Answer(packed, headers={"Content-Encoding": "gzip"})

    page = fetch(f"{site.address}/feed", FeedSettings(allow_private_hosts=True), most_bytes=1_000)

    assert (len(page.body), page.whole) == (1_000, False)


def test_a_packing_that_was_not_asked_for_is_refused(site: Site) -> None:
    site.answers["/feed"] = Answer(b"xx", headers={"Content-Encoding": "br"})

    with pytest.raises(RefusedError, match="was not asked for"):
        Reader().read(follow(site))


def test_a_server_that_does_not_finish_is_left(site: Site) -> None:
    hold = threading.Event()
    site.answers["/feed"] = Answer(a_feed(an_entry(1)), hold=hold)

    with pytest.raises(FeedUnavailableError, match=r"no whole answer within 0\.3 s"):
        Reader().read(follow(site, timeout_s=0.3))
    hold.set()


@pytest.mark.parametrize("status", [404, 500, 503])
def test_an_answer_without_a_feed_says_its_status_and_how_long_to_wait(site: Site, status: int) -> None:
    site.answers["/feed"] = Answer(b"", status, {"Retry-After": "77"})

    with pytest.raises(FeedUnavailableError, match=f"status {status}") as raised:
        Reader().read(follow(site))
    assert raised.value.retry_after_s == 77


def test_an_absent_server_is_told_by_its_address() -> None:
    feed = rss.build(FeedSource("http://127.0.0.1:1/feed"), FeedSettings(allow_private_hosts=True))

    with pytest.raises(FeedUnavailableError, match=r"http://127\.0\.0\.1:1/feed: ConnectError"):
        Reader().read(feed)


def test_redirects_are_followed_up_to_their_limit(site: Site) -> None:
    site.answers["/feed"] = Answer(status=301, headers={"Location": "/moved"})
    site.answers["/moved"] = Answer(a_feed(an_entry(1)))

    assert len(Reader().read(follow(site, redirects=1))) == 1
    with pytest.raises(RefusedError, match="more than 0 redirects"):
        Reader().read(follow(site, redirects=0))


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1/feed", "http://localhost/feed", "http://[::1]/feed", "http://2130706433/"]
)
def test_an_address_of_this_machine_is_refused(url: str) -> None:
    with pytest.raises(RefusedError, match="not public"):
        Reader().read(rss.build(FeedSource(url), FeedSettings()))


def test_a_redirect_to_a_private_address_is_refused(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.answers["/feed"] = Answer(status=302, headers={"Location": "http://169.254.169.254/latest/meta-data"})
    public = {"127.0.0.1"}
    monkeypatch.setattr(
        "services.ingest.fetching.is_public", lambda address: str(address) in public or is_public(address)
    )

    with pytest.raises(RefusedError, match=r"169\.254\.169\.254 is 169\.254\.169\.254, which is not public"):
        Reader().read(rss.build(FeedSource(f"{site.address}/feed"), FeedSettings()))
    assert site.asked == ["/feed"]


def test_a_redirect_to_another_scheme_is_refused(site: Site) -> None:
    site.answers["/feed"] = Answer(status=302, headers={"Location": "file:///etc/hosts"})

    with pytest.raises(FeedUnavailableError, match="file"):
        Reader().read(follow(site))


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True), ("2606:4700::1", True), ("10.0.0.1", False), ("100.64.0.1", False), ("0.1.2.3", False),
        ("169.254.169.254", False), ("224.0.0.1", False), ("::1", False), ("fe80::1", False), ("fd00::1", False),
        ("::ffff:127.0.0.1", False), ("64:ff9b::7f00:1", False), ("2002:7f00:1::", False), ("::ffff:8.8.8.8", True),
    ],
)  # fmt: skip
def test_an_address_is_public_only_if_what_it_hides_is(address: str, public: bool) -> None:
    assert is_public(ipaddress.ip_address(address)) is public


def test_only_http_addresses_are_feeds() -> None:
    with pytest.raises(ValueError, match="http or https address"):
        rss.build(FeedSource("file:///etc/hosts"), FeedSettings())


def test_article_pages_are_fetched_at_a_pace_and_never_twice(site: Site) -> None:
    site.answers["/feed"] = Answer(a_feed(*(an_entry(n, link=f"{site.address}/story/{n}") for n in (1, 2, 3))))
    site.answers |= {f"/story/{number}": Answer(PAGE, headers={"Content-Type": "text/html"}) for number in (1, 2, 3)}
    reader, pauses = Reader(), list[float]()

    made = reader.read(follow(site, pauses, articles=True, article_pause_s=3))

    assert [(document.text, document.content_type) for document in made] == [(PAGE.decode(), "text/html")] * 3
    assert pauses == [3, 3]
    assert reader.read(follow(site, articles=True)) == []
    assert site.asked.count("/story/1") == 1


def test_pages_above_the_number_of_a_pass_wait_for_the_next_one(site: Site) -> None:
    links = (1, 2, 3)
    feed = a_feed(*(an_entry(n, link=f"{site.address}/story/{n}") for n in links))
    site.answers["/feed"] = Answer(feed, headers={"ETag": '"v1"'})
    site.answers |= {f"/story/{number}": Answer(PAGE) for number in links}
    reader = Reader()

    passes = [len(reader.read(follow(site, articles=True, max_articles=2))) for _ in range(3)]

    assert passes == [2, 1, 0]


def test_what_robots_txt_forbids_is_not_asked_for_and_the_entrys_own_text_is_taken(site: Site) -> None:
    site.answers["/robots.txt"] = Answer(b"User-agent: *\nDisallow: /story\nCrawl-delay: 5")
    site.answers["/feed"] = Answer(a_feed(an_entry(1, link=f"{site.address}/story/1")))
    reader = Reader()

    assert [document.text for document in reader.read(follow(site, articles=True))] == ["The lock is shut."]
    assert reader.bad == [f"{site.address}/story/1: robots.txt does not allow it"]
    assert "/story/1" not in site.asked


def test_a_page_that_fails_for_now_is_asked_for_again_and_one_that_is_gone_is_not(site: Site) -> None:
    links = [an_entry(1, link=f"{site.address}/story/1"), an_entry(2, link=f"{site.address}/gone")]
    site.answers["/feed"] = Answer(a_feed(*links), headers={"ETag": '"v1"'})
    site.answers["/story/1"] = Answer(b"", 503)
    reader = Reader()
    assert [document.text for document in reader.read(follow(site, articles=True))] == ["The lock is shut."] * 2

    site.answers["/story/1"] = Answer(PAGE)
    assert [document.text for document in reader.read(follow(site, articles=True))] == [PAGE.decode()]
    assert site.asked.count("/gone") == 1


def published_of(site: Site, *entries: str, **changes: Any) -> list[Any]:
    site.answers["/feed"] = Answer(a_feed(*entries))
    return sorted(Reader().read(follow(site, **changes)), key=lambda document: document.title)


def test_entries_that_share_an_id_or_a_link_are_documents_of_their_own_and_come_once(site: Site) -> None:
    shared = {
        "an id": [
            f"<item><guid>N/A</guid><title>T{n}</title><description>Text {n}</description></item>" for n in (1, 2)
        ],
        "a link": [
            f"<item><link>/</link><title>T{n}</title><description>Text {n}</description></item>" for n in (1, 2)
        ],
        "all but the text": [f"<item><title>T</title><description>Text {n}</description></item>" for n in (1, 2)],
    }
    for what, entries in shared.items():
        reader = Reader()
        site.answers["/feed"] = Answer(a_feed(*entries))

        assert len(reader.read(follow(site))) == 2, what
        assert reader.read(follow(site)) == [], what


def test_an_id_that_moves_from_http_to_https_is_the_same_document(site: Site) -> None:
    names = set()
    for scheme in ("http", "https"):
        entry = f"<item><guid>{scheme}://news.example/7</guid><title>T</title><description>Text</description></item>"
        names |= {document.document_id for document in published_of(site, entry)}

    assert len(names) == 1


def test_a_date_that_cannot_be_right_costs_no_document_and_leaves_a_mark(site: Site) -> None:
    dates = ["0000-00-00 00:00:00", "9999-12-31T23:59:59-05:00", "Wed, 06 Mar 2999 09:05:00 GMT", "someday"]
    entries = [
        f"<item><guid>{n}</guid><title>T{n}</title><description>Text</description><pubDate>{written}</pubDate></item>"
        for n, written in enumerate([*dates, "Wed, 06 Mar 2024 09:05:00 AEST"])
    ]

    *marked, right = published_of(site, *entries)

    assert [(document.published_at, document.tags) for document in marked] == [(None, ("undated",))] * len(dates)
    assert right.published_at is not None
    assert (right.published_at.isoformat(), right.tags) == ("2024-03-05T23:05:00+00:00", ())


def test_whatever_reading_an_entry_raises_is_its_own_fault_and_named(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def title(entry: Any) -> str:
        if entry["title"] == "Story 2":
            raise RecursionError("deep")
        return str(entry["title"])

    monkeypatch.setattr(feed_entries, "title", title)
    monkeypatch.setattr(feed_entries, "read_apart", lambda _, read, *given: read(*given))  # in this process
    reader = Reader()
    site.answers["/feed"] = Answer(a_feed(an_entry(1), an_entry(2), an_entry(3)))

    assert [document.title for document in reader.read(follow(site))] == ["Story 3", "Story 1"]
    assert len(reader.bad) == 1
    assert reader.bad[0].endswith("/n-2: RecursionError: deep")


def test_titles_are_read_as_a_reader_sees_them_and_broken_letters_are_marked(site: Site) -> None:
    entries = [
        "<item><guid>1</guid><title>A &amp;amp; &lt;b&gt;B&lt;/b&gt;</title><description>x</description></item>",
        "<item><guid>2</guid><title>Rate &lt; 5 %</title><description>x &amp;#xD800; y</description></item>",
    ]

    assert [document.title for document in published_of(site, *entries)] == ["A & B", "Rate < 5 %"]


def test_a_feed_that_is_gone_is_an_end_and_a_date_says_how_long_to_leave_it_alone(site: Site) -> None:
    site.answers["/feed"] = Answer(b"", 410)
    with pytest.raises(ValueError, match="the feed has ended"):
        Reader().read(follow(site))

    later = datetime.now(UTC) + timedelta(minutes=10)
    site.answers["/feed"] = Answer(b"", 503, {"Retry-After": format_datetime(later, usegmt=True)})
    with pytest.raises(FeedUnavailableError) as refused:
        Reader().read(follow(site))
    assert 590 < refused.value.retry_after_s <= 600


def test_a_feed_without_entries_is_a_feed_whatever_the_server_calls_it(site: Site) -> None:
    site.answers["/feed"] = Answer(a_feed(), headers={"Content-Type": "text/plain"})

    assert Reader().read(follow(site)) == []


def test_robots_that_ask_for_a_strange_delay_are_obeyed_in_the_rest(site: Site) -> None:
    rules = "User-agent: *\nCrawl-delay: ²\nRequest-rate: 1/²\nDisallow: /secret\n"
    site.answers |= {"/robots.txt": Answer(rules.encode()), "/p": Answer(PAGE), "/secret": Answer(PAGE)}
    entries = [an_entry(1, link=f"{site.address}/p"), an_entry(2, link=f"{site.address}/secret")]

    first, second = published_of(site, *entries, articles=True)

    assert "whole story" in first.text
    assert second.text == "The lock is shut."


@pytest.mark.parametrize("address", ["fec0::1", "::1.2.3.4", "64:ff9b:1::808:808"])
def test_addresses_that_other_networks_read_otherwise_are_not_public(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("half", ["&#xD800;", "&#xdfff;", "&#55296;", "&#057343;", "&#x000D834;"])
def test_a_reference_to_half_a_character_costs_no_entry(site: Site, half: str) -> None:
    text = f"&lt;p&gt;The lock is {half} shut.&lt;/p&gt;"
    site.answers["/feed"] = Answer(
        a_feed(an_entry(1), an_entry(2, f"<![CDATA[<p>{half}</p> {text}]]>"), an_entry(3, text))
    )

    assert len(Reader().read(follow(site))) == 3


def test_a_page_on_which_the_reader_stumbles_is_asked_for_again(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def stumble(*_: object) -> None:
        raise InvalidMessageError("it cannot be read (UnicodeEncodeError)")

    site.answers["/feed"] = Answer(a_feed(an_entry(1)))
    monkeypatch.setattr(feed_entries, "read_apart", stumble)

    with pytest.raises(FeedUnavailableError, match=r"cannot be read \(UnicodeEncodeError"):
        Reader().read(follow(site))


def test_a_feed_that_takes_for_ever_to_be_read_is_given_up_and_told(site: Site) -> None:
    site.answers["/feed"] = Answer(b"<rss version='2.0'><channel>" + b"<a>" * 1_000_000)

    with pytest.raises(FeedUnavailableError, match="reading it took longer than 1 s"):
        Reader().read(follow(site, reading_within_s=1.0))


def test_of_two_texts_the_one_is_taken_of_which_more_is_to_be_seen(site: Site) -> None:
    picture = f"<content:encoded><![CDATA[<img src='{'x' * 200}.jpg'>]]></content:encoded>"
    space = "xmlns:content='http://purl.org/rss/1.0/modules/content/'"
    entries = (
        f"<item {space}><guid>1</guid><title>One</title><description>The lock is shut.</description>{picture}</item>",
        f"<item {space}><guid>2</guid><title>Only a headline</title>{picture}</item>",
    )

    documents = published_of(site, *entries)

    assert [(document.text, document.content_type) for document in documents] == [
        ("The lock is shut.", "text/html"),
        ("Only a headline", "text/plain"),
    ]


def test_what_is_no_text_is_not_taken_for_the_text_of_an_entry(site: Site) -> None:
    packed = "<content type='application/pdf'>JVBERi0xLjQKJcOkw7zDtsOfCjIgMCBvYmoKPDwv</content>"
    entry = f"<entry><id>1</id><title>T</title><summary>The lock.</summary>{packed}</entry>"
    site.answers["/feed"] = Answer(f'<feed xmlns="http://www.w3.org/2005/Atom">{entry}</feed>'.encode())

    assert [document.text for document in Reader().read(follow(site))] == ["The lock."]


def test_an_entry_that_stands_twice_in_a_feed_keeps_its_id(site: Site) -> None:
    reader = Reader()
    site.answers["/feed"] = Answer(a_feed(an_entry(1)))
    assert len(reader.read(follow(site))) == 1

    site.answers["/feed"] = Answer(a_feed(an_entry(1), an_entry(1), an_entry(2)))
    assert [document.title for document in reader.read(follow(site))] == ["Story 2"]


@pytest.mark.parametrize("behind", [b"", b"\0\0\0", b"\x1f", b"rest"])
def test_an_answer_that_is_packed_in_several_parts_is_read_whole(site: Site, behind: bytes) -> None:
    body = a_feed(an_entry(1), an_entry(2))
    parts = gzip.compress(body[:100]) + gzip.compress(b"") + gzip.compress(body[100:])
    site.answers["/feed"] = Answer(parts + behind, headers={"Content-Encoding": "gzip"})

    assert len(Reader().read(follow(site))) == 2
