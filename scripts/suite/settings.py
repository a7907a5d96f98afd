"""The few settings that starting needs to know: where services listen and where NATS is. The services read all of them by themselves."""

from __future__ import annotations

import pathlib
import re
from typing import Mapping
from urllib.parse import urlsplit

import yaml

from catalog import Service
from say import Failure

LOOPBACK = ("127.0.0.1", "localhost", "::1")


def read_dotenv(file: pathlib.Path) -> dict[str, str]:
    if not file.is_file():
        return {}
    found = re.findall(r"(?m)^\s*(?:export\s+)?(LOGCHUTE_\w+)\s*=\s*(.*?)\s*$", file.read_text())
    return {name: value[1:-1] if value[:1] == value[-1:] and value[:1] in ("'", '"') else value for name, value in found}


def read_config(file: pathlib.Path) -> dict:
    try:
        content = yaml.safe_load(file.read_text())
    except (OSError, yaml.YAMLError) as error:
        raise Failure(f"{file} cannot be read: {error}") from error
    return content if isinstance(content, dict) else {}


class Settings:
    """The environment wins over .env, which wins over the file; an empty variable counts as not set."""

    def __init__(self, environment: Mapping[str, str], dotenv: Mapping[str, str], config: Mapping):
        self.environment = {**dotenv, **{name: value for name, value in environment.items() if value}}
        self.config = config

    def of_environment(self, section: str, key: str) -> str:
        return self.environment.get(f"LOGCHUTE_{section}_{key}".upper(), "")

    def get(self, section: str, key: str, default: str) -> str:
        from_file = (self.config.get(section) or {}).get(key)
        return self.of_environment(section, key) or (default if from_file is None else str(from_file))

    def port(self, service: Service) -> int:
        text = self.get(service.section, "port", str(service.port))
        if not text.isdigit() or not 0 < int(text) < 65536:
            raise Failure(f"{service.section}.port is '{text}': it must be a number from 1 to 65535")
        return int(text)

    def host(self, service: Service) -> str:
        """Where this machine reaches it: a wildcard address is reached on loopback."""
        host = self.get(service.section, "host", "127.0.0.1")
        return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)

    def nats_url(self) -> str:
        return self.get("nats", "url", "nats://127.0.0.1:4222")

    def nats_port(self) -> int | None:
        """The port of the NATS server that is ours to start; None where the address is elsewhere, or there are several."""
        url = self.nats_url()
        address = urlsplit(url if "://" in url else f"nats://{url}")
        try:
            return (address.port or 4222) if "," not in url and address.hostname in LOOPBACK else None
        except ValueError as error:
            raise Failure(f"nats.url is '{url}': {error}") from error
