"""What a service logs: one JSON object a line, and nothing that libraries would say of requests."""

import json
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


IN_A_THREAD = """
import threading
import structlog
from shared import observe
observe.configure_logging("embedder", "INFO")
thread = threading.Thread(target=lambda: structlog.get_logger().info("stopped"))
thread.start()
thread.join()
"""


def test_a_line_names_its_service_whichever_thread_it_is_from() -> None:
    ended = subprocess.run([sys.executable, "-c", IN_A_THREAD], capture_output=True, text=True, check=True)

    line = json.loads(ended.stderr)
    assert (line["service"], line["event"], line["level"]) == ("embedder", "stopped", "info")
