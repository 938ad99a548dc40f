"""Traces by OpenTelemetry, where `OTEL_EXPORTER_OTLP_ENDPOINT` says where to; else nothing of it is even imported.

Needs the extra packages: pip install 'tallywire[tracing]'. The standard's own variables hold (OTEL_SERVICE_NAME,
OTEL_TRACES_SAMPLER, …). A span a request and a statement; of sockets one for each connection.
"""

import logging
import os
from collections.abc import Callable
from typing import Any

from starlette.types import ASGIApp

ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
# Probes and scrapes tell nothing.
UNTRACED = "healthz,readyz,metrics"
log = logging.getLogger(__name__)


def traced(app: ASGIApp) -> tuple[ASGIApp, Callable[[], None]]:
    """The application with traces, and what sends the last of them at the end; as it is where nobody wants any."""
    if not any(os.environ.get(name) for name in ENDPOINTS) or os.environ.get("OTEL_SDK_DISABLED") == "true":
        return app, _nothing
    try:
        return _traced(app)
    except ImportError:
        log.error("traces are wanted, but their packages are not installed: pip install 'tallywire[tracing]'")
        return app, _nothing


def _traced(app: ASGIApp) -> tuple[ASGIApp, Callable[[], None]]:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.instrumentation.asgi import OpenTelemetryMiddleware
    from opentelemetry.instrumentation.asyncpg import AsyncPGInstrumentor
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    resource = Resource.create({"service.name": os.environ.get("OTEL_SERVICE_NAME", "tallywire")})
    provider = TracerProvider(resource=resource)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    # Statements without their values.
    instrumentor = AsyncPGInstrumentor(capture_parameters=False)  # type: ignore[no-untyped-call]
    instrumentor.instrument(tracer_provider=provider)
    wrapped: Any = OpenTelemetryMiddleware(
        app, excluded_urls=UNTRACED, tracer_provider=provider, exclude_spans=["receive", "send"]
    )

    def end() -> None:
        instrumentor.uninstrument()
        provider.shutdown()

    return wrapped, end


def _nothing() -> None:
    """There is nothing to send."""
