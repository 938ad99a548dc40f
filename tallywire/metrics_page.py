"""`/metrics`, for Prometheus; docs/metrics.md names everything in it."""

import os
import secrets

import prometheus_client
from prometheus_client.multiprocess import MultiProcessCollector
from pydantic import SecretStr
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from tallywire.leaving import Leaving
from tallywire.meters import LEAVING

# prometheus-client's own name for the folder in which the workers of one server count.
WORKERS_METERS = "PROMETHEUS_MULTIPROC_DIR"


class MetricsPage:
    """`token`: who asks must send it as Authorization: Bearer …; None: nobody need."""

    def __init__(self, token: SecretStr | None, leaving: Leaving) -> None:
        self._wanted = f"Bearer {token.get_secret_value()}".encode() if token else None
        self._leaving = leaving

    @property
    def routes(self) -> list[BaseRoute]:
        return [Route("/metrics", self._show)]

    async def _show(self, request: Request) -> Response:
        if self._wanted is not None:
            given = request.headers.get("authorization", "").encode("latin-1")
            if not secrets.compare_digest(given, self._wanted):
                return PlainTextResponse("a token is needed\n", 401, headers={"WWW-Authenticate": "Bearer"})
        LEAVING.set(self._leaving.begun)
        return Response(
            prometheus_client.generate_latest(_meters()),
            media_type=prometheus_client.CONTENT_TYPE_LATEST,
            headers={"Cache-Control": "no-store"},
        )


def _meters() -> prometheus_client.CollectorRegistry:
    """Of all workers together, where there are several; whichever of them is asked."""
    if WORKERS_METERS not in os.environ:
        return prometheus_client.REGISTRY
    registry = prometheus_client.CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return registry
