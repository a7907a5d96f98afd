"""Counts the includes that break the layers: core <- runtime, bus, store <- services. The number is 0.

    layers.py [ROOT]    prints each offence as file:line: what is wrong; exit code 1 where there is any

- A library includes its own headers and those of the libraries below it, by their public names; `store` may use `bus`, for its remote engine.
- `core` knows none of the heavy third parties. Public headers know no third party at all.
- A service includes libraries and its own files, never another service's; it links no other service's parts either.
"""

from __future__ import annotations

import pathlib
import re
import sys
from typing import Iterator, NamedTuple

MAY_USE = {"core": {"core"}, "runtime": {"core", "runtime"}, "bus": {"core", "bus"}, "store": {"core", "bus", "store"}}
NOT_IN_CORE = re.compile(r"(nats/|boost/|duckdb|yaml-cpp/|prometheus/)")
INCLUDE = re.compile(r'^\s*#\s*include\s*(?:<([^>]+)>|"([^"]+)")')
PUBLIC_NAME = re.compile(r"logchute/([\w-]+)/")
STANDARD_HEADER = re.compile(r"[a-z_0-9]+|[a-z]mmintrin\.h|arm_neon\.h")  # <vector>, <cstdint>: no folder, no extension; the compiler's intrinsics
PARTS = re.compile(r"logchute(?:::|_)(\w+)_parts")


class Offence(NamedTuple):
    file: pathlib.Path
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what}"


def offences(root: pathlib.Path) -> Iterator[Offence]:
    for folder in sorted(path for path in (root / "libs").glob("*") if path.is_dir()):
        for file in sources(folder):
            yield from in_file(root, folder, file, MAY_USE.get(folder.name, set()))
    for folder in sorted(path for path in (root / "services").glob("*") if path.is_dir()):
        for file in sources(folder):
            yield from in_file(root, folder, file, set(MAY_USE))
        yield from in_cmake(root, folder)


def sources(folder: pathlib.Path) -> list[pathlib.Path]:
    found = (path for path in folder.rglob("*") if path.suffix in (".hpp", ".cpp", ".h", ".cc"))
    return sorted(path for path in found if "node_modules" not in path.parts)


def in_file(root: pathlib.Path, folder: pathlib.Path, file: pathlib.Path, may_use: set[str]) -> Iterator[Offence]:
    is_public = folder / "include" in file.parents
    is_core = folder == root / "libs" / "core"
    for number, line in enumerate(file.read_text(errors="replace").splitlines(), 1):
        if not (seen := INCLUDE.match(line)):
            continue
        name = seen[1] or seen[2]

        def offence(what: str) -> Offence:
            return Offence(file.relative_to(root), number, f"{what} ({name})")

        if ours := PUBLIC_NAME.match(name):
            if ours[1] not in may_use:
                yield offence(f"{folder.name} may not use {ours[1]}")
            continue
        if is_core and NOT_IN_CORE.match(name):
            yield offence("core may not use this library")
        if seen[1]:
            if is_public and not STANDARD_HEADER.fullmatch(name):
                yield offence("a public header may not include a third party's")
        elif is_public:
            yield offence("a public header includes ours by their public names alone")
        elif ".." in pathlib.PurePath(name).parts or not any((base / name).is_file() for base in (file.parent, folder / "src")):
            yield offence(f"this is no file of {folder.name}")


def in_cmake(root: pathlib.Path, folder: pathlib.Path) -> Iterator[Offence]:
    own = folder.name.replace("-", "_")
    file = folder / "CMakeLists.txt"
    for number, line in enumerate(file.read_text().splitlines() if file.is_file() else [], 1):
        for parts in PARTS.findall(line):
            if parts != own:
                yield Offence(file.relative_to(root), number, f"{folder.name} may not link the parts of {parts}")


def main() -> int:
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parents[2]).resolve()
    found = list(offences(root))
    for offence in found:
        print(offence)
    print(f"{len(found)} includes against the layers")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
