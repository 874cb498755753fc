"""Java and Maven here are shell scripts of a line or two."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from services.console.platform.errors import PlatformError
from services.console.platform.java import fetch_jars, find_java

POM = "<project><properties><server.version>1.2.3</server.version></properties></project>"
MAVEN_THAT_FETCHES = (
    'for word; do case $word in -DoutputDirectory=*) mkdir "${word#*=}"; echo x > "${word#*=}/a.jar";; esac; done'
)


def a_command(folder: Path, name: str, script: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    command = folder / name
    command.write_text(f"#!/bin/sh\nPATH=/usr/bin:/bin\n{script}\n")
    command.chmod(0o755)
    return command


def a_java(folder: Path, version: str) -> Path:
    return a_command(folder, "java", f"""echo 'openjdk version "{version}" 2025-01-01' >&2""")


def a_pom(folder: Path, text: str = POM) -> Path:
    pom = folder / "kafka-pom.xml"
    pom.write_text(text)
    return pom


def say_nothing(_: str) -> None: ...


@pytest.mark.parametrize("version", ["17", "17.0.15", "21.0.8", "23-ea"])
def test_java_on_the_path_is_found(tmp_path: Path, version: str) -> None:
    java = a_java(tmp_path, version)

    assert find_java({"PATH": str(tmp_path)}) == java


def test_java_home_comes_first(tmp_path: Path) -> None:
    a_java(tmp_path / "path", "17.0.1")
    preferred = a_java(tmp_path / "home" / "bin", "21.0.1")

    assert find_java({"PATH": str(tmp_path / "path"), "JAVA_HOME": str(tmp_path / "home")}) == preferred


@pytest.mark.parametrize("version", ["1.8.0_381", "11.0.2", "24", "25.0.1"])
def test_a_java_home_that_will_not_do_gives_way_to_the_path(tmp_path: Path, version: str) -> None:
    java = a_java(tmp_path / "path", "17.0.1")
    a_java(tmp_path / "home" / "bin", version)

    assert find_java({"PATH": str(tmp_path / "path"), "JAVA_HOME": str(tmp_path / "home")}) == java


def test_without_java_one_line_says_what_to_install(tmp_path: Path) -> None:
    with pytest.raises(PlatformError) as told:
        find_java({"PATH": str(tmp_path)})

    expected = "JDK 17 not found: install it (Debian: apt-get install openjdk-17-jdk-headless) or set JAVA_HOME"
    assert str(told.value) == expected


@pytest.mark.parametrize(("version", "called"), [("1.8.0_381", "Java 8"), ("11.0.2", "Java 11"), ("25.0.3", "Java 25")])
def test_a_java_too_old_or_too_new_is_named(tmp_path: Path, version: str, called: str) -> None:
    java = a_java(tmp_path, version)

    with pytest.raises(PlatformError) as told:
        find_java({"PATH": str(tmp_path)})

    assert f"JDK 17 not found ({java} is {called}; 17 to 23 will do)" in str(told.value)
    assert "\n" not in str(told.value)


def test_a_java_home_without_java_is_named(tmp_path: Path) -> None:
    with pytest.raises(PlatformError, match="is none"):
        find_java({"PATH": str(tmp_path), "JAVA_HOME": str(tmp_path / "empty")})


def test_without_maven_one_line_says_what_to_install(tmp_path: Path) -> None:
    with pytest.raises(PlatformError, match=r"^Maven not found: install it \(Debian: apt-get install maven\)$"):
        fetch_jars(a_pom(tmp_path), tmp_path / "jars", say_nothing, {"PATH": str(tmp_path)})


def test_jars_are_fetched_into_a_folder_of_their_version(tmp_path: Path) -> None:
    a_command(tmp_path, "mvn", MAVEN_THAT_FETCHES)

    jars = fetch_jars(a_pom(tmp_path), tmp_path / "jars", say_nothing, {"PATH": str(tmp_path)})

    assert jars == tmp_path / "jars" / "kafka-1.2.3"
    assert {path.name for path in jars.iterdir()} == {"a.jar", "pom.xml"}
    assert list((tmp_path / "jars").iterdir()) == [jars]


def test_jars_that_are_there_are_used_without_maven(tmp_path: Path) -> None:
    a_command(tmp_path, "mvn", MAVEN_THAT_FETCHES)
    first = fetch_jars(a_pom(tmp_path), tmp_path / "jars", say_nothing, {"PATH": str(tmp_path)})

    assert fetch_jars(a_pom(tmp_path), tmp_path / "jars", say_nothing, {"PATH": "/nowhere"}) == first


def test_two_that_start_at_the_same_time_fetch_once(tmp_path: Path) -> None:
    a_command(tmp_path, "mvn", f"echo ran >> {tmp_path}/log; sleep 0.5; {MAVEN_THAT_FETCHES}")
    pom = a_pom(tmp_path)

    with ThreadPoolExecutor() as pool:
        starts = [pool.submit(fetch_jars, pom, tmp_path / "jars", say_nothing, {"PATH": str(tmp_path)}) for _ in "ab"]
    both = {start.result() for start in starts}

    assert both == {tmp_path / "jars" / "kafka-1.2.3"}
    assert (tmp_path / "log").read_text() == "ran\n"


def test_another_pom_of_the_same_version_fetches_again(tmp_path: Path) -> None:
    a_command(tmp_path, "mvn", MAVEN_THAT_FETCHES)
    jars = fetch_jars(a_pom(tmp_path), tmp_path / "jars", say_nothing, {"PATH": str(tmp_path)})
    (jars / "old.jar").touch()

    fetch_jars(a_pom(tmp_path, POM + "<!-- more -->"), tmp_path / "jars", say_nothing, {"PATH": str(tmp_path)})

    assert not (jars / "old.jar").exists()


def test_a_failed_fetch_says_why_and_leaves_nothing_that_looks_complete(tmp_path: Path) -> None:
    a_command(tmp_path, "mvn", MAVEN_THAT_FETCHES + "; echo '[ERROR] unknown host'; exit 1")

    with pytest.raises(PlatformError, match="unknown host"):
        fetch_jars(a_pom(tmp_path), tmp_path / "jars", say_nothing, {"PATH": str(tmp_path)})

    assert list((tmp_path / "jars").iterdir()) == []


def test_a_fetch_that_a_crash_cut_off_is_done_again(tmp_path: Path) -> None:
    a_command(tmp_path, "mvn", MAVEN_THAT_FETCHES)
    half = tmp_path / "jars" / "kafka-1.2.3"
    half.mkdir(parents=True)
    (half / "half.jar").touch()

    jars = fetch_jars(a_pom(tmp_path), tmp_path / "jars", say_nothing, {"PATH": str(tmp_path)})

    assert not (jars / "half.jar").exists()


def test_a_pom_without_the_version_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PlatformError, match=r"server\.version"):
        fetch_jars(a_pom(tmp_path, "<project/>"), tmp_path / "jars", say_nothing, {"PATH": str(tmp_path)})
