"""What the suite consists of. A new service is a line here."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Service:
    name: str     # of the executable, and in --status
    section: str  # of config.yaml, and in LOGCHUTE_<SECTION>_<KEY>
    port: int     # where neither file nor environment says otherwise


# In the order of starting: takers before givers, so that nothing waits for long. Stopping goes the other way round.
SERVICES = (
    Service("ingestion", "ingestion", 8082),
    Service("log-analyzer", "analyzer", 8086),
    Service("dashboard", "dashboard", 8080),
    Service("gateway", "gateway", 8081),
    Service("noise-maker", "noise", 8087),
)
NOISE = "noise-maker"
NATS = "nats"


def service(name: str) -> Service:
    return next(it for it in SERVICES if it.name == name)
