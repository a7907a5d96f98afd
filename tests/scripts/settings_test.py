"""Ports and addresses are learnt as the services learn them."""

import pathlib
import tempfile
import unittest

import support  # noqa: F401, first: it makes the next imports work
from catalog import service
from say import Failure
from settings import Settings, read_dotenv

GATEWAY, ANALYZER = service("gateway"), service("log-analyzer")


def settings(environment=None, dotenv=None, config=None) -> Settings:
    return Settings(environment or {}, dotenv or {}, config or {})


class SettingsTest(unittest.TestCase):
    def test_defaults_hold_where_nothing_is_said(self) -> None:
        self.assertEqual(settings().port(GATEWAY), 8081)
        self.assertEqual(settings().nats_port(), 4222)

    def test_environment_beats_dotenv_beats_file(self) -> None:
        config = {"gateway": {"port": 1}, "analyzer": {"port": 4}}
        dotenv = {"LOGCHUTE_GATEWAY_PORT": "2"}
        self.assertEqual(settings({}, {}, config).port(GATEWAY), 1)
        self.assertEqual(settings({}, dotenv, config).port(GATEWAY), 2)
        self.assertEqual(settings({"LOGCHUTE_GATEWAY_PORT": "3"}, dotenv, config).port(GATEWAY), 3)
        self.assertEqual(settings({}, dotenv, config).port(ANALYZER), 4)

    def test_an_empty_variable_counts_as_not_set(self) -> None:
        self.assertEqual(settings({"LOGCHUTE_GATEWAY_PORT": ""}, {"LOGCHUTE_GATEWAY_PORT": "2"}).port(GATEWAY), 2)

    def test_an_empty_section_of_the_file_is_no_error(self) -> None:
        self.assertEqual(settings({}, {}, {"gateway": None}).port(GATEWAY), 8081)

    def test_a_port_that_is_none_is_refused_by_name(self) -> None:
        for text in ("eighty", "0", "65536", "-1", "80.5"):
            with self.subTest(text), self.assertRaisesRegex(Failure, "gateway.port"):
                settings({"LOGCHUTE_GATEWAY_PORT": text}).port(GATEWAY)

    def test_a_wildcard_address_is_reached_on_loopback(self) -> None:
        for host, reached in {"0.0.0.0": "127.0.0.1", "::": "::1", "10.1.2.3": "10.1.2.3"}.items():
            self.assertEqual(settings({"LOGCHUTE_GATEWAY_HOST": host}).host(GATEWAY), reached)

    def test_a_nats_server_elsewhere_is_not_ours_to_start(self) -> None:
        for url, port in {"nats://127.0.0.1:5222": 5222, "localhost:4333": 4333, "nats://localhost": 4222, "nats://bus.example:4222": None,
                          "nats://127.0.0.1:1,nats://127.0.0.1:2": None}.items():
            with self.subTest(url):
                self.assertEqual(settings({"LOGCHUTE_NATS_URL": url}).nats_port(), port)
        with self.assertRaisesRegex(Failure, "nats.url"):
            settings({"LOGCHUTE_NATS_URL": "nats://127.0.0.1:x"}).nats_port()

    def test_dotenv_reads_settings_with_and_without_quotes_and_nothing_else(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / ".env"
            file.write_text("# LOGCHUTE_A_B=no\nLOGCHUTE_GATEWAY_PORT=1\nexport LOGCHUTE_NATS_URL=\"x y\"\nPATH=/evil\nLOGCHUTE_C_D='q'\n")
            self.assertEqual(read_dotenv(file), {"LOGCHUTE_GATEWAY_PORT": "1", "LOGCHUTE_NATS_URL": "x y", "LOGCHUTE_C_D": "q"})
            self.assertEqual(read_dotenv(file.with_name("absent")), {})


if __name__ == "__main__":
    unittest.main()
