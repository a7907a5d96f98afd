"""A running suite for end-to-end tests: started by scripts/start on free ports and a folder of its own, seen through HTTP alone."""

from __future__ import annotations

import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from typing import Any, Callable

ROOT = pathlib.Path(__file__).resolve().parents[2]
SECTIONS = {"gateway": "GATEWAY", "dashboard": "DASHBOARD", "ingestion": "INGESTION", "log-analyzer": "ANALYZER", "noise-maker": "NOISE"}


class Answer:
    """An HTTP answer; status 0 means that none came."""

    def __init__(self, status: int, headers: Any, body: bytes):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")


def free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    try:
        for it in sockets:
            it.bind(("127.0.0.1", 0))
        return [it.getsockname()[1] for it in sockets]
    finally:
        for it in sockets:
            it.close()


def until(condition: Callable[[], Any], seconds: float = 20) -> Any:
    """The first true value of `condition`, or its last; what it raises counts as not yet."""
    end, last = time.monotonic() + seconds, None
    while time.monotonic() < end:
        try:
            last = condition()
        except (OSError, ValueError, KeyError):
            last = None
        if last:
            return last
        time.sleep(0.05)  # between two looks at another process, which cannot call us
    return last


class Suite:
    def __init__(self) -> None:
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="logchute-e2e-"))
        self.data = self.folder / "data"
        nats, monitor, *ports = free_ports(2 + len(SECTIONS))
        self.ports = dict(zip(SECTIONS, ports))
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("LOGCHUTE_") and name != "PORT"}
        self.environment |= {f"LOGCHUTE_{section}_PORT": str(self.ports[name]) for name, section in SECTIONS.items()}
        self.environment |= {"LOGCHUTE_NATS_URL": f"nats://127.0.0.1:{nats}", "NATS_MONITOR_PORT": str(monitor),
                             "LOGCHUTE_NOISE_URL": f"http://127.0.0.1:{self.ports['gateway']}"}

    def script(self, *arguments: str, seconds: float = 900) -> subprocess.CompletedProcess:
        """scripts/start; its output goes to files, because what it leaves running must not hold a pipe of ours."""
        with open(self.folder / "out", "w+") as out, open(self.folder / "err", "w+") as err:
            done = subprocess.run([str(ROOT / "scripts" / "start"), *arguments, "--data", str(self.data)], cwd=ROOT, env=self.environment,
                                  stdin=subprocess.DEVNULL, stdout=out, stderr=err, timeout=seconds)
        return subprocess.CompletedProcess(done.args, done.returncode, (self.folder / "out").read_text(), (self.folder / "err").read_text())

    def start(self, *arguments: str) -> None:
        done = self.script("--detach", *arguments)
        if done.returncode:
            raise RuntimeError(f"scripts/start ended with {done.returncode}\n{done.stdout}\n{done.stderr}")

    def stop(self) -> subprocess.CompletedProcess:
        return self.script("--stop", seconds=60)

    def close(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def status(self) -> dict:
        return json.loads(self.script("--status", "--json", seconds=30).stdout)

    def kill(self, service: str) -> None:
        os.kill(self.status()[service]["pid"], signal.SIGKILL)
        if not until(lambda: self.status()[service]["pid"] is None):
            raise RuntimeError(f"{service} is still there after SIGKILL")

    def binary(self, service: str) -> str:
        return str(ROOT / "build" / "release" / "bin" / service)

    def url(self, service: str, path: str, **query: Any) -> str:
        text = urllib.parse.urlencode({name.rstrip("_"): value for name, value in query.items()})
        return f"http://127.0.0.1:{self.ports[service]}{path}" + ("?" + text if text else "")

    def request(self, method: str, url: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> Answer:
        request = urllib.request.Request(url, data=body, method=method, headers=headers or {})
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return Answer(answer.status, answer.headers, answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, error.headers, error.read())
        except OSError as error:
            return Answer(0, {}, repr(error).encode())

    def get(self, service: str, path: str, **query: Any) -> Answer:
        return self.request("GET", self.url(service, path, **query))

    def post_logs(self, body: bytes, kind: str = "application/x-ndjson", encoding: str = "", **query: Any) -> Answer:
        headers = {"Content-Type": kind} | ({"Content-Encoding": encoding} if encoding else {})
        return self.request("POST", self.url("gateway", "/api/v1/logs", **query), body, headers)

    def upload(self, name: str, data: bytes, **fields: str) -> Answer:
        mark = b"a-boundary-of-ours"
        parts = [b'--%s\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (mark, key.encode(), value.encode()) for key, value in fields.items()]
        parts.append(b'--%s\r\nContent-Disposition: form-data; name="file"; filename="%s"\r\n\r\n%s\r\n--%s--\r\n' % (mark, name.encode(), data, mark))
        return self.request("POST", self.url("gateway", "/upload"), b"".join(parts), {"Content-Type": f"multipart/form-data; boundary={mark.decode()}"})

    def count(self, q: str, **more: Any) -> int:
        answer = self.get("dashboard", "/api/v1/logs/stats", q=q, **more)
        return answer.json["total"] if answer.status == 200 else -1

    def records(self, q: str, **more: Any) -> list[dict]:
        return self.get("dashboard", "/api/v1/logs/search", q=q, **more).json["records"]

    def metric(self, service: str, sample: str) -> float:
        """The value of one sample, named as it stands on the page: `name` or `name{label="value"}`."""
        for line in self.get(service, "/metrics").text.splitlines():
            if line.startswith(sample + " "):
                return float(line.rpartition(" ")[2])
        return 0.0
