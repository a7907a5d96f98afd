"""Starting processes and waiting until they are ready."""

from __future__ import annotations

import signal
import subprocess
import time

import paths
import probe
from catalog import NATS
from members import Member
from process import spawn
from run_folder import RunFolder
from say import Failure, Step, printable

READY_PATIENCE = 120.0  # seconds; a store that was killed in the middle of its work reads its log first
LOG_LINES_SHOWN = 8


class Starter:
    def __init__(self, folder: RunFolder):
        self.folder = folder
        self.children: dict[str, subprocess.Popen] = {}  # started by this command, by name

    def launch(self, member: Member) -> None:
        """Starts the member unless it runs already."""
        if self.folder.process(member.name):
            return
        for port in {member.port, member.ready_port}:
            if probe.is_taken(member.host, port):
                raise Failure(f"{member.name} cannot have port {port}: another program listens there")
        if member.name == NATS:
            (self.folder.data / "nats").mkdir(parents=True, exist_ok=True)
        try:
            process, child = spawn(member.command, member.environment, paths.ROOT, self.folder.fresh_log(member.name))
        except OSError as error:
            raise Failure(f"{member.name} cannot be started: {error}") from error
        self.folder.started(member.name, process)
        self.children[member.name] = child

    def wait_ready(self, members: list[Member], say: Step) -> None:
        """Until all are ready. A process that ends, or patience that does, is a Failure with what it said last."""
        waiting, end = list(members), time.monotonic() + READY_PATIENCE
        while True:
            waiting = [it for it in waiting if not it.is_ready()]
            if not waiting:
                return
            self.reap()
            for member in waiting:
                if not self.folder.process(member.name):
                    raise Failure(f"{member.name} has ended{self.how_ended(member)}. {self.last_words(member)}")
            if time.monotonic() > end:
                raise Failure("\n".join(f"{it.name} runs, but is not ready. {self.last_words(it)}" for it in waiting))
            say.progress("waiting for " + ", ".join(it.name for it in waiting))
            time.sleep(0.05)

    def reap(self) -> None:
        for child in self.children.values():
            child.poll()

    def how_ended(self, member: Member) -> str:
        child = self.children.get(member.name)
        code = child.returncode if child else None
        if code is None:
            return ""
        return f" by signal {signal.Signals(-code).name}" if code < 0 else f" with exit code {code}"

    def last_words(self, member: Member) -> str:
        log = self.folder.log(member.name)
        lines = log.read_text(errors="replace").splitlines()[-LOG_LINES_SHOWN:] if log.is_file() else []
        return f"The end of {log}:\n" + "\n".join("  " + printable(line)[:400] for line in lines)
