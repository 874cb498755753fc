"""How spans are made: as what is exported at once, since the SDK's own cost ten times as much where no model runs."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from opentelemetry import trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.sdk.trace.sampling import ParentBasedTraceIdRatio
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import Link, SpanContext, SpanKind, Status

from shared.telemetry import conventions as names
from shared.telemetry.span_ids import KEPT, LEFT_OUT, is_kept

NAME = "tiltyard"
Attributes = Mapping[str, str | int | float]
UNSET = Status()


def nothing() -> None:
    """For spans that need not outlive the process."""


class Making:
    """Makes the spans of this process. `share`: of traces that begin here and are kept.

    `keep` is called before what spans tell of is committed. `prefix` is the installation's. `tracer` is the SDK's, for
    spans within a batch.
    """

    def __init__(
        self, service: str, processor: SpanProcessor, share: float, keep: Callable[[], None], prefix: str = ""
    ) -> None:
        self.share, self.keep, self.prefix = share, keep, prefix
        self._lock, self._in_hand = threading.Lock(), 0
        self.resource = Resource.create(
            {"service.name": f"{NAME}-{service}"} | ({"service.namespace": prefix} if prefix else {})
        )
        self.scope = InstrumentationScope(NAME, "", names.SCHEMA_URL)
        self.ended = processor.on_end
        self._provider = TracerProvider(ParentBasedTraceIdRatio(share), self.resource)
        self._provider.add_span_processor(processor)
        self.tracer: trace.Tracer = self._provider.get_tracer(NAME, schema_url=names.SCHEMA_URL)
        self._random = RandomIdGenerator()

    def begin(
        self,
        name: str,
        kind: SpanKind,
        attributes: Attributes,
        *,
        parent: SpanContext | None = None,
        links: Sequence[Link] = (),
        span_id: int | None = None,
    ) -> "Begun":
        """A span from now on; without a parent it begins a trace, without an id it has a random one."""
        number = span_id or self._random.generate_span_id()
        if parent is not None:
            context = SpanContext(parent.trace_id, number, is_remote=False, trace_flags=parent.trace_flags)
        else:
            trace_id = self._random.generate_trace_id()
            flags = KEPT if is_kept(trace_id, self.share) else LEFT_OUT
            context = SpanContext(trace_id, number, is_remote=False, trace_flags=flags)
        return Begun(self, name, kind, attributes, context, parent, links, time.time_ns())

    def take_in_hand(self) -> None:
        """A batch begins, whose spans are kept at its end."""
        with self._lock:
            self._in_hand += 1

    def let_go(self) -> None:
        """It has ended."""
        with self._lock:
            self._in_hand -= 1
        self.keep()

    def keep_alone(self) -> None:
        """Keep what was made, where no batch is in hand that does so."""
        if not self._in_hand:
            self.keep()

    def end(self) -> None:
        """Export what is left."""
        self._provider.shutdown()


@dataclass(slots=True)
class Begun:
    """A span that has not ended."""

    making: Making
    name: str
    kind: SpanKind
    attributes: Attributes
    context: SpanContext
    parent: SpanContext | None
    links: Sequence[Link]
    began: int

    def end(self, status: Status = UNSET) -> None:
        """Hand it on, where its trace is kept."""
        if not self.context.trace_flags.sampled:
            return
        self.making.ended(
            ReadableSpan(
                self.name, self.context, self.parent, self.making.resource, self.attributes, (), self.links, self.kind,
                status=status, start_time=self.began, end_time=time.time_ns(), instrumentation_scope=self.making.scope,
            )
        )  # fmt: skip
