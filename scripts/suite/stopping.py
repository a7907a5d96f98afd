"""Stopping the suite: in the reverse order, everything that was accepted kept, all of it within 20 seconds."""

from __future__ import annotations

import signal
import time
from typing import Callable, Sequence

from catalog import NATS
from process import Process
from run_folder import RunFolder

TURN = 4.0             # seconds before the next one is asked, while one that is slow goes on
SERVICES_LIMIT = 15.0  # seconds after which a service is killed; all of them together
NATS_LIMIT = 3.5       # seconds more, for the bus alone


def stop(folder: RunFolder, names: Sequence[str], say: Callable[[str], None]) -> int:
    """Stops those of `names`, given in the order of starting, that run. Returns how many did."""
    running = [(name, process) for name in reversed(names) if (process := folder.process(name))]
    end = time.monotonic() + SERVICES_LIMIT
    for name, process in running:
        if name != NATS:
            process.ask_to_stop()
            _wait(process, min(time.monotonic() + TURN, end))
    _finish(folder, [it for it in running if it[0] != NATS], end, say)
    nats = [it for it in running if it[0] == NATS]
    for _, process in nats:  # last: the others have drained by now
        process.ask_to_stop()
    _finish(folder, nats, time.monotonic() + NATS_LIMIT, say)
    return len(running)


def _finish(folder: RunFolder, running: list[tuple[str, Process]], end: float, say: Callable[[str], None]) -> None:
    for name, process in running:
        if not _wait(process, end):
            say(f"KILLED {name} (pid {process.pid}): it did not stop in time. Its log: {folder.log(name)}")
            process.signal(signal.SIGKILL)
            _wait(process, time.monotonic() + 1)
        else:
            say(f"stopped {name}")
        folder.ended(name)


def _wait(process: Process, end: float) -> bool:
    while process.is_running():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True
