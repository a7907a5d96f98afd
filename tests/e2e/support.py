"""A suite for one test class: started by scripts/start on free ports, with a folder of its own."""

from __future__ import annotations

import json
import os
import pathlib
import socket
import subprocess
import tempfile
import time
import unittest
import urllib.error
import urllib.parse
import urllib.request
from typing import Any, Callable

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = ROOT / "build" / "release" / "bin"
SECTIONS = {"gateway": "GATEWAY", "ingestion": "INGESTION", "log-analyzer": "ANALYZER", "dashboard": "DASHBOARD", "noise-maker": "NOISE"}
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def free_ports(count: int) -> list[int]:
    held = [socket.socket() for _ in range(count)]
    try:
        for it in held:
            it.bind(("127.0.0.1", 0))
        return [it.getsockname()[1] for it in held]
    finally:
        for it in held:
            it.close()


def wait_for(what: Callable[[], Any], seconds: float = 20) -> Any:
    """The first true value of `what()`, or its last one when time is up."""
    end = time.monotonic() + seconds
    while not (last := what()) and time.monotonic() < end:
        time.sleep(0.05)
    return last


def request(url: str, body: bytes | None = None, content_type: str = "application/x-ndjson") -> tuple[int, bytes]:
    """Status and body; status 0 where no answer came."""
    try:
        with OPENER.open(urllib.request.Request(url, data=body, headers={"Content-Type": content_type} if body is not None else {}), timeout=20) as reply:
            return reply.status, reply.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()
    except OSError:
        return 0, b""


class SuiteTest(unittest.TestCase):
    """Starts the suite once for the class; NOISE tells whether with noise-maker."""
    NOISE = False

    @classmethod
    def setUpClass(cls) -> None:
        holder = tempfile.TemporaryDirectory(prefix="logchute-e2e-")
        cls.addClassCleanup(holder.cleanup)
        cls.data = pathlib.Path(holder.name)
        ports = free_ports(len(SECTIONS) + 2)
        cls.environment = {name: value for name, value in os.environ.items() if not name.startswith("LOGCHUTE_")}
        cls.environment |= {f"LOGCHUTE_{section}_PORT": str(port) for section, port in zip(SECTIONS.values(), ports)}
        cls.environment |= {"LOGCHUTE_NATS_URL": f"nats://127.0.0.1:{ports[-2]}", "NATS_MONITOR_PORT": str(ports[-1]), "LOGCHUTE_NOISE_RATE": "200"}
        cls.urls = {name: f"http://127.0.0.1:{port}" for name, port in zip(SECTIONS, ports)}
        cls.addClassCleanup(lambda: cls.start("--stop"))
        done = cls.start("--detach", *([] if cls.NOISE else ["--no-noise"]))
        assert done.returncode == 0, done.stdout + done.stderr

    @classmethod
    def start(cls, *arguments: str) -> subprocess.CompletedProcess:
        return subprocess.run([str(ROOT / "scripts" / "start"), "--data", str(cls.data), *arguments], env=cls.environment, cwd=ROOT,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300, check=False)

    @classmethod
    def status(cls) -> dict[str, dict]:
        return json.loads(cls.start("--status", "--json").stdout)

    @classmethod
    def get(cls, service: str, path: str, **query: str) -> tuple[int, Any]:
        status, body = request(cls.urls[service] + path + ("?" + urllib.parse.urlencode(query) if query else ""))
        try:
            return status, json.loads(body)
        except ValueError:
            return status, body.decode(errors="replace")

    @classmethod
    def count(cls, q: str) -> int:
        status, body = cls.get("dashboard", "/api/v1/logs/stats", q=q)
        return body["total"] if status == 200 else -1

    @classmethod
    def post(cls, lines: bytes, **query: str) -> int:
        """How many records the gateway took; -1 where it did not."""
        status, body = request(f"{cls.urls['gateway']}/api/v1/logs?{urllib.parse.urlencode(query)}", lines)
        return json.loads(body)["accepted"] if status == 200 else -1
