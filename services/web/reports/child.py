"""`python -m services.web.reports.child`: results on standard input, the report of them on standard output, as JSON.

A process of its own, so that counting takes no time and no memory from the pages, and can be ended.
"""

import json
import os
import sys

from shared.lab.report import files
from shared.lab.report.material import Times, gather
from shared.lab.report.numbers import count
from shared.messages import Result

READ_FROM = "what the pages had in memory"
NO_TIMES = "the pages know no times of documents; `tiltyard report` reads them from the store"
POLITE = 5
"""How far this process gives way to others."""


def texts(lines: list[bytes], per_hour: int) -> dict[str, str]:
    """Name of a file -> what it says. `lines`: results as JSON; `per_hour`: votes of a voter that count."""
    results = [Result.model_validate_json(line) for line in lines]
    material = gather(results, read_from=READ_FROM, times=Times(lacking=NO_TIMES))
    return files.texts(count(material, per_hour=per_hour))


def main() -> None:
    """The first line says how many votes of a voter count within an hour; each other one is a result."""
    os.nice(POLITE)
    first, *lines = sys.stdin.buffer.read().splitlines()
    sys.stdout.write(json.dumps(texts(lines, int(first))))


if __name__ == "__main__":
    main()
