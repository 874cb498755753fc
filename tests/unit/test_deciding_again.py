"""`tiltyard decide --again`: whether what was decided comes out again from the same files."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from shared.lab.deciding import again, files
from shared.lab.deciding.again import Recorded
from tests.command_line import Ended
from tests.deciding import decided, written
from tests.results import ARMS


def recorded() -> tuple[Recorded, dict[str, object]]:
    told = json.loads(json.dumps(files.as_dict(decided())))
    return Recorded(decided().made_with, told), told


def test_the_same_command_says_the_same_and_a_changed_file_is_named(
    tiltyard: Callable[..., Ended], tmp_path: Path
) -> None:
    results, _ = written(tmp_path / "trial")
    out = str(tmp_path / "decision")
    first = tiltyard("decide", "--from", str(tmp_path / "trial"), "--training-seconds", "300", "--out", out)
    same = tiltyard("decide", "--again", out)
    lines = results.read_text(encoding="utf-8").splitlines(keepends=True)
    results.write_text("".join(lines[:-20]), encoding="utf-8")
    other = tiltyard("decide", "--again", out, "--json")
    said = json.loads(other.stdout)

    assert (first.returncode, same.returncode, other.returncode) == (0, 0, 1), same.stderr
    assert same.stdout.strip() == "The same: no file and no number differs."
    assert said["files"] == [str(results)]
    assert "basis.questions" in said["places"]
    assert not said["same"]


def test_numbers_may_differ_by_a_billionth() -> None:
    before, now = recorded()
    for moved, same in ((1e-10, True), (1e-8, False)):
        worths = json.loads(json.dumps(now))
        worths["decision"]["worths"][ARMS[0]]["mean"] += moved
        told = again.compared(before, worths)
        assert told.same is same
        assert told.places == (() if same else (f"decision.worths.{ARMS[0]}.mean",))
    assert "1 value of the decision differs: decision.worths.base.mean." in told.sentences


def test_another_version_is_named_and_is_no_difference_by_itself() -> None:
    before, now = recorded()
    now = json.loads(json.dumps(now))
    now["made_with"]["versions"]["python"] = "3.12.1"
    told = again.compared(before, now)

    assert told.same
    assert told.sentences == "The same: no file and no number differs, though python (was 3.11.0) changed."


def test_many_differences_are_said_in_two_sentences() -> None:
    before, now = recorded()
    now = json.loads(json.dumps(now))
    now["made_with"]["files"] = []
    now["turns"], now["basis"] = [], {}
    told = again.compared(before, now)

    assert told.sentences.startswith("1 file changed: out/contest/results.jsonl. ")
    assert told.sentences.count(". ") == 1
    assert " more." in told.sentences


def test_a_decision_that_cannot_be_made_again_says_why(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        again.recorded(tmp_path)
    for text in ("{}", "[]", "nonsense", '{"made_with": {"options": 3}}', "\udcff"):
        (tmp_path / again.FILE).write_bytes(text.encode("utf-8", "surrogateescape"))
        with pytest.raises(ValueError, match="does not say what it was made with"):
            again.recorded(tmp_path)
    (tmp_path / again.FILE).write_text(json.dumps(files.as_dict(decided())), encoding="utf-8")
    with pytest.raises(FileNotFoundError, match="run this in the folder where it was decided"):
        again.recorded(tmp_path)


def test_one_thing_to_decide_from_must_be_named(tiltyard: Callable[..., Ended], tmp_path: Path) -> None:
    for arguments in ((), ("--from", "a", "--again", "b")):
        ended = tiltyard("decide", *arguments, "--out", str(tmp_path))
        assert ended.returncode != 0
        assert "say one thing to decide from" in ended.stderr
