"""The suite as scripts/start runs it: up, down, and one process at a time."""

from __future__ import annotations

import os
import pathlib
import signal
import subprocess
import time
import unittest

from support import BIN, ROOT, SuiteTest, request, wait_for


def is_alive(pid: int) -> bool:
    """Not so for one that has ended and waits for its parent to notice."""
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


class CommandsTest(SuiteTest):
    NOISE = True

    def pids(self) -> dict[str, int]:
        return {name: seen["pid"] for name, seen in self.status().items()}

    def test_status_names_every_process_with_port_and_address(self) -> None:
        status = self.status()
        self.assertEqual(set(status), {"nats", *self.urls})
        for name, seen in status.items():
            self.assertTrue(seen["ready"], name)
            self.assertTrue(os.path.exists(f"/proc/{seen['pid']}"))
            if name != "nats":
                self.assertEqual(seen["url"], self.urls[name])
                self.assertEqual(os.readlink(f"/proc/{seen['pid']}/exe"), str((BIN / name).resolve()))

    def test_a_second_start_changes_nothing_and_is_quick(self) -> None:
        before, begun = self.pids(), time.monotonic()
        done = self.start("--detach")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertLess(time.monotonic() - begun, 20)
        self.assertEqual(self.pids(), before)

    def test_one_that_is_killed_ends_no_other_and_comes_back_alone(self) -> None:
        for name in ("gateway", "ingestion", "nats", "noise-maker"):
            with self.subTest(name):
                before = self.pids()
                os.kill(before[name], signal.SIGKILL)
                self.assertTrue(wait_for(lambda: self.status()[name]["pid"] is None))
                self.assertFalse(self.status()[name]["ready"])
                done = self.start("--only", name)
                self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
                self.assertTrue(wait_for(lambda: all(seen["ready"] for seen in self.status().values())), self.status())
                after = self.pids()
                self.assertNotEqual(after.pop(name), before.pop(name))
                self.assertEqual(after, before)

    def test_one_that_is_stopped_for_a_while_is_not_ready_and_recovers(self) -> None:
        pid = self.pids()["dashboard"]
        os.kill(pid, signal.SIGSTOP)
        try:
            self.assertFalse(self.status()["dashboard"]["ready"])
        finally:
            os.kill(pid, signal.SIGCONT)
        self.assertTrue(wait_for(lambda: self.status()["dashboard"]["ready"]))

    def test_every_service_answers_health_and_metrics(self) -> None:
        for name, url in self.urls.items():
            for path in ("/health", "/health/live", "/health/ready", "/metrics"):
                with self.subTest(name + path):
                    self.assertEqual(request(url + path)[0], 200)

    def test_noise_is_counted_by_the_analyzer_and_found_in_the_store(self) -> None:
        self.assertTrue(wait_for(lambda: 'log_messages_total{source="noise-maker"}' in self.get("log-analyzer", "/metrics")[1]))
        self.assertTrue(wait_for(lambda: self.count("*") > 0))

    def test_a_port_that_is_taken_is_named(self) -> None:
        done = subprocess.run([str(ROOT / "scripts" / "start"), "--detach", "--data", str(self.data / "other")], cwd=ROOT, stdin=subprocess.DEVNULL,
                              env=self.environment, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, "another program listens there")


class StopTest(SuiteTest):
    def test_what_was_accepted_outlives_a_stop(self) -> None:
        sent = self.post(b"".join(b'{"message":"kept %d","service":"stop"}\n' % n for n in range(5000)))
        self.assertEqual(sent, 5000)
        pids = [seen["pid"] for seen in self.status().values()]
        begun = time.monotonic()
        done = self.start("--stop")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertLess(time.monotonic() - begun, 20)
        self.assertFalse([pid for pid in pids if is_alive(pid)])
        self.assertEqual(self.status(), {})
        done = self.start("--stop")
        self.assertEqual(done.returncode, 0)
        self.assertIn("nothing runs", done.stdout)
        self.assertEqual(self.start("--detach", "--no-noise").returncode, 0)
        self.assertEqual(wait_for(lambda: self.count("service:stop") == 5000 and 5000), 5000)
        self.assertNotIn("noise-maker", self.status())


if __name__ == "__main__":
    unittest.main()
