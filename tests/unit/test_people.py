"""The file of people: made, added to, and refused with what to do."""

import stat
from pathlib import Path

import pytest
from typer.testing import CliRunner

from services.console.app import build
from shared import people


def test_a_file_is_made_that_nobody_else_may_read(tmp_path: Path) -> None:
    file = tmp_path / "people.toml"
    token = people.add(file, "ada", "operator", ["desk", 'a "quoted" label', "später"])
    people.add(file, "Bob Marr", "voter")

    listed = people.read(file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert listed.by_token(token) == "ada"
    assert listed.people["ada"].labels == ("desk", 'a "quoted" label', "später")
    assert listed.people["Bob Marr"].role == "voter"
    assert token not in file.read_text()


def test_nobody_is_listed_twice_or_under_no_name(tmp_path: Path) -> None:
    file = tmp_path / "people.toml"
    people.add(file, "ada", "operator")
    before = file.read_text()

    for name in ("ada", "", ' "]\n[people."eve', "a" * 101, "\x00", "-x"):
        with pytest.raises(ValueError, match=r"."):
            people.add(file, name, "operator")
        with pytest.raises(ValueError, match=r"."):
            people.add(tmp_path / "new.toml", name if name != "ada" else "", "operator")
    assert file.read_text() == before
    assert not (tmp_path / "new.toml").exists()


def test_a_file_that_cannot_be_used_says_what_to_do(tmp_path: Path) -> None:
    file = tmp_path / "people.toml"
    key = f'pseudonyms = "{"0" * 32}"\n'
    same = 'role = "voter"\ntoken_sha256 = "' + "a" * 64 + '"\n'
    for text, said in (
        ("", "pseudonyms"), ("x", "TOML"), ("[" * 100_000, "TOML"), ('pseudonyms = "short"', "32"),
        (f'{key}everyone = "owner"', "everyone"), (f'{key}[people.ada]\nrole = "owner"', "role"),
        (f'{key}[people.ada]\nrole = "voter"\ntoken = "in the clear"', "token"),
        (f"{key}[people.ada]\n{same}[people.bob]\n{same}", "same token"), (key + "#" * people.MOST_BYTES, "bytes"),
    ):  # fmt: skip
        file.write_text(text)
        with pytest.raises(ValueError, match=said):
            people.read(file)
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(ValueError, match="TOML"):
        people.read(file)
    for absent in (tmp_path, tmp_path / "absent.toml"):
        with pytest.raises(ValueError, match="tiltyard people new"):
            people.read(absent)


def test_votes_do_not_tell_whose_they_are(tmp_path: Path) -> None:
    first, second = tmp_path / "a.toml", tmp_path / "b.toml"
    for file in (first, second):
        people.add(file, "ada", "voter")

    voters = {people.read(file).voter("ada") for file in (first, second)}
    assert len(voters) == 2, "without the file's secret nobody finds the name"
    assert people.read(first).voter("ada") == people.read(first).voter("ada")


def test_the_command_lists_somebody_and_shows_the_token_once(tmp_path: Path) -> None:
    file = tmp_path / "people.toml"
    runner = CliRunner()
    made = runner.invoke(
        build(), ["people", "new", "ada", "--role", "reviewer", "--label", "desk", "--into", str(file)]
    )
    shown = runner.invoke(build(), ["people", "show", str(file)])

    assert made.exit_code == 0, made.output
    assert people.read(file).by_token(made.stdout.strip().splitlines()[-1]) == "ada"
    assert "ada: reviewer, labels desk" in shown.stdout
    assert "nobody may look" in shown.stdout
