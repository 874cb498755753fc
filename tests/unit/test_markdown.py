"""What a Markdown file says of itself: front matter of two kinds, headings of two kinds, and what looks like either."""

import pytest

from services.ingest import markdown
from services.ingest.markdown import Page

BODY = "The lock is shut.\n\n## Details\n\nIt opens on Monday.\n"


@pytest.mark.parametrize(
    "front",
    [
        "---\ntitle: Lock shut\ndate: 2024-03-05\ntags: [harbour, lock]\n---\n",
        "---\r\ntitle: 'Lock shut'\r\ndate: 2024-03-05\r\ntags: harbour, lock\r\n...\r\n",
        '+++\ntitle = "Lock shut"\ndate = 2024-03-05\ntags = ["harbour", "lock"]\n+++\n',
        "---\nTitle: Lock shut\nDATE: 2024-03-05\nTags: [harbour, lock, harbour]\n---\n",
        "--- \ntags:\n- harbour\n- lock\n- {not: one}\ndate: 2024-03-05\ntitle: >\n  Lock\n  shut\n---\n",
    ],
)
def test_front_matter_gives_title_date_and_tags_and_is_no_text(front: str) -> None:
    assert markdown.read(front + BODY) == Page("Lock shut", BODY, "2024-03-05", ("harbour", "lock"))


def test_a_time_is_given_as_it_is_written_and_a_number_may_be_a_title() -> None:
    assert markdown.read("---\ntitle: 2024\ndate: 2024-03-05T10:00:00+01:00\n---\n").date == "2024-03-05T10:00:00+01:00"
    assert markdown.read("---\ntitle: 2024\n---\n").title == "2024"
    assert markdown.read("+++\ntitle = 1984\ndate = 2024-03-05T10:00:00Z\n+++\n").date == "2024-03-05T10:00:00+00:00"


@pytest.mark.parametrize(
    "front",
    [
        "---\ntitle: Lock: shut\n---\n",
        "---\n- a list\n---\n",
        "---\njust words\n---\n",
        "---\n" + "[" * 16_000 + "\n---\n",
        "---\na: " + "{" * 16_000 + "\n---\n",
        "---\n" + "- " * 8_000 + "\n---\n",
        "---\ntitle: \x01\n---\n",
        "---\n{a: 1}: 2\n---\n",
        "---\n&a [*a]\n---\n",
        "---\ntitle: never ended\n",
        "---\nlong: " + "x" * 20_000 + "\n---\n",
        "+++\ntitle = \n+++\n",
        "+++\na = " + "[" * 5_000 + "\n+++\n",
        "+++\na = " + "9" * 6_000 + "\n+++\n",
        "+++\ntitle = 'x'\n---\n",
        "***\ntitle: x\n***\n",
    ],
)
def test_front_matter_that_cannot_be_read_stays_text(front: str) -> None:
    text = f"{front}\n# Lock shut\n\n{BODY}"

    page = markdown.read(text)

    assert (page.text, page.date, page.tags) == (text, "", ())
    assert page.title == "Lock shut"


def test_aliases_are_not_copied_out() -> None:
    levels = "".join(f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join([f'*{chr(97 + n)}'] * 9)}]\n" for n in range(20))
    merges = "m0: &m0 {x: 1}\n" + "".join(
        f"m{n}: &m{n}\n  <<: [{', '.join([f'*m{n - 1}'] * 9)}]\n" for n in range(1, 20)
    )

    page = markdown.read(f"---\na: &a [lol]\n{levels}{merges}tags: *u\ntitle: Lock shut\n---\n{BODY}")

    assert page == Page("Lock shut", BODY)


def test_a_tag_of_yaml_makes_nothing() -> None:
    page = markdown.read("---\ntitle: !!python/object/apply:os.getcwd []\n---\n# Lock shut\n")

    assert page.title == "Lock shut"


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Lock shut\n=========\n\nText.", "Lock shut"),
        ("Lock\nshut\n====", "Lock shut"),
        ("Lock shut\n---\n\nText.", "Lock shut"),
        ("# The *lock* is `shut` [here](x) ![a picture](y) &amp; there #\n", "The lock is shut here a picture & there"),
        ("# <a name='x'></a>Lock shut", "Lock shut"),
        ("### Lock shut\n\nText.", "Lock shut"),
        ("Text.\n\n## Details\n\n# Lock shut", "Lock shut"),
        ("Text.\n\n## Details\n", ""),
        ("Text.\n\n```sh\n# install the pump\n```\n", ""),
        ("Text.\n\n    # install the pump\n", ""),
        ("~~~\n# never closed\n", ""),
        ("> # quoted\n", ""),
        ("#no heading\n", ""),
        ("", ""),
        ("#\n\n# Lock shut\n", ""),
        ("Text.\n\n---\n\nMore.\n", ""),
    ],
)
def test_a_heading_is_what_markdown_calls_one(text: str, title: str) -> None:
    assert markdown.read(text) == Page(title, text)


@pytest.mark.parametrize("text", ["[" * 500_000, "> " * 250_000, "- " * 250_000, "[a]: b\n" * 80_000, "`" * 500_000])
def test_a_text_made_to_be_slow_has_no_title(text: str) -> None:
    assert not markdown.read(text).title
