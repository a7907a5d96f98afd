"""Logs go in through the gateway and are found on the dashboard."""

from __future__ import annotations

import json
import subprocess
import unittest
import uuid

from support import BIN, SuiteTest, wait_for


class MainJobTest(SuiteTest):
    def test_a_message_that_is_sent_is_found_within_a_second(self) -> None:
        word = "w" + uuid.uuid4().hex
        status, body = self.get("gateway", "/send", message=f"hello {word}")
        self.assertEqual((status, body), (200, {"accepted": 1}))
        self.assertTrue(wait_for(lambda: self.count(word) == 1, 1))
        status, body = self.get("dashboard", "/logs", limit="20")
        self.assertIn(f"hello {word}", [record["message"] for record in body["records"]])

    def test_every_line_of_every_format_is_stored(self) -> None:
        for form in ("json", "logfmt", "clf", "syslog", "plain"):
            with self.subTest(form):
                tag = f"e2e{form}"
                made = subprocess.run([str(BIN / "noise-maker"), "--target", "stdout", "--total", "500", "--rate", "1000000", "--seed", "3", "--format", form],
                                      env=self.environment, stdin=subprocess.DEVNULL, capture_output=True, check=True).stdout
                self.assertEqual(self.post(made, source=tag, format=form), 500)
                self.assertEqual(wait_for(lambda: self.count(f"source:{tag}") == 500 and 500), 500)

    def test_bad_lines_are_accepted_and_counted_and_cost_no_good_one(self) -> None:
        tag = "mixed" + uuid.uuid4().hex
        good, bad = b'{"message":"fine"}\n', b'{"message":"cut off\n'
        self.assertEqual(self.post((good + good + bad) * 20, source=tag), 60)
        self.assertEqual(wait_for(lambda: self.count(f"source:{tag}") == 40 and 40), 40)
        metrics = self.get("log-analyzer", "/metrics")[1]
        self.assertRegex(metrics, r'log_parse_errors_total\{reason="invalid_json"\} 20\n')
        self.assertRegex(metrics, rf'log_messages_total\{{source="{tag}"\}} 60\n')

    def test_a_search_gives_back_what_went_in(self) -> None:
        word = "w" + uuid.uuid4().hex
        record = {"timestamp": "2026-01-02T03:04:05.123456789Z", "level": "error", "service": "e2e", "host": "h1", "message": f"{word} timeout",
                  "tags": {"region": "eu"}, "fields": {"status": 504}}
        self.assertEqual(self.post(json.dumps(record).encode() + b"\n"), 1)
        self.assertTrue(wait_for(lambda: self.count(word) == 1))
        for q in (word, f'"{word} timeout"', f"{word} level:error", f"{word} status:>=500", f"{word} region:eu -host:h2"):
            with self.subTest(q):
                found = self.get("dashboard", "/api/v1/logs/search", q=q)[1]["records"]
                self.assertEqual(len(found), 1)
                self.assertEqual({key: found[0][key] for key in record}, record)
        self.assertEqual(self.count(f"{word} level:info"), 0)


if __name__ == "__main__":
    unittest.main()
