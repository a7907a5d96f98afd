"""Logs go in through the gateway and are found on the dashboard."""

from __future__ import annotations

import json
import subprocess
import unittest
import uuid

from suite import Suite, until


def fresh_word() -> str:
    return "w" + uuid.uuid4().hex


class MainJobTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.suite = Suite()
        cls.addClassCleanup(cls.suite.close)
        cls.suite.start("--no-noise")

    def noise(self, form: str) -> bytes:
        return subprocess.run([self.suite.binary("noise-maker"), "--target", "stdout", "--total", "500", "--rate", "1000000", "--seed", "3", "--format", form],
                              env=self.suite.environment, stdin=subprocess.DEVNULL, capture_output=True, check=True).stdout

    def test_a_message_that_is_sent_is_found_within_a_second(self) -> None:
        word = fresh_word()
        self.assertEqual(self.suite.get("gateway", "/send", message=f"hello {word}").json, {"accepted": 1})
        self.assertTrue(until(lambda: self.suite.count(word) == 1, 1))
        found = self.suite.get("dashboard", "/logs", limit=20).json["records"]
        self.assertIn(f"hello {word}", [record["message"] for record in found])

    def test_every_line_of_every_format_is_stored(self) -> None:
        for form in ("json", "logfmt", "clf", "syslog", "plain"):
            with self.subTest(form):
                self.assertEqual(self.suite.post_logs(self.noise(form), source=f"e2e{form}", format=form).json, {"accepted": 500})
                self.assertTrue(until(lambda: self.suite.count(f"source:e2e{form}") == 500))

    def test_bad_lines_are_accepted_and_counted_and_cost_no_good_one(self) -> None:
        source = fresh_word()
        good, bad = b'{"message":"fine"}\n', b'{"message":"cut off\n'
        errors = self.suite.metric("log-analyzer", 'log_parse_errors_total{reason="invalid_json"}')
        self.assertEqual(self.suite.post_logs((good + good + bad) * 20, source=source).json, {"accepted": 60})
        self.assertTrue(until(lambda: self.suite.count(f"source:{source}") == 40))
        self.assertTrue(until(lambda: self.suite.metric("log-analyzer", f'log_messages_total{{source="{source}"}}') == 60))
        self.assertEqual(self.suite.metric("log-analyzer", 'log_parse_errors_total{reason="invalid_json"}'), errors + 20)

    def test_a_search_gives_back_what_went_in(self) -> None:
        word = fresh_word()
        record = {"timestamp": "2026-01-02T03:04:05.123456789Z", "level": "error", "service": "e2e", "host": "h1", "message": f"{word} timeout",
                  "tags": {"region": "eu"}, "fields": {"status": 504}}
        self.assertEqual(self.suite.post_logs(json.dumps(record).encode()).json, {"accepted": 1})
        self.assertTrue(until(lambda: self.suite.count(word) == 1))
        for q in (word, f'"{word} timeout"', f"{word} level:error", f"{word} status:>=500", f"{word} region:eu -host:h2"):
            with self.subTest(q):
                found = self.suite.records(q)
                self.assertEqual(len(found), 1)
                self.assertEqual({key: found[0][key] for key in record}, record)
        self.assertEqual(self.suite.count(f"{word} level:info"), 0)


if __name__ == "__main__":
    unittest.main()
