"""Progress that a person can follow: numbered steps, each with its time."""

from __future__ import annotations

import sys
import time


class Failure(Exception):
    """Something the person at the terminal has to know; ends the command with exit code 1."""


def printable(text: str) -> str:
    """`text` without what could steer a terminal: logs hold whatever people send."""
    return "".join(c if c.isprintable() or c == "\t" else "\N{REPLACEMENT CHARACTER}" for c in text)


class Steps:
    """`with steps.step("build") as say:` prints "[2/4] build ... ok (0.4 s)"; what `say` is given in between goes on lines of its own."""

    def __init__(self, total: int):
        self.total, self.number = total, 0

    def step(self, title: str) -> Step:
        self.number += 1
        return Step(f"[{self.number}/{self.total}] {title}")


class Step:
    def __init__(self, title: str):
        self.title, self.begun, self.inline, self.transient = title, time.monotonic(), True, False

    def __enter__(self) -> Step:
        print(f"{self.title} ... ", end="", flush=True)
        return self

    def __call__(self, text: str) -> None:
        self._break()
        print(f"      {text}", flush=True)

    def progress(self, text: str) -> None:
        """A line that the next one replaces, where there is a terminal; nothing elsewhere."""
        if sys.stdout.isatty():
            print(f"\r\033[K{self.title} ... {printable(text)[:100]}", end="", flush=True)
            self.inline = self.transient = True

    def _break(self) -> None:
        if self.inline:
            print("\r\033[K" + self.title if self.transient else "", flush=True)
        self.inline = self.transient = False

    def __exit__(self, kind: object, *_: object) -> None:
        seconds = f"({time.monotonic() - self.begun:.1f} s)"
        outcome = "ok" if kind is None else "failed"
        if self.transient:
            print(f"\r\033[K{self.title} ... ", end="")
        print(f"{outcome} {seconds}" if self.inline else f"      {outcome} {seconds}", flush=True)
