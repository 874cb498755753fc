"""Finds Java and Maven on this machine, and fetches the servers' jars once."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from services.console.platform.errors import PlatformError
from services.console.platform.processes import exclusive

# Kafka 4 needs 17. Cassandra 5.0 installs a security manager, which Java 24 took away: tried on 17, 21 and 25.
_OLDEST, _NEWEST = 17, 23
_MAVEN_WITHIN_S = 900


def find_java(env: Mapping[str, str] = os.environ) -> Path:
    """The `java` of JAVA_HOME, else of PATH, whichever both servers run on first."""
    unfit: list[str] = []
    for java in _candidates(env):
        version = _version(java)
        if version is not None and _OLDEST <= version <= _NEWEST:
            return java
        unfit.append(f"{java} is {f'Java {version}' if version else 'none'}")
    passed_over = f" ({', '.join(unfit)}; {_OLDEST} to {_NEWEST} will do)" if unfit else ""
    raise PlatformError(
        f"JDK 17 not found{passed_over}: install it (Debian: apt-get install openjdk-17-jdk-headless) or set JAVA_HOME"
    )


def fetch_jars(pom: Path, store: Path, report: Callable[[str], None], env: Mapping[str, str] = os.environ) -> Path:
    """The folder with the jars that a pom names, `<store>/<kafka|cassandra>-<version>`.

    Maven runs only when the folder is not there yet, or was made from another pom; who comes meanwhile waits.
    The folder appears complete or not at all: the pom's copy in it says that it is.
    """
    target = store / f"{pom.name.removesuffix('-pom.xml')}-{_server_version(pom)}"
    if _made_from(pom, target):
        return target
    maven = shutil.which("mvn", path=env.get("PATH"))
    if maven is None:
        raise PlatformError("Maven not found: install it (Debian: apt-get install maven)")
    with exclusive(store.with_name(f".{store.name}.lock")):
        if not _made_from(pom, target):
            report(f"fetching the jars of {target.name} with Maven, once")
            _fetch(maven, pom, target, env)
    return target


def _fetch(maven: str, pom: Path, target: Path, env: Mapping[str, str]) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=target.parent, prefix=".fetching-") as folder:
        jars = Path(folder) / "jars"
        _copy_dependencies(maven, pom, jars, env)
        shutil.copyfile(pom, jars / "pom.xml")
        shutil.rmtree(target, ignore_errors=True)
        jars.rename(target)


def _candidates(env: Mapping[str, str]) -> Iterator[Path]:
    if home := env.get("JAVA_HOME"):
        yield Path(home) / "bin" / "java"
    if on_path := shutil.which("java", path=env.get("PATH")):
        yield Path(on_path)


def _version(java: Path) -> int | None:
    """The major version that a `java` says it is; None when it is not there or says nothing of the kind."""
    try:
        completed = subprocess.run([java, "-version"], capture_output=True, text=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    match = re.search(r'version "(?:1\.)?(\d+)', completed.stderr + completed.stdout)  # Java 8 calls itself 1.8
    return int(match[1]) if match else None


def _server_version(pom: Path) -> str:
    named = re.search(r"<server\.version>([\w.-]+)<", pom.read_text(encoding="utf-8"))
    if named is None:
        raise PlatformError(f"{pom} does not say its server.version")
    return named[1]


def _made_from(pom: Path, folder: Path) -> bool:
    copy = folder / "pom.xml"
    return copy.exists() and copy.read_bytes() == pom.read_bytes()


def _copy_dependencies(maven: str, pom: Path, jars: Path, env: Mapping[str, str]) -> None:
    goal = ["dependency:copy-dependencies", "-DincludeScope=runtime", f"-DoutputDirectory={jars}"]
    command = [maven, "-B", "-q", "-Dstyle.color=never", "-f", str(pom), *goal]
    try:
        completed = subprocess.run(
            command, env=env, capture_output=True, text=True, timeout=_MAVEN_WITHIN_S, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise PlatformError(f"Maven did not finish within {_MAVEN_WITHIN_S} s: {' '.join(command)}") from error
    if completed.returncode != 0 or not jars.is_dir():
        lines = (completed.stdout + completed.stderr).strip().splitlines()[:5]
        raise PlatformError("\n".join([f"Maven could not fetch the jars of {pom}:", *lines]))
