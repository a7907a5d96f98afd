"""Processes by more than their pid, so that a pid which the system has given to another is never taken for ours."""

from __future__ import annotations

import os
import pathlib
import signal
import subprocess
from dataclasses import dataclass
from typing import Mapping


def _boot() -> str:
    return pathlib.Path("/proc/sys/kernel/random/boot_id").read_text().strip()


def _stat(pid: int) -> list[str] | None:
    """Fields of /proc/<pid>/stat from the third on: state first, the time of starting at 19."""
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None


@dataclass(frozen=True)
class Process:
    pid: int
    started: str  # clock ticks since boot
    boot: str

    @staticmethod
    def of(pid: int) -> Process:
        return Process(pid, (_stat(pid) or [""] * 20)[19], _boot())

    @staticmethod
    def from_file(file: pathlib.Path) -> Process | None:
        try:
            pid, started, boot = file.read_text().split()
            return Process(int(pid), started, boot)
        except (OSError, ValueError):
            return None

    def to_file(self, file: pathlib.Path) -> None:
        file.write_text(f"{self.pid} {self.started} {self.boot}\n")

    def is_running(self) -> bool:
        stat = _stat(self.pid)
        return stat is not None and stat[0] not in "ZX" and stat[19] == self.started and self.boot == _boot()

    def signal(self, number: signal.Signals) -> None:
        if self.is_running():
            try:
                os.kill(self.pid, number)
            except ProcessLookupError:
                pass

    def ask_to_stop(self) -> None:
        """SIGTERM, and SIGCONT for one that is stopped, which would not hear it."""
        self.signal(signal.SIGTERM)
        self.signal(signal.SIGCONT)


def spawn(command: list[str], environment: Mapping[str, str], folder: pathlib.Path, log: pathlib.Path) -> tuple[Process, subprocess.Popen]:
    """Starts a process that nothing ties to us: a session of its own, no terminal, none of our files."""
    with open(log, "ab") as output:
        child = subprocess.Popen(command, env=dict(environment), cwd=folder, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                                 start_new_session=True)
    return Process.of(child.pid), child
