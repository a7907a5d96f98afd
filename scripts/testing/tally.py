"""How many tests passed and failed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Tally:
    passed: int = 0
    failed: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.passed + other.passed, self.failed + other.failed)

    @staticmethod
    def of(holds: bool) -> Tally:
        """One test."""
        return Tally(1, 0) if holds else Tally(0, 1)

    def __str__(self) -> str:
        return f"{self.passed} passed, {self.failed} failed"
