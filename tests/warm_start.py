"""Commands of tallywire in processes forked from one that has imported it all: a start costs no imports.

Most of a test server's start would be imports, the same each time. What is started is the same program with arguments,
environment, standard streams and process group of its own. Run as a module, this is the process that is forked;
shells that the tests run find it by `path`, as a program that is called tallywire.
"""

import atexit
import contextlib
import gc
import importlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TextIO

from tests import warm_program
from tests.warm_program import DOOR, MESSAGE_BYTES

# Names of the dynamic linker: they have their effect on a program that is started, not on one that is forked.
OF_THE_LINKER = ("LD_", "PYTHON")
# What a server imports only as it starts.
LATE = (
    *("anyio._backends._asyncio", "anyio.abc", "anyio.streams.tls", "broadcaster._backends.memory"),
    *("strawberry.federation.schema_directives", "uvicorn.lifespan.on"),
)
# The suite says so; what measures a server (bench/) starts it as its users do.
wanted = False


def can_fork(environment: Mapping[str, str]) -> bool:
    """Whether a command with this environment can be one that is forked here."""
    known = hasattr(os, "pidfd_open")
    return known and all(
        os.environ.get(name) == value for name, value in environment.items() if name.startswith(OF_THE_LINKER)
    )


class WarmProcess:
    """What subprocess.Popen gives of a process that somebody else forked."""

    def __init__(self, pid: int, stdout: int, status: socket.socket) -> None:
        self.pid = pid
        self.stdout: TextIO = os.fdopen(stdout, encoding="utf-8")
        self.returncode: int | None = None
        self._status = status

    def poll(self) -> int | None:
        """The exit code, where it has ended; minus the signal's number as of Popen."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            return self.wait(0)
        return None

    def wait(self, timeout: float | None = None) -> int:
        """Raises subprocess.TimeoutExpired."""
        if self.returncode is None:
            if not select.select([self._status], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired("tallywire", timeout or 0)
            said = self._status.recv(64)
            self._status.close()
            self.returncode = int(said)
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Nothing to one that has ended: its number may be another's by now."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)


class _Starter:
    """The one process of this suite that others are forked from."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._folder = tempfile.TemporaryDirectory()
        self.programs = Path(self._folder.name)
        door = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        door.bind(str(self.programs / DOOR))
        door.listen()
        with theirs, door:
            self.process = subprocess.Popen(
                (sys.executable, "-m", "tests.warm_start", str(theirs.fileno()), str(door.fileno())),
                stdout=subprocess.DEVNULL,
                pass_fds=(theirs.fileno(), door.fileno()),
            )
        program = self.programs / "tallywire"
        # Without the site's packages: it only asks.
        program.write_text(f"#!{sys.executable} -IS\n{Path(warm_program.__file__).read_text()}")
        program.chmod(0o755)
        self._socket = ours
        self._one_at_a_time = threading.Lock()
        atexit.register(self.close)

    def start(self, arguments: Sequence[str], environment: Mapping[str, str], errors: int) -> WarmProcess:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        out, written = os.pipe()
        asked = {"arguments": list(arguments), "environment": dict(environment), "folder": str(Path.cwd())}
        with theirs, Path(os.devnull).open() as nothing, self._one_at_a_time:
            fds = [nothing.fileno(), written, errors, theirs.fileno()]
            socket.send_fds(self._socket, [json.dumps(asked).encode()], fds)
            os.close(written)
            pid = int(self._socket.recv(64))
        return WarmProcess(pid, out, ours)

    def close(self) -> None:
        self._socket.close()
        self.process.wait()
        self._folder.cleanup()


_starters: list[_Starter] = []


def _starter() -> _Starter:
    if not _starters:
        _starters.append(_Starter())
    return _starters[0]


def start(arguments: Sequence[str], environment: Mapping[str, str], errors: int) -> WarmProcess:
    """`tallywire ARGUMENTS` in a session of its own; `errors` is the descriptor of its standard error."""
    return _starter().start(arguments, environment, errors)


def path() -> str:
    """The folder of a program `tallywire` for the PATH of shells."""
    return str(_starter().programs)


def _main(control: socket.socket, door: socket.socket) -> None:
    """Forks what is asked for and tells how each ended, until nobody can ask any more."""
    from tallywire.cli import COMMANDS

    for module in (*(command.split(":")[0] for command in COMMANDS.values()), *LATE):
        importlib.import_module(module)
    # A server looks for garbage once it has started: what is here already it need not search, nor copy.
    gc.collect()
    gc.freeze()
    running: dict[int, tuple[int, socket.socket]] = {}
    while True:
        ready, _, _ = select.select([control, door, *running], [], [])
        for watched in ready:
            if watched is control:
                asked = socket.recv_fds(control, MESSAGE_BYTES, 4)
                if not asked[0]:
                    return
                *streams, status = asked[1]
                _fork(asked[0], streams, control, socket.socket(fileno=status), running)
            elif watched is door:
                caller, _ = door.accept()
                asked = socket.recv_fds(caller, MESSAGE_BYTES, 3)
                _fork(asked[0], asked[1], caller, caller, running)
            else:
                _tell_end(watched, *running.pop(watched))


def _fork(
    asked: bytes,
    streams: Sequence[int],
    caller: socket.socket,
    status: socket.socket,
    running: dict[int, tuple[int, socket.socket]],
) -> None:
    """Tells the caller the number of the process; its end is told to `status`."""
    pid = os.fork()
    if pid == 0:
        _become(json.loads(asked), streams)
    for stream in streams:
        os.close(stream)
    running[os.pidfd_open(pid)] = (pid, status)
    caller.send(str(pid).encode())


def _become(asked: dict[str, object], streams: Sequence[int]) -> None:
    """The command, from here to the end of this process."""
    code = 1
    try:
        os.setsid()
        for standard, stream in enumerate(streams):
            os.dup2(stream, standard)
        os.closerange(3, 256)
        os.environ.clear()
        os.environ.update(asked["environment"])  # type: ignore[call-overload]
        os.chdir(str(asked["folder"]))
        # A program by its name, not a module of a package: so it is named where it says how it is used.
        sys.modules["__main__"].__package__ = None
        sys.argv = ["tallywire", *asked["arguments"]]  # type: ignore[misc]
        code = _command()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _command() -> int:
    import traceback

    from tallywire.cli import main

    try:
        main()
    except SystemExit as ending:
        if isinstance(ending.code, str):
            print(ending.code, file=sys.stderr)
        return ending.code if isinstance(ending.code, int) else int(ending.code is not None)
    except BaseException:
        traceback.print_exc()
        return 1
    return 0


def _tell_end(pidfd: int, pid: int, status: socket.socket) -> None:
    _, ended = os.waitpid(pid, 0)
    os.close(pidfd)
    with status, contextlib.suppress(OSError):
        status.send(str(os.waitstatus_to_exitcode(ended)).encode())


if __name__ == "__main__":
    _main(*(socket.socket(fileno=int(number)) for number in sys.argv[1:]))
