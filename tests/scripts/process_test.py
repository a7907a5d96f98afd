"""Processes are known by more than their pid, and stop as they should."""

import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import unittest

import support  # noqa: F401, first: it makes the next imports work
import stopping
from process import Process, spawn
from run_folder import Plan, RunFolder

SLEEPER = [sys.executable, "-c", "import signal, sys, time; signal.signal(signal.SIGTERM, lambda *_: sys.exit(0)); print('up', flush=True); time.sleep(60)"]
STUBBORN = [sys.executable, "-c", "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"]


class ProcessTest(unittest.TestCase):
    def setUp(self) -> None:
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = RunFolder(pathlib.Path(holder.name))
        self.folder.create()

    def launch(self, name: str, command: list[str]) -> Process:
        """Starts it and waits until it has set up its signals."""
        process, child = spawn(command, os.environ, self.folder.path, self.folder.log(name))
        self.addCleanup(lambda: (child.kill(), child.wait()))
        self.folder.started(name, process)
        end = time.monotonic() + 10
        while "up" not in self.folder.log(name).read_text() and time.monotonic() < end:
            time.sleep(0.01)
        return process

    def test_a_process_is_found_again_from_its_file(self) -> None:
        process = self.launch("one", SLEEPER)
        self.assertEqual(self.folder.process("one"), process)
        process.signal(signal.SIGKILL)
        self.assertTrue(stopping._wait(process, time.monotonic() + 5))
        self.assertIsNone(self.folder.process("one"), "ended, though not reaped yet")

    def test_a_pid_that_another_process_has_now_is_not_taken_for_ours(self) -> None:
        process = self.launch("one", SLEEPER)
        for changed in (Process(process.pid, "1", process.boot), Process(process.pid, process.started, "another-boot")):
            self.assertFalse(changed.is_running())
            changed.signal(signal.SIGKILL)
        self.assertTrue(process.is_running())

    def test_a_damaged_file_is_no_process(self) -> None:
        for text in ("", "12", "x y z", "1 2 3 4"):
            (self.folder.path / "one.pid").write_text(text)
            self.assertIsNone(self.folder.process("one"))

    def test_it_has_a_session_of_its_own_and_no_terminal(self) -> None:
        process = self.launch("one", SLEEPER)
        self.assertEqual(os.getsid(process.pid), process.pid)
        self.assertEqual(os.readlink(f"/proc/{process.pid}/fd/0"), "/dev/null")

    def test_stop_stops_what_runs_and_says_how_many(self) -> None:
        processes = [self.launch(name, SLEEPER) for name in ("one", "two")]
        processes[0].signal(signal.SIGSTOP)
        said: list[str] = []
        self.assertEqual(stopping.stop(self.folder, ["one", "two", "absent"], said.append), 2)
        self.assertEqual(said, ["stopped two", "stopped one"])
        self.assertFalse(any(process.is_running() for process in processes))
        self.assertEqual(stopping.stop(self.folder, ["one", "two"], said.append), 0)

    def test_one_that_will_not_stop_is_killed_and_named(self) -> None:
        process = self.launch("one", STUBBORN)
        said: list[str] = []
        limits = stopping.TURN, stopping.SERVICES_LIMIT
        stopping.TURN, stopping.SERVICES_LIMIT = 0.1, 0.3
        try:
            stopping.stop(self.folder, ["one"], said.append)
        finally:
            stopping.TURN, stopping.SERVICES_LIMIT = limits
        self.assertFalse(process.is_running())
        self.assertRegex(said[0], "KILLED one")

    def test_a_plan_is_kept_for_the_owner_alone(self) -> None:
        plan = Plan(["gateway"], None, {"LOGCHUTE_NATS_PASSWORD": "secret"})
        self.folder.keep_plan(plan)
        self.assertEqual(self.folder.plan(), plan)
        self.assertEqual((self.folder.path / "suite.json").stat().st_mode & 0o077, 0)
        self.folder.forget_plan()
        self.assertIsNone(self.folder.plan())

    def test_a_lock_goes_with_its_holder(self) -> None:
        code = f"import sys; sys.path.insert(0, {str(support.ROOT / 'scripts/suite')!r}); import os, pathlib, run_folder\n" \
               f"run_folder.RunFolder(pathlib.Path({str(self.folder.data)!r})).locked().__enter__(); os._exit(0)"
        subprocess.run([sys.executable, "-B", "-c", code], check=True)
        with self.folder.locked():
            pass


if __name__ == "__main__":
    unittest.main()
