"""Words of strangers are shown and obeyed by nobody: on the terminal, as JSON, on the report's page."""

import json

import pytest

from services.console import output
from shared.lab.report import html, markdown
from shared.lab.report.blocks import Paragraph, Section
from shared.printable import escaped, printable

HOSTILE = "a\x1b]0;owned\x07\x1b[2J\x9b31m\u202edesrever\u2066\u2029\U000e0041[red]z[/red]"
ORDINARY = "Zoë said:\n\t“42 % — 東京, हिन्दी, می‌خواهم, 👩‍🚒, e\u0301”"


def obeyed(text: str) -> list[str]:
    return [letter for letter in text if letter in "\x07\x1b\x9b\u202e\u2066\u2029\U000e0041\ud800"]


def test_ordinary_text_of_any_language_stays_as_it_is() -> None:
    assert printable(ORDINARY) == ORDINARY
    assert escaped(json.dumps(ORDINARY, ensure_ascii=False)) == json.dumps(ORDINARY, ensure_ascii=False)


def test_the_terminal_obeys_no_word_of_a_line_or_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    output.say(HOSTILE)
    output.table(HOSTILE, ["name", HOSTILE], [[HOSTILE, 1]])
    output.err.print("error:", HOSTILE, markup=False)
    shown = capsys.readouterr()

    assert "[red]z[/red]" in shown.out
    assert not obeyed(shown.out + shown.err)


def test_json_says_the_same_in_characters_that_no_terminal_obeys(capsys: pytest.CaptureFixture[str]) -> None:
    output.as_json({HOSTILE: [HOSTILE, "\ud800"]})
    shown = capsys.readouterr().out

    assert json.loads(shown) == {HOSTILE: [HOSTILE, "\ud800"]}
    assert not obeyed(shown)


def test_a_report_holds_none_of_them() -> None:
    sections = [Section(HOSTILE, "anchor", [Paragraph(HOSTILE)])]

    for page in (html.render(HOSTILE, HOSTILE, sections), markdown.render(HOSTILE, sections)):
        assert "desrever" in page
        assert not obeyed(page)
