"""Which services are at work, wherever they run, as the broker knows it from its groups; and what to do where not."""

from shared.access import UnreachableError
from shared.kafka import progress
from shared.lags import absent
from shared.publisher import Waiting
from shared.settings import KafkaSettings

START = "start them with `tiltyard services start`"


def why_waiting(waiting: Waiting, settings: KafkaSettings) -> str:
    """What documents wait for, and which of the services that they wait for do not run."""
    try:
        away = set(absent(progress.at_work(settings)))
    except UnreachableError as error:
        return f"{waiting}; {error}"
    needed = [("ingest", waiting.ingest), ("embedder", waiting.ingest + waiting.embedder)]
    idle = [service for service, count in needed if count and service in away]
    verb = "does" if len(idle) == 1 else "do"
    return f"{waiting}; {' and '.join(idle)} {verb} not run: {START}" if idle else f"{waiting}"


def why_unanswered(settings: KafkaSettings) -> str:
    """What a question without a result may wait for."""
    try:
        away = absent(progress.at_work(settings))
    except UnreachableError as error:
        return str(error)
    if not away:
        return "all services run: they may be busy, see `tiltyard results` later"
    return f"these services do not run: {', '.join(away)}; {START}"
