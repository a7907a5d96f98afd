"""DATA/run: who runs, with which settings, and what they say."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import pathlib
import time
from dataclasses import asdict, dataclass, field
from typing import Iterator

from process import Process
from say import Failure

LOCK_PATIENCE = 60.0  # seconds; another command may be waiting for a service to become ready
LOG_BYTES_MAX = 64 << 20  # a log that has grown beyond is put aside at the next start, one old one is kept


@dataclass
class Plan:
    """What was asked for when the suite was started; whatever is started later joins with the same."""
    services: list[str]
    config: str | None = None
    environment: dict[str, str] = field(default_factory=dict)  # what is set of LOGCHUTE_*, and the port of NATS's monitoring


class RunFolder:
    def __init__(self, data: pathlib.Path):
        self.data = data
        self.path = data / "run"

    def create(self) -> None:
        self.path.mkdir(parents=True, exist_ok=True)

    def log(self, name: str) -> pathlib.Path:
        return self.path / f"{name}.log"

    def fresh_log(self, name: str) -> pathlib.Path:
        file = self.log(name)
        if file.exists() and file.stat().st_size > LOG_BYTES_MAX:
            file.replace(file.with_suffix(".log.old"))
        return file

    def process(self, name: str) -> Process | None:
        """The running process of that name."""
        process = Process.from_file(self.path / f"{name}.pid")
        return process if process and process.is_running() else None

    def started(self, name: str, process: Process) -> None:
        process.to_file(self.path / f"{name}.pid")

    def ended(self, name: str) -> None:
        (self.path / f"{name}.pid").unlink(missing_ok=True)

    def plan(self) -> Plan | None:
        try:
            return Plan(**json.loads((self.path / "suite.json").read_text()))
        except (OSError, ValueError, TypeError):
            return None

    def keep_plan(self, plan: Plan) -> None:
        """For the owner's eyes only: settings may be secrets."""
        file = self.path / "suite.json"
        file.unlink(missing_ok=True)
        with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            json.dump(asdict(plan), out, indent=1)

    def forget_plan(self) -> None:
        (self.path / "suite.json").unlink(missing_ok=True)

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """One command at a time starts and stops things here. The system frees the lock of one that dies."""
        self.create()
        with open(self.path / "lock", "w") as file:
            end = time.monotonic() + LOCK_PATIENCE
            while True:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() > end:
                        raise Failure(f"another scripts/start is at work on {self.data}") from None
                    time.sleep(0.1)
            yield
