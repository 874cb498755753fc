"""HTML as feeds and pages have it: nothing that a reader sees is lost, and nothing else is kept."""

import re

import pytest

from services.ingest.cleaners.html import clean
from tests.cases import every_case

FRAGMENTS = {
    "The lock is shut.": "The lock is shut.",
    "<p>The lock is shut.</p>": "The lock is shut.",
    "<div><p>The lock</p><p>is shut.</p></div>": "The lock\nis shut.",
    "The lock is shut.<br>It opens on Monday.": "The lock is shut.\nIt opens on Monday.",
    "<img src=a.jpg>The lock is shut.": "The lock is shut.",
    "The lock is <b>sh</b>ut.": "The lock is shut.",
    "The lock is shut. <a href='x'>Read more</a>": "The lock is shut. Read more",
    "<h2>Shut</h2><p>The lock.</p>": "Shut\nThe lock.",
    "<ul><li>lock</li><li>gate</li></ul>": "* lock\n* gate",
    "<ol><li>lock</li><li>gate</li></ol>": "1. lock\n2. gate",
    "<table><tr><th>gate</th><td>shut</td></tr></table>": "gate shut",
    "<blockquote>It is shut, she said.</blockquote>": "It is shut, she said.",
    "Less than < 5 % of > 3": "Less than < 5 % of > 3",
    "Locks &amp; gates &lt;all&gt; &#8212; &quot;shut&quot;": 'Locks & gates <all> — "shut"',
    "<script>run()</script><style>p {}</style><!-- note -->shut": "shut",
    "<p>unclosed <b>tags <i>everywhere": "unclosed tags everywhere",
    "</p></div>only ends": "only ends",
    "<p>पानी</p><p>水門は閉鎖中</p>": "पानी\n水門は閉鎖中",
    "<figure><img alt=x><figcaption>The lock in May.</figcaption></figure>": "The lock in May.",
    "<pre>pump --on\n  wait</pre>": "pump --on\nwait",
    "  \n ": "",
    "<p></p><img src=x>": "",
}
LEAD, SHORT, LONG = "The lock is shut since Monday.", "It is shut.", "The gate broke at noon and nobody was hurt. " * 12
BODIES = [
    f"<h1>Shut</h1><p class=lead>{LEAD}</p><p>{LONG}</p>",
    f"<h1>Shut</h1><div class=standfirst>{LEAD}</div><p>{LONG}</p>",
    f"<h1>Shut</h1><p>{LONG}</p><h2>What comes next</h2><p>{LEAD}</p>",
    f"<h1>Shut</h1><p>{LONG}</p><ul><li>{LEAD}</li><li>Second gate</li></ul>",
    f"<h1>Shut</h1><p>{LONG}</p><table><tr><td>{LEAD}</td><td>Second gate</td></tr></table>",
    f"<h1>Shut</h1><p>{LONG}</p><blockquote>{LEAD}</blockquote>",
    f"<h1>Shut</h1><p>{SHORT}</p>",
    f"<h1>Shut</h1>{LEAD}<br><br>{LONG}",
    f"<h1>Shut</h1><div>{LEAD}</div><div>{LONG}</div>",
    f"<p><strong>{LEAD}</strong></p><p>{LONG}</p>",
]
PAGES = [
    f"{head}<body><nav><a href=/a>Home</a></nav><{tag}>{body}</{tag}><script>run()</script></body></html>"
    for head, tag in (("<!DOCTYPE html><html><head><title>T</title></head>", "article"), ("<HTML>", "main"))
    for body in BODIES
]


def words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text))


def test_a_fragment_is_everything_that_is_visible() -> None:
    with every_case() as case:
        for fragment, text in FRAGMENTS.items():
            with case(fragment):
                assert re.sub(r"\n+", "\n", re.sub(" +", " ", clean(fragment))) == text


def test_no_word_of_a_pages_article_is_lost() -> None:
    with every_case() as case:
        for page in PAGES:
            with case(page[:200]):
                article = re.sub("<[^>]*>", " ", re.sub("<(script|nav).*?</(script|nav)>|<title.*?/title>", " ", page))
                assert words(article) <= words(clean(page))
                assert "run()" not in clean(page)


@pytest.mark.parametrize("hostile", ["<div>" * 20_000, "<p>" + "&" * 100_000, "<" * 100_000, "\x00<p>\ud800</p>"])
def test_broken_html_is_read_as_far_as_it_goes(hostile: str) -> None:
    assert isinstance(clean(hostile + "shut"), str)


@pytest.mark.parametrize(
    "html",
    [
        "<dl><dt>Lock</dt><dd>shut</dd></dl>",
        "<section>Lock</section><section>shut</section>",
        "<details><summary>Lock</summary>shut</details>",
        "<center>Lock</center>shut",
        "<fieldset><legend>Lock</legend>shut</fieldset>",
        "<select><option>Lock<option>shut</select>",
        "Lock<hr>shut",
    ],
)
def test_words_that_a_browser_sets_apart_do_not_join(html: str) -> None:
    assert clean(html).split() == ["Lock", "shut"]


def test_a_numbered_list_begins_with_the_number_that_it_says() -> None:
    assert clean('<ol start="9"><li>Pellmere</li><li>Orrin</li></ol>') == "9. Pellmere\n10. Orrin"


def test_how_a_japanese_word_is_read_stands_in_parentheses() -> None:
    assert clean("<ruby>閘門<rp>（</rp><rt>こうもん</rt><rp>）</rp></ruby>は") == "閘門(こうもん)は"  # noqa: RUF001
