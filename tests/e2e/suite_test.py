"""The suite as scripts/start runs it: up, down, and one process at a time."""

from __future__ import annotations

import os
import pathlib
import signal
import time
import unittest

from suite import Suite, until


def is_alive(pid: int) -> bool:
    """Not so for one that has ended and waits for its parent to notice."""
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


class CommandsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.suite = Suite()
        cls.addClassCleanup(cls.suite.close)
        cls.suite.start()

    def pids(self) -> dict[str, int]:
        return {name: seen["pid"] for name, seen in self.suite.status().items()}

    def all_ready(self) -> bool:
        return all(seen["ready"] for seen in self.suite.status().values())

    def test_status_names_every_process_with_port_and_address(self) -> None:
        status = self.suite.status()
        self.assertEqual(set(status), {"nats", *self.suite.ports})
        for name, seen in status.items():
            self.assertTrue(seen["ready"], name)
            self.assertTrue(is_alive(seen["pid"]))
            if name != "nats":
                self.assertEqual((seen["port"], seen["url"]), (self.suite.ports[name], self.suite.url(name, "")))
                self.assertEqual(os.readlink(f"/proc/{seen['pid']}/exe"), str(pathlib.Path(self.suite.binary(name)).resolve()))

    def test_a_second_start_changes_nothing(self) -> None:
        before = self.pids()
        self.suite.start()
        self.assertEqual(self.pids(), before)

    def test_one_that_is_killed_ends_no_other_and_comes_back_alone(self) -> None:
        for name in ("gateway", "ingestion", "nats", "noise-maker"):
            with self.subTest(name):
                before = self.pids()
                self.suite.kill(name)
                self.assertFalse(self.suite.status()[name]["ready"])
                done = self.suite.script("--only", name)
                self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
                self.assertTrue(until(self.all_ready), self.suite.status())
                after = self.pids()
                self.assertNotEqual(after.pop(name), before.pop(name))
                self.assertEqual(after, before)

    def test_one_that_is_stopped_for_a_while_is_not_ready_and_recovers(self) -> None:
        pid = self.pids()["dashboard"]
        os.kill(pid, signal.SIGSTOP)
        try:
            self.assertFalse(self.suite.status()["dashboard"]["ready"])
        finally:
            os.kill(pid, signal.SIGCONT)
        self.assertTrue(until(self.all_ready))

    def test_every_service_answers_health_and_metrics(self) -> None:
        for name in self.suite.ports:
            for path in ("/health", "/health/live", "/health/ready", "/metrics"):
                with self.subTest(name + path):
                    self.assertEqual(self.suite.get(name, path).status, 200)

    def test_noise_is_counted_by_the_analyzer_and_found_in_the_store(self) -> None:
        self.assertTrue(until(lambda: self.suite.metric("log-analyzer", 'log_messages_total{source="noise-maker"}') > 0))
        self.assertTrue(until(lambda: self.suite.count("source:noise-maker") > 0))

    def test_a_port_that_is_taken_is_named(self) -> None:
        other = Suite()
        self.addCleanup(other.close)
        other.environment = self.suite.environment
        done = other.script("--detach")
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, "another program listens there")


class StopTest(unittest.TestCase):
    def test_what_was_accepted_outlives_a_stop(self) -> None:
        suite = Suite()
        self.addCleanup(suite.close)
        suite.start("--no-noise")
        self.assertEqual(suite.post_logs(b"".join(b'{"message":"kept %d","service":"stop"}\n' % n for n in range(5000))).json, {"accepted": 5000})
        pids = [seen["pid"] for seen in suite.status().values()]
        begun = time.monotonic()
        done = suite.stop()
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertLess(time.monotonic() - begun, 20)
        self.assertFalse([pid for pid in pids if is_alive(pid)])
        self.assertEqual(suite.status(), {})
        done = suite.stop()
        self.assertEqual(done.returncode, 0)
        self.assertIn("nothing runs", done.stdout)
        suite.start("--no-noise")
        self.assertTrue(until(lambda: suite.count("service:stop") == 5000), suite.count("service:stop"))
        self.assertNotIn("noise-maker", suite.status())


if __name__ == "__main__":
    unittest.main()
