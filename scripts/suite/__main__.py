"""The command ./scripts/start."""

from __future__ import annotations

import argparse
import json
import os
import pathlib
import sys
from concurrent.futures import ThreadPoolExecutor

import build
import following
import paths
import stopping
from catalog import NATS, NOISE, SERVICES
from members import MONITOR_PORT, Member, members
from run_folder import Plan, RunFolder
from say import Failure, Steps
from starting import Starter


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/start", description="Starts NATS and all services on this machine, installing and building what is "
                                     "missing. Every setting can come from the environment as LOGCHUTE_<SECTION>_<KEY>.")
    parser.add_argument("--detach", action="store_true", help="return once everything is ready, instead of following it until Ctrl-C")
    parser.add_argument("--no-noise", action="store_true", help="without the noise-maker")
    parser.add_argument("--data", metavar="DIR", default="data", help="where the bus, the store and the logs are kept (default: data)")
    parser.add_argument("--config", metavar="FILE", help="instead of config.yaml")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--only", metavar="SERVICE", choices=[NATS, *(it.name for it in SERVICES)], help="start this one, which is missing, with the settings of the rest")
    what.add_argument("--restart", metavar="SERVICE", choices=[it.name for it in SERVICES], help="build this one and start it anew, with the settings of the rest")
    what.add_argument("--stop", action="store_true", help="stop everything, in the reverse order")
    what.add_argument("--status", action="store_true", help="say what runs and is ready; exit code 1 unless all of it is")
    parser.add_argument("--json", action="store_true", help="with --status: as JSON")
    return parser.parse_args()


def wanted(options: argparse.Namespace) -> Plan:
    names = [it.name for it in SERVICES if not (options.no_noise and it.name == NOISE)]
    config = None
    if options.config:
        config = str(pathlib.Path(options.config).resolve())
        if not os.path.isfile(config):
            raise Failure(f"--config: there is no file {options.config}")
    return Plan(names, config, {name: value for name, value in os.environ.items() if name.startswith("LOGCHUTE_") or name == MONITOR_PORT})


def running(folder: RunFolder) -> list[str]:
    return [name for name in (NATS, *(it.name for it in SERVICES)) if folder.process(name)]


def start(options: argparse.Namespace, folder: RunFolder) -> int:
    starter = Starter(folder)
    try:
        suite = bring_up(wanted(options), folder, starter)
    except (Failure, KeyboardInterrupt):
        if not options.detach:  # nobody would know of what is left; a detached start leaves it, to be looked at
            stop(folder)
        raise
    print()
    for member in suite:
        print(f"  {member.name:14}{member.url}")
    if options.detach:
        return 0
    print("\nrunning; Ctrl-C stops it", flush=True)
    following.follow(folder, suite, starter)
    print()
    return stop(folder)


def bring_up(plan: Plan, folder: RunFolder, starter: Starter) -> list[Member]:
    steps = Steps(4)
    with folder.locked():
        if running(folder) and (kept := folder.plan()):  # what is missing joins what runs, as that was started
            plan = Plan([it.name for it in SERVICES if it.name in {*kept.services, *plan.services}], kept.config, kept.environment)
        with steps.step("packages") as say:
            build.install("build", say)
        with steps.step("build") as say:
            build.build(plan.services, say)
        suite = members(plan, folder.data)
        folder.keep_plan(plan)
        nats, services = [it for it in suite if it.name == NATS], [it for it in suite if it.name != NATS]
        with steps.step("NATS") as say:
            for member in nats:
                starter.launch(member)
            starter.wait_ready(nats, say)
        with steps.step("services") as say:
            for member in services:
                starter.launch(member)
            starter.wait_ready(services, say)
    return suite


def only(options: argparse.Namespace, folder: RunFolder) -> int:
    plan = folder.plan() or wanted(options)
    name, starter, steps = options.only, Starter(folder), Steps(1)
    with folder.locked(), steps.step(name) as say:
        if name not in (NATS, *plan.services):
            plan.services = [it.name for it in SERVICES if it.name in (*plan.services, name)]
        if name != NATS and not paths.executable(name).is_file():
            build.install("build", say)
            build.build([name], say)
        member = next((it for it in members(plan, folder.data) if it.name == name), None)
        if not member:
            raise Failure("nats.url is not on this machine: its server is not ours to start")
        folder.keep_plan(plan)
        starter.launch(member)
        starter.wait_ready([member], say)
    return 0


def restart(options: argparse.Namespace, folder: RunFolder) -> int:
    with Steps(1).step("build") as say:
        build.install("build", say)
        build.build([options.restart], say)
    with folder.locked():
        stopping.stop(folder, [options.restart], print)
    options.only = options.restart
    return only(options, folder)


def stop(folder: RunFolder) -> int:
    if not folder.path.is_dir():
        print(f"nothing runs in {folder.data}")
        return 0
    with folder.locked():
        stopped = stopping.stop(folder, [NATS, *(it.name for it in SERVICES)], print)
        folder.forget_plan()
    if not stopped:
        print(f"nothing runs in {folder.data}")
    return 0


def status(options: argparse.Namespace, folder: RunFolder) -> int:
    plan = folder.plan()
    suite = members(plan, folder.data) if plan else []
    with ThreadPoolExecutor(max_workers=max(len(suite), 1)) as pool:
        ready = list(pool.map(lambda it: bool(folder.process(it.name)) and it.is_ready(), suite))
    seen = {}
    for member, is_ready in zip(suite, ready):
        process = folder.process(member.name)
        seen[member.name] = {"pid": process.pid if process else None, "port": member.port, "ready": bool(process) and is_ready, "url": member.url}
    if options.json:
        print(json.dumps(seen, indent=2))
    else:
        for name, it in seen.items():
            print(f"  {name:14}{it['url']:28}{'ready' if it['ready'] else 'not ready' if it['pid'] else 'not running':13}{it['pid'] or ''}")
        if not seen:
            print(f"nothing runs in {folder.data}")
    return 0 if seen and all(it["ready"] for it in seen.values()) else 1


def main() -> int:
    options = arguments()
    data = pathlib.Path(options.data)
    folder = RunFolder((data if options.data != "data" else paths.ROOT / "data").resolve())
    try:
        if options.status:
            return status(options, folder)
        if options.stop:
            return stop(folder)
        if options.restart:
            return restart(options, folder)
        return only(options, folder) if options.only else start(options, folder)
    except Failure as failure:
        print(f"\nerror: {failure}", file=sys.stderr)
    except KeyboardInterrupt:
        print("\ninterrupted; what has been started goes on: ./scripts/start --stop ends it", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
