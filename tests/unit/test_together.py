"""Which tests share a process: what they start must not be started twice."""

from pathlib import Path

from tests.together import together

E2E = Path(__file__).parents[1] / "e2e"


def test_files_that_ask_for_the_same_started_processes_stay_together() -> None:
    house = {together(E2E / f"test_{name}.py") for name in ("services", "contest", "judge", "tuned_adapters", "web")}
    own = {together(E2E / f"test_{name}.py") for name in ("live_knowledge", "vector_recall")}

    assert len(house) == len(own) == 1
    assert house != own


def test_a_file_that_starts_what_it_needs_itself_may_run_beside_all_others() -> None:
    alone = [E2E / f"test_{name}.py" for name in ("decide", "reindex", "platform", "secure")]

    assert [together(file) for file in alone] == [str(file) for file in alone]
