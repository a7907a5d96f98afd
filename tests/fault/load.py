"""Numbered records at a steady rate, and what became of each."""

from __future__ import annotations

import http.client
import threading
import time
from collections import Counter
from dataclasses import dataclass, field

BATCH = 250


@dataclass
class Round:
    """What was sent under one label. Batches are named by their first number; each holds BATCH numbers."""
    label: str
    acknowledged: set[int] = field(default_factory=set)
    unanswered: set[int] = field(default_factory=set)  # never answered with a 200: may be stored, once
    retries: int = 0


class Load:
    """Writers that post batches to the gateway, each under an Idempotency-Key of its own, again and again until it is acknowledged.

    Numbers never repeat. The round that new batches belong to can be changed at any time.
    """

    def __init__(self, port: int, rate: int, writers: int = 4):
        self._port = port
        self._pause = writers * BATCH / rate
        self._lock = threading.Lock()
        self._round = Round("")
        self._next = 0
        self._open: Counter[str] = Counter()
        self._ended = threading.Event()
        self._threads = [threading.Thread(target=self._write, daemon=True) for _ in range(writers)]

    def start(self, label: str) -> None:
        self._round = Round(label)
        for it in self._threads:
            it.start()

    def stop(self) -> None:
        self._ended.set()
        for it in self._threads:
            it.join(90)

    def acknowledged(self) -> int:
        """Batches of the present round."""
        with self._lock:
            return len(self._round.acknowledged)

    def next_round(self, label: str) -> Round:
        """Begins another round; returns the one before, once all its requests are over."""
        with self._lock:
            ended, self._round = self._round, Round(label)
        end = time.monotonic() + 90
        while time.monotonic() < end:
            with self._lock:
                if self._open[ended.label] == 0:
                    return ended
            time.sleep(0.02)
        raise RuntimeError(f"requests of round {ended.label} hang")

    def _write(self) -> None:
        link = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        due = time.monotonic()
        while not self._ended.is_set():
            with self._lock:
                round_, first = self._round, self._next
                self._next += BATCH
                self._open[round_.label] += 1
            attempts, end = 0, time.monotonic() + 60
            while not (accepted := self._deliver(link, round_.label, first)) and time.monotonic() < end:
                attempts += 1
                time.sleep(0.1)  # as a shipper does that was refused
            with self._lock:
                (round_.acknowledged if accepted else round_.unanswered).add(first)
                round_.retries += attempts
                self._open[round_.label] -= 1
            due = max(due + self._pause, time.monotonic() - self._pause)
            self._ended.wait(max(0.0, due - time.monotonic()))

    @staticmethod
    def _deliver(link: http.client.HTTPConnection, label: str, first: int) -> bool:
        headers = {"Content-Type": "application/x-ndjson", "Idempotency-Key": f"{label}-{first}"}
        try:
            link.request("POST", "/api/v1/logs?source=fault&service=fault", body(label, first), headers)
            answer = link.getresponse()
            answer.read()
            return answer.status == 200
        except (OSError, http.client.HTTPException):
            link.close()
            return False


def body(label: str, first: int) -> bytes:
    return "".join(f'{{"message":"numbered record of a round that breaks something","tags":{{"round":"{label}"}},"fields":{{"n":{n}}}}}\n'
                   for n in range(first, first + BATCH)).encode()
