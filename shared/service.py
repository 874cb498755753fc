"""Starting and stopping a service process, the same way for all of them.

Exit codes: 0 drained on SIGTERM or Ctrl-C, 65 a file that a job reads is not what it should be, 69 a server we need is
absent, 78 settings or set-up are wrong, 70 anything else (the log says what; nothing was committed for the batch in
hand).
"""

import signal
import sys
import threading
from collections.abc import Callable
from typing import Any

import structlog
from pydantic import ValidationError

from shared import observe, own_sources, probes, tracebacks
from shared.access import MissingTopicError, RefusedError, UnreachableError
from shared.burials import OwnFaultError
from shared.cassandra.release import OldServerError
from shared.denials import denials_told
from shared.masking import masked
from shared.observe_settings import ObserveSettings
from shared.records import wrong_settings
from shared.runner import Runner
from shared.source_files import DataError
from shared.telemetry import lagging, otlp, tracing

EX_OK, EX_DATA, EX_UNAVAILABLE, EX_SOFTWARE, EX_CONFIG = 0, 65, 69, 70, 78
log = structlog.get_logger()
Build = Callable[[observe.Readiness], Runner[Any]]
Observed = Callable[[], ObserveSettings]
"""How a process is observed; asked for once the exit codes hold, so that a wrong setting ends it with its own."""


def main(service: str, build: Build, read: Observed) -> None:
    """Build the service's runner and run it until told to stop; exits the process."""
    sys.exit(guarded(service, lambda readiness: _consume(build(readiness)), read))


def guarded(service: str, run: Callable[[observe.Readiness], None], read: Observed) -> int:
    """Run a service body under logging, probes and the exit codes; returns the code."""
    try:
        settings = read()
        observe.configure_logging(service, settings.log_level)
        otlp.export(service, settings)
        readiness = observe.Readiness(service)
        server = probes.serve(settings.port, settings.host, readiness)
        _tell_settings_file()
        log.info("starting", probes=f"http://{settings.host}:{server.server_port}")
        with denials_told():
            run(readiness)
        log.info("stopped")
        return EX_OK
    except ValidationError as error:
        return _say(EX_CONFIG, f"settings of {wrong_settings(error)}")
    except UnreachableError as error:
        return _say(EX_UNAVAILABLE, str(error))
    except DataError as error:
        return _say(EX_DATA, str(error))
    except (MissingTopicError, RefusedError, OldServerError, ValueError) as error:
        return _say(EX_CONFIG, str(error))
    except OwnFaultError as error:
        return _say(EX_SOFTWARE, str(error))
    except Exception:
        log.exception("ended by an error; nothing of the batch in hand is committed")
        return EX_SOFTWARE
    finally:
        tracing.end()


def job(name: str, work: Callable[[], None], read: Observed) -> int:
    """Run a job that ends by itself under logging and the exit codes; returns the code.

    What went wrong is said on standard error, in one plain line at the end.
    """
    try:
        observe.configure_logging(name, read().log_level)
        _tell_settings_file()
        with denials_told():
            work()
    except ValidationError as error:
        return _last_words(EX_CONFIG, f"settings of {wrong_settings(error)}")
    except UnreachableError as error:
        return _last_words(EX_UNAVAILABLE, str(error))
    except DataError as error:
        return _last_words(EX_DATA, str(error))
    except (MissingTopicError, RefusedError, OldServerError, ValueError, OSError) as error:
        return _last_words(EX_CONFIG, str(error))
    except Exception as error:
        tracebacks.tell(error)
        return EX_SOFTWARE
    return EX_OK


def _tell_settings_file() -> None:
    if said := own_sources.settings_file():
        log.info("settings are read from a file too", said=said)


def _last_words(code: int, message: str) -> int:
    sys.stderr.write(masked(message) + "\n")
    return code


def _consume(runner: Runner[Any]) -> None:
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    lagging.follow(lagging.LagWatch(runner.service, runner.source.lags()), stopping)
    try:
        runner.run(stopping)
    except ValueError as error:  # set-up is over: this is a fault, not a wrong setting
        raise RuntimeError(f"while running: {error}") from error
    finally:
        stopping.set()
        runner.source.close()


def _say(code: int, message: str) -> int:
    log.error("cannot go on", reason=message)
    return code
