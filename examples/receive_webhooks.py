#!/usr/bin/env python3
"""Takes what `tallywire relay` sends: checks the signature, keeps each message once, prints what happened.

TALLYWIRE_RELAY_SECRET=whsec_… python3 receive_webhooks.py [PORT]

Python's standard library alone. The ids of what was taken stand in a file: a message may come again.
"""

import base64
import hashlib
import hmac
import json
import os
import sys
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

KEY = base64.b64decode(os.environ["TALLYWIRE_RELAY_SECRET"].removeprefix("whsec_"))
TAKEN = Path(os.environ.get("TAKEN", "taken.txt"))
TOO_OLD_SECONDS = 300
taken = set(TAKEN.read_text().split()) if TAKEN.exists() else set()


def is_signed(headers, body: bytes) -> bool:
    """Over id, time and body, by us, and lately: else anybody could send it, or send it again next year."""
    sent_at = headers.get("webhook-timestamp", "")
    signed = f"{headers.get('webhook-id')}.{sent_at}.".encode() + body
    expected = "v1," + base64.b64encode(hmac.digest(KEY, signed, hashlib.sha256)).decode()
    known = any(hmac.compare_digest(expected, one) for one in headers.get("webhook-signature", "").split())
    return known and sent_at.isdigit() and abs(time.time() - int(sent_at)) < TOO_OLD_SECONDS


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if not is_signed(self.headers, body):
            self.answer(401)
        elif (message_id := self.headers["webhook-id"]) in taken:
            self.answer(200)
        else:
            show(json.loads(body))
            # Kept before it is answered: what is answered is never sent again.
            with TAKEN.open("a") as file:
                file.write(f"{message_id}\n")
            taken.add(message_id)
            self.answer(204)

    def answer(self, status: int) -> None:
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Quiet: what was taken is printed."""


def show(message: dict) -> None:
    for report in message["data"].get("reports", []):
        print(report["sequence"], report["kind"], report["station"]["id"], report["contest"]["id"], flush=True)
    for result in message["data"].get("results", []):
        leader = result["rows"][0]["candidate"]["id"] if result["rows"] else "nobody"
        print(result["contest"]["id"], result["area"]["id"], leader, result["stationsReporting"], flush=True)


if __name__ == "__main__":
    server = HTTPServer(("127.0.0.1", int(sys.argv[1]) if len(sys.argv) > 1 else 8080), Receiver)
    print(f"listens on http://127.0.0.1:{server.server_port}/", flush=True)
    server.serve_forever()
