"""Where things are in a checkout."""

from __future__ import annotations

import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[2]
DEPS = ROOT / ".deps"
NATS_SERVER = DEPS / "bin" / "nats-server"
NATS_CONFIG = ROOT / "deploy" / "nats" / "nats.conf"
RELEASE = ROOT / "build" / "release"
INSTALL = ROOT / "scripts" / "install"


def executable(service: str) -> pathlib.Path:
    return RELEASE / "bin" / service
