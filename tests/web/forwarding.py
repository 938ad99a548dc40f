"""A proxy before a server: what it answers can be changed on the way, also what a service worker asks for."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx

HOP_BY_HOP = {"connection", "transfer-encoding", "content-length", "content-encoding", "keep-alive", "host"}
# The path and the body; the body that is passed on.
Change = Callable[[str, bytes], bytes]


class Proxy:
    """`change` may be set anew at any time."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.url = ""
        self.change: Change = lambda path, body: body


@contextmanager
def proxied(origin: str) -> Iterator[Proxy]:
    """On a free port of this machine, until the end of the block."""
    proxy, client = Proxy(origin), httpx.Client(timeout=60)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _forward(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            headers = {name: value for name, value in self.headers.items() if name.lower() not in HOP_BY_HOP}
            answer = client.request(self.command, proxy.origin + self.path, content=body, headers=headers)
            content = proxy.change(self.path, answer.content)
            self.send_response(answer.status_code)
            for name, value in answer.headers.items():
                if name.lower() not in HOP_BY_HOP:
                    self.send_header(name, value)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = _forward  # noqa: N815

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002
            """Says nothing: the server's own log does."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    proxy.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield proxy
    server.shutdown()
    server.server_close()
    client.close()
