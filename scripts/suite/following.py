"""The foreground: says what goes wrong in the suite until it is asked to stop."""

from __future__ import annotations

import json
import pathlib
import signal
import threading
from typing import Sequence

from members import Member
from run_folder import RunFolder
from say import printable
from starting import Starter

LOUD = ("warn", "error", "fatal")


class LogTail:
    """The lines that a log has gained since the last look."""

    def __init__(self, file: pathlib.Path):
        self.file = file
        self.at = file.stat().st_size if file.is_file() else 0

    def new_lines(self) -> list[str]:
        try:
            with open(self.file, "rb") as log:
                if log.seek(0, 2) < self.at:
                    self.at = 0
                log.seek(self.at)
                text = log.read(1 << 20)
        except OSError:
            return []
        whole = text[: text.rfind(b"\n") + 1]
        self.at += len(whole)
        return whole.decode(errors="replace").splitlines()


def is_loud(line: str) -> bool:
    """Whether a log line is one to be seen: a warning or worse of ours, or what is no JSON at all."""
    try:
        return json.loads(line).get("level") in LOUD
    except (ValueError, AttributeError):
        return not line.startswith("[")  # nats-server's own lines: "[pid] time [INF] ..."


def follow(folder: RunFolder, members: Sequence[Member], starter: Starter) -> None:
    """Until SIGINT, SIGTERM or SIGHUP, or until nothing runs any more."""
    asked = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: asked.set())
    tails = {it.name: LogTail(folder.log(it.name)) for it in members}
    running = {it.name for it in members}
    while not asked.wait(0.3):
        starter.reap()
        for name, tail in tails.items():
            for line in filter(is_loud, tail.new_lines()):
                print(f"{name}: {printable(line)[:1000]}", flush=True)
        now = {name for name in tails if folder.process(name)}
        for name in sorted(running - now):
            print(f"{name} has ended; ./scripts/start --only {name} starts it again", flush=True)
        for name in sorted(now - running):
            print(f"{name} runs again", flush=True)
        running = now
        if not running:
            return
