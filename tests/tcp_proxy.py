"""A network between two processes of this machine, to be cut, stopped or slowed down."""

import contextlib
import socket
import struct
import threading
import time

PIECE_BYTES = 65_536
# Closing with no time to linger sends RST, as a line that breaks does.
BREAK = struct.pack("ii", 1, 0)


class TcpProxy:
    """Hands on to port `target`, which may be told later, what comes in on `port`.

    `delay_seconds` is added to every piece, both ways.
    `stop`: nothing passes, and nobody is told; `go` lets it pass. `cut`: every connection breaks, and new ones do,
    until `mend`.
    """

    def __init__(self, target: int) -> None:
        self.target = target
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=1_024)
        self.port = int(self._listener.getsockname()[1])
        self.delay_seconds = 0.0
        self._passing = threading.Event()
        self._passing.set()
        self._broken = False
        self._ended = False
        self._ends: set[socket.socket] = set()
        self._lock = threading.Lock()
        threading.Thread(target=self._accept, daemon=True, name="proxy").start()

    def stop(self) -> None:
        self._passing.clear()

    def go(self) -> None:
        self._passing.set()

    def cut(self) -> None:
        self._broken = True
        with self._lock:
            ends = list(self._ends)
        for end in ends:
            _break(end)

    def mend(self) -> None:
        self._broken = False

    def close(self) -> None:
        self._ended = True
        self._listener.close()
        self.go()
        self.cut()

    def _accept(self) -> None:
        while not self._ended:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            if self._broken:
                _break(near)
                continue
            try:
                far = socket.create_connection(("127.0.0.1", self.target), 10)
            except OSError:
                _break(near)
                continue
            far.settimeout(None)
            with self._lock:
                self._ends |= {near, far}
            with contextlib.suppress(OSError):
                # A cut may have broken either by now.
                for end in (near, far):
                    end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for one, other in ((near, far), (far, near)):
                threading.Thread(target=self._hand_on, args=(one, other), daemon=True).start()

    def _hand_on(self, one: socket.socket, other: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while piece := one.recv(PIECE_BYTES):
                self._passing.wait()
                if self.delay_seconds:
                    time.sleep(self.delay_seconds)
                other.sendall(piece)
        with self._lock:
            self._ends -= {one, other}
        for end in (one, other):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()


def _break(end: socket.socket) -> None:
    with contextlib.suppress(OSError):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, BREAK)
        end.shutdown(socket.SHUT_RDWR)
    end.close()
