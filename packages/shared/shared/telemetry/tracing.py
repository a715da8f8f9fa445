"""Traces from frame to frame, for OpenTelemetry: off, and free, unless OTEL_* says where to.

    gateway.message ─▶ worker.run ─▶ claim · context · model · store · publish ─▶ gateway.deliver

W3C's `traceparent` is stored in the run's payload and sent with the published answer; the gateway
removes it before a client sees the frame. Spans carry ids, counts and states, never words of a
message. The tracer provider is our own and not the global one, so that no library adds prompts.
OpenTelemetry's own variables say what is exported and to where: OTEL_EXPORTER_OTLP_ENDPOINT turns
it on; only the `http/protobuf` protocol is supported.

Times are those of `time.monotonic`.
"""

import os
import time
from collections.abc import Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal

from shared.log import get_logger
from shared.proxies import proxy_for

if TYPE_CHECKING:
    import requests
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Span as OtelSpan
    from opentelemetry.trace import Tracer

log = get_logger(__name__)

TRACEPARENT = "traceparent"
FLUSH_WITHIN_MS = 3_000
_ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")

Kind = Literal["server", "consumer", "internal"]

_provider: "TracerProvider | None" = None
_tracer: "Tracer | None" = None


def start_tracing(service: str) -> None:
    """Begin if the environment says where to; call once per process. `service` is the service name
    unless OTEL_SERVICE_NAME gives another."""
    global _provider, _tracer
    if _provider is not None or not _is_wanted(os.environ):
        return
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    name = os.environ.get("OTEL_SERVICE_NAME", service)
    _provider = TracerProvider(
        resource=Resource.create({"service.name": name}), shutdown_on_exit=False
    )
    _provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(session=_line_out())))
    _tracer = _provider.get_tracer("konstruct")
    log.info("tracing_started", service=name)


def _line_out() -> "requests.Session":
    """The exporter's proxy, by our own rule (`shared.proxies`), because requests has another."""
    import requests

    line = requests.Session()
    line.trust_env = False
    if proxy := proxy_for(next(filter(None, map(os.environ.get, _ENDPOINTS)))):
        line.proxies = {"http": proxy, "https": proxy}
    return line


def stop_tracing() -> None:
    """Send what waits, within bounds. Blocks, so do not call it on the event loop."""
    global _provider, _tracer
    provider, _provider, _tracer = _provider, None, None
    if provider is not None:
        provider.force_flush(FLUSH_WITHIN_MS)
        provider.shutdown()


def _is_wanted(environment: Mapping[str, str]) -> bool:
    if environment.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return False
    if environment.get("OTEL_TRACES_EXPORTER", "otlp") != "otlp":
        return False
    if not any(environment.get(name) for name in _ENDPOINTS):
        return False
    protocols = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
    protocol = next((environment[name] for name in protocols if environment.get(name)), None)
    if protocol not in (None, "http/protobuf"):
        log.error("tracing_not_started", protocol=protocol, spoken="http/protobuf")
        return False
    return True


class Span:
    """A piece of work with its duration. As a context manager it ends with its block, as failed if
    the block raises. Without tracing it does nothing."""

    __slots__ = ("_span",)

    def __init__(self, span: "OtelSpan | None") -> None:
        self._span = span

    @property
    def carried(self) -> dict[str, str]:
        """What to send along, so that the next process continues the trace; empty without
        tracing."""
        if self._span is None:
            return {}
        context = self._span.get_span_context()
        ids = f"{context.trace_id:032x}-{context.span_id:016x}"
        return {TRACEPARENT: f"00-{ids}-{context.trace_flags:02x}"}

    def set(self, **attributes: Any) -> None:
        if self._span is not None:
            self._span.set_attributes(_named(attributes))

    def part(self, name: str, began_at: float, ended_at: float) -> None:
        """Record a part of this span that is already over."""
        if self._span is not None and _tracer is not None:
            from opentelemetry.trace import set_span_in_context

            part = _tracer.start_span(
                name, set_span_in_context(self._span), start_time=_ns(began_at)
            )
            part.end(_ns(ended_at))

    def end(self, error: str | None = None) -> None:
        if self._span is not None:
            if error is not None:
                from opentelemetry.trace import Status, StatusCode

                self._span.set_status(Status(StatusCode.ERROR, error))
            self._span.end()

    def __enter__(self) -> "Span":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.end(kind.__name__ if kind is not None else None)


NOTHING = Span(None)


def span(
    name: str,
    kind: Kind = "internal",
    *,
    parent: object = None,
    began_at: float | None = None,
    **attributes: Any,
) -> Span:
    """Begin a span. `parent` is a received traceparent, ignored unless well formed. `began_at` is
    for a span that began earlier."""
    if _tracer is None:
        return NOTHING
    from opentelemetry.context import Context
    from opentelemetry.trace import SpanKind
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    context = Context()
    if isinstance(parent, str):
        context = TraceContextTextMapPropagator().extract({TRACEPARENT: parent}, context)
    return Span(
        _tracer.start_span(
            name,
            context,
            kind=SpanKind[kind.upper()],
            start_time=_ns(began_at if began_at is not None else time.monotonic()),
            attributes=_named(attributes),
        )
    )


def _named(attributes: Mapping[str, Any]) -> dict[str, Any]:
    return {
        f"konstruct.{name}": value if isinstance(value, int | float | bool) else str(value)
        for name, value in attributes.items()
        if value is not None
    }


def _ns(at: float) -> int:
    """Nanoseconds since the epoch."""
    return time.time_ns() - int((time.monotonic() - at) * 1_000_000_000)
