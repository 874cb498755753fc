"""What the Markdown pages promise a reader: links that lead somewhere, names that exist, lines that fit a screen."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from docs.generate import env_example
from services.console import app

ROOT = Path(__file__).parents[2]
FOLDERS = ("docs", "services", "shared", "bench", "deploy", "tests")
PAGES = sorted([*ROOT.glob("*.md"), *(page for folder in FOLDERS for page in (ROOT / folder).rglob("*.md"))])
HOW_TO = ROOT / "docs" / "how-to"
WIDTH = 100
WRITTEN_BY_CODE = {"docs/flow.md", "docs/metrics.md", "docs/events.md", "bench/retrieval.md"}
ONLY_IN_TESTS = {"TILTYARD_REAL_DATA", "TILTYARD_LLAMA_CPP_PYTHON"}

CODE_BLOCK = re.compile(r"^( *)```.*?^\1```$", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`[^`]*`")
LINK = re.compile(r"\]\(([^)\s]+)\)|src=\"([^\"]+)\"")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
SETTING = re.compile(r"\bTILTYARD_[A-Z0-9_]*[A-Z0-9](?![A-Z0-9_]*\*)")
COMMAND = re.compile(r"(?:^|`|\| |&& )tiltyard ((?:[a-z][a-z-]*\s?)+)", re.MULTILINE)


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def prose_of(page: Path) -> str:
    """The page without blocks of code."""
    return CODE_BLOCK.sub("", page.read_text(encoding="utf-8"))


def anchors_of(page: Path) -> set[str]:
    """The anchors that GitHub gives the headings of a page."""
    anchors: set[str] = set()
    for heading in HEADING.findall(prose_of(page)):
        words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
        slug = re.sub(r"[^\w\- ]", "", words).replace(" ", "-")
        repeated = sum(1 for anchor in anchors if re.fullmatch(rf"{re.escape(slug)}(-\d+)?", anchor))
        anchors.add(f"{slug}-{repeated}" if repeated else slug)
    return anchors


def links_of(page: Path) -> Iterator[tuple[str, Path, str]]:
    """Each relative link: as it is written, the file that it names, and the anchor there."""
    for in_markdown, in_html in LINK.findall(CODE.sub("", prose_of(page))):
        link = in_markdown or in_html
        if "://" not in link:
            path, _, anchor = link.partition("#")
            yield link, (page.parent / path).resolve() if path else page, anchor


def broken_links_of(page: Path) -> list[str]:
    return [
        f"{name_of(page)}: {link}"
        for link, target, anchor in links_of(page)
        if not target.exists() or (anchor and anchor not in anchors_of(target))
    ]


def test_every_link_leads_somewhere() -> None:
    assert sum(1 for page in PAGES for _ in links_of(page)) > 100
    assert [broken for page in PAGES for broken in broken_links_of(page)] == []


@pytest.mark.parametrize("link", ["missing.md", "page.md#no-such-heading", "#no-such-heading"])
def test_a_broken_link_is_found(tmp_path: Path, link: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(globals(), "ROOT", tmp_path)
    page = tmp_path / "page.md"
    page.write_text(f"# A heading: with `code`\n\n[good](#a-heading-with-code), [bad]({link})\n")
    assert broken_links_of(page) == [f"page.md: {link}"]


def too_long_in(page: Path) -> list[str]:
    """Lines of prose that are too long; tables, headings, and a single long word or link are not prose."""
    return [
        f"{name_of(page)}: {line}"
        for line in prose_of(page).splitlines()
        if len(line) > WIDTH
        and not re.match(r"\s*\||#|!\[| {4}", line)
        and " " in line.strip().lstrip("->*0123456789. ")
    ]


def test_prose_is_wrapped() -> None:
    wrapped = [page for page in PAGES if name_of(page) not in WRITTEN_BY_CODE]
    assert [line for page in wrapped for line in too_long_in(page)] == []


def test_the_start_page_leads_to_every_how_to_page() -> None:
    linked = {target for _, target, _ in links_of(HOW_TO / "README.md")}
    assert set(HOW_TO.glob("*.md")) - linked == {HOW_TO / "README.md"}


def test_every_test_on_the_page_about_security_is_there() -> None:
    page = HOW_TO / "security.md"
    named = re.findall(r"\[(test_\w+)\]\(([^)#]+)\)", page.read_text(encoding="utf-8"))
    assert len(named) > 20
    files = {name: (page.parent / file).resolve().read_text(encoding="utf-8") for name, file in named}
    assert [name for name, text in files.items() if f"def {name}(" not in text] == []


def test_every_limit_names_the_file_that_would_change() -> None:
    limits = re.findall(r"^- .*?(?=^- |^#|^$)", prose_of(ROOT / "docs" / "limits.md"), re.MULTILINE | re.DOTALL)
    assert len(limits) > 20
    assert [limit for limit in limits if not re.search(r"\]\(\.\./(?!docs/)[^)]+\)", limit)] == []


def test_settings_in_the_docs_exist() -> None:
    known = env_example()
    named = {(name_of(page), name) for page in PAGES for name in SETTING.findall(page.read_text(encoding="utf-8"))}
    assert len(named) > 100
    assert sorted(place for place in named if place[1] not in known and place[1] not in ONLY_IN_TESTS) == []


def test_commands_in_the_docs_exist() -> None:
    commands = commands_of(typer.main.get_command(app.build()))
    unknown = []
    for page in PAGES:
        for words in COMMAND.findall(page.read_text(encoding="utf-8")):
            first, *rest = words.split()
            known = first in commands and (not rest or not commands[first] or rest[0] in commands[first])
            if not known:
                unknown.append(f"{name_of(page)}: tiltyard {words}")
    assert len(commands) > 20
    assert unknown == []


def commands_of(group: object) -> dict[str, set[str]]:
    """Every command of the command line with its subcommands; none where it takes arguments of its own."""
    commands: dict[str, object] = getattr(group, "commands", {})
    return {name: set(getattr(command, "commands", {})) for name, command in commands.items()}
