"""Which encoders embedder writes with: those announced, taken up between two batches."""

from collections.abc import Callable, Mapping

import structlog

from shared import encoding
from shared.encoding import Encoder
from shared.messages import EncoderChoice, EncodersAnnounced
from shared.settings import EncoderSettings
from shared.telemetry import metrics

Announced = Callable[[], Mapping[str, EncodersAnnounced]]
log = structlog.get_logger()


class EncodersInUse:
    """The loaded encoders, the serving one first. One beside it that cannot be loaded here is left out."""

    def __init__(
        self,
        announced: Announced,
        configured: EncoderSettings,
        load: Callable[[EncoderSettings], Encoder] = encoding.build,
    ) -> None:
        self._announced = announced
        self._configured = configured
        self._load = load
        self._loaded: dict[str, Encoder] = {}
        self._failed: set[str] = set()

    def __call__(self) -> list[Encoder]:
        """Raises what the serving encoder raises where it cannot be loaded."""
        serving, *beside = encoding.in_use(self._announced(), self._configured)
        names = {serving.name, *(choice.name for choice in beside)}
        self._loaded = {name: encoder for name, encoder in self._loaded.items() if name in names}
        self._failed &= names
        metrics.ENCODER.now("embedder", serving.name)
        return [self._of(serving), *(encoder for choice in beside if (encoder := self._tried(choice)))]

    def _of(self, choice: EncoderChoice) -> Encoder:
        if choice.name not in self._loaded:
            self._loaded[choice.name] = self._load(encoding.settings_of(choice, self._configured))
            log.info("encoder taken up", encoder=choice.name)
        return self._loaded[choice.name]

    def _tried(self, choice: EncoderChoice) -> Encoder | None:
        if choice.name in self._failed:
            return None
        try:
            return self._of(choice)
        except Exception as error:  # a model that is not on this machine must not stop the news
            self._failed.add(choice.name)
            log.error("encoder cannot be loaded here; its table is filled by `tiltyard reindex` alone",  # noqa: TRY400
                      encoder=choice.name, reason=str(error))  # fmt: skip
            return None
