"""The folder by which a test tells the processes of its house what to do, and they tell it what they did."""

import os
from pathlib import Path

FOLDER = Path(os.environ.get("HOUSESTAFF_FAULTS") or "/nonexistent")


def is_on(name: str) -> bool:
    """Inside a process of the house: did the test turn this on?"""
    return (FOLDER / name).exists()


def setting(name: str) -> str:
    """Inside a process of the house: what the test wrote under this name; empty when it is off."""
    try:
        return (FOLDER / name).read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""


def note(name: str, line: str) -> None:
    """Inside a process of the house: tell the test that something happened here."""
    with (FOLDER / f"{name}.{os.getpid()}.seen").open("a", encoding="utf-8") as file:
        file.write(f"{line}\n")


class Switches:
    """The test's side of the folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def turn_on(self, name: str, value: str = "on") -> None:
        draft = self.folder / f".{name}"
        draft.write_text(value, encoding="utf-8")
        draft.replace(self.folder / name)

    def turn_off(self, name: str) -> None:
        (self.folder / name).unlink(missing_ok=True)

    def fired(self, point: str) -> bool:
        """Did a process pass this armed fault point, and die there?"""
        return (self.folder / f"{point}.fired").exists()

    def seen(self, name: str) -> dict[int, list[str]]:
        """What the processes noted under a name, by process id."""
        return {
            int(path.name.removeprefix(f"{name}.").removesuffix(".seen")): path.read_text(
                "utf-8"
            ).splitlines()
            for path in self.folder.glob(f"{name}.*.seen")
        }

    def clear(self) -> None:
        """Everything off, everything forgotten; the engine's options stay."""
        for path in self.folder.iterdir():
            if path.name != "engine.options":
                path.unlink(missing_ok=True)
