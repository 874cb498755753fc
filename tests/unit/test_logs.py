"""What a service logs: one JSON object a line, and nothing that libraries would say of requests."""

import subprocess
import sys

LOG = """
import logging
from shared import observe
observe.configure_logging("x", "DEBUG")
logging.getLogger("openai._base_client").debug("a prompt")
logging.getLogger("aiokafka.conn").debug("a record")
logging.getLogger("ours").debug("seen")
"""


def test_libraries_that_log_requests_with_their_bodies_are_quiet_at_the_lowest_level() -> None:
    ended = subprocess.run([sys.executable, "-c", LOG], capture_output=True, text=True, check=True)

    assert ended.stderr.split() == ["seen"]
