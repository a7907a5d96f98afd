"""Each process of the suite: how it is started, where it listens, when it is ready."""

from __future__ import annotations

import os
import pathlib
from dataclasses import dataclass, field

import paths
import probe
from catalog import NATS, Service, service
from run_folder import Plan
from say import Failure
from settings import Settings, read_config, read_dotenv

MONITOR_PORT = "NATS_MONITOR_PORT"  # no setting of the services, so not one of LOGCHUTE_*


@dataclass
class Member:
    name: str
    command: list[str]
    environment: dict[str, str] = field(repr=False)
    host: str
    port: int
    url: str
    ready_port: int
    ready_path: str

    def is_ready(self) -> bool:
        return probe.is_ok(self.host, self.ready_port, self.ready_path)


def members(plan: Plan, data: pathlib.Path) -> list[Member]:
    """NATS first, where it is ours to start, then the services in the order of starting."""
    config = pathlib.Path(plan.config) if plan.config else paths.ROOT / "config.yaml"
    settings = Settings(plan.environment, read_dotenv(paths.ROOT / ".env"), read_config(config) if config.is_file() else {})
    found = [_service(service(name), plan, settings, data) for name in plan.services]
    taken: dict[int, str] = {}
    if settings.nats_port():
        found.insert(0, _nats(plan, settings, data))
        taken[found[0].ready_port] = "NATS's monitoring"
    for member in found:
        if member.port in taken:
            raise Failure(f"{member.name} and {taken[member.port]} have the same port {member.port}")
        taken[member.port] = member.name
    return found


def _service(it: Service, plan: Plan, settings: Settings, data: pathlib.Path) -> Member:
    # PORT would give every service the same port; everything that is not a setting of ours comes from whoever started us.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LOGCHUTE_") and name != "PORT"}
    environment |= plan.environment
    if not settings.of_environment("store", "path"):
        environment["LOGCHUTE_STORE_PATH"] = str(data / "store")
    host, port = settings.host(it), settings.port(it)
    command = [str(paths.executable(it.name)), *(["--config", plan.config] if plan.config else [])]
    return Member(it.name, command, environment, host, port, f"http://{f'[{host}]' if ':' in host else host}:{port}", port, "/health/ready")


def _nats(plan: Plan, settings: Settings, data: pathlib.Path) -> Member:
    port = settings.nats_port() or 0
    # 8222 beside 4222, and as far away from any other port, unless told: two suites need two.
    monitoring = int(plan.environment.get(MONITOR_PORT) or (port + 4000 if port + 4000 < 65536 else port - 4000))
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LOGCHUTE_")}
    environment |= {"NATS_PORT": str(port), MONITOR_PORT: str(monitoring), "NATS_STORE_DIR": str(data / "nats")}
    return Member(NATS, [str(paths.NATS_SERVER), "--config", str(paths.NATS_CONFIG)], environment, "127.0.0.1", port, f"nats://127.0.0.1:{port}",
                  monitoring, "/healthz")
