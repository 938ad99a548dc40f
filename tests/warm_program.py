"""The program `tallywire` of shells that the tests run: asks tests/warm_start for it and ends as it ends."""

import json
import os
import signal
import socket
import sys
from pathlib import Path

DOOR = "door"
MESSAGE_BYTES = 262_144


def _main() -> int:
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as door:
        door.connect(str(Path(sys.argv[0]).parent / DOOR))
        asked = {"arguments": sys.argv[1:], "environment": dict(os.environ), "folder": str(Path.cwd())}
        # Until it is known whom they are for, signals wait.
        signals = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
        signal.pthread_sigmask(signal.SIG_BLOCK, signals)
        socket.send_fds(door, [json.dumps(asked).encode()], [0, 1, 2])
        pid = int(door.recv(64))
        for number in signals:
            signal.signal(number, lambda number, _frame: os.kill(pid, number))
        signal.pthread_sigmask(signal.SIG_UNBLOCK, signals)
        code = int(door.recv(64))
    if code < 0:
        signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    return code


if __name__ == "__main__":
    sys.exit(_main())
