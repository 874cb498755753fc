"""Jobs as processes of their own: their progress is heard, their failure is told in their own words."""

import os
import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import pytest
from pydantic import TypeAdapter, ValidationError

from services.console import jobs
from shared import plugins
from shared.jobs.events import Event, Job


class Counted(Event):
    """All that the job here says."""

    number: int


JOB = Job("job", TypeAdapter(Counted))


def a_job(folder: Path, code: str) -> dict[str, str]:
    """A module `job` that runs some code; returns the environment in which it is found."""
    (folder / "job.py").write_text(code)
    return os.environ | {"PYTHONPATH": str(folder)}


def test_progress_is_what_is_json_on_standard_output(tmp_path: Path) -> None:
    said = jobs.run(JOB, [], a_job(tmp_path, "print('{\"number\": 1}'); print('noise'); print('{\"number\": 2}')"))

    assert [event.number for event in said] == [1, 2]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("no pairs in x.jsonl", "no pairs in x.jsonl"),
        ('{"event": "broken", "exception": [{"exc_type": "KeyError", "exc_value": "k"}]}', "broken; KeyError: k"),
    ],
)
def test_a_failure_is_told_in_the_jobs_last_words(tmp_path: Path, line: str, told: str) -> None:
    code = f"import sys; print('first', file=sys.stderr); print({line!r}, file=sys.stderr); sys.exit(3)"

    with pytest.raises(jobs.JobError, match=f"exit code 3: {told}"):
        list(jobs.run(JOB, [], a_job(tmp_path, code)))


def test_leaving_early_ends_the_job(tmp_path: Path) -> None:
    code = "import os, time\nprint('{\"number\": %d}' % os.getpid(), flush=True)\ntime.sleep(600)"
    running = jobs.run(JOB, [], a_job(tmp_path, code))
    pid = next(running).number
    running.close()

    assert sys.platform != "linux" or not Path(f"/proc/{pid}/cmdline").exists()


def test_a_job_that_ends_without_its_result_is_an_error() -> None:
    assert jobs.result_of("job", 1) == 1
    with pytest.raises(jobs.JobError, match="job ended without its result"):
        jobs.result_of("job", None)


def test_every_job_is_a_module_and_refuses_an_event_of_another_job() -> None:
    declared = [
        value
        for name in plugins.names("shared.jobs")
        for value in vars(import_module(f"shared.jobs.{name}")).values()
        if isinstance(value, Job)
    ]

    assert len(declared) >= 9
    for job in declared:
        assert find_spec(job.module), job.module
        with pytest.raises(ValidationError):
            job.read({"event": "nobody's"})
