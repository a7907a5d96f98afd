"""Several ingestions on one embedded store: one is active, the others stand by and take over."""

from __future__ import annotations

import json
import subprocess
import unittest
import uuid

from suite import Suite, free_ports, until


class StandbyTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.suite = Suite()
        cls.addClassCleanup(cls.suite.close)
        cls.suite.start("--no-noise")

    def second_ingestion(self) -> str:
        """Starts another with the settings of the first, but for its port; the address of its health."""
        (port,) = free_ports(1)
        environment = self.suite.environment | {"LOGCHUTE_INGESTION_PORT": str(port), "LOGCHUTE_STORE_PATH": str(self.suite.data / "store")}
        process = subprocess.Popen([self.suite.binary("ingestion")], env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(process.wait)
        self.addCleanup(process.terminate)
        return f"http://127.0.0.1:{port}/health"

    def state(self, health: str) -> str:
        return self.suite.request("GET", health).json["status"]

    def test_a_second_one_stands_by_and_takes_over_when_the_first_is_killed(self) -> None:
        first, second = self.suite.url("ingestion", "/health"), self.second_ingestion()
        self.assertTrue(until(lambda: self.state(second) == "standby"))
        self.assertEqual(self.state(first), "ready")
        word = "w" + uuid.uuid4().hex
        lines = b"".join(json.dumps({"message": f"{word} {n}"}).encode() + b"\n" for n in range(100))
        self.assertEqual(self.suite.post_logs(lines).status, 200)
        self.suite.kill("ingestion")
        self.assertEqual(self.suite.post_logs(lines).status, 200)
        self.assertTrue(until(lambda: self.state(second) == "ready", 15))
        self.assertTrue(until(lambda: self.suite.count(word) == 200))

        self.assertEqual(self.suite.script("--only", "ingestion").returncode, 0)
        self.assertEqual(self.state(first), "standby")
        self.assertEqual(self.suite.count(word), 200)


if __name__ == "__main__":
    unittest.main()
