"""PostgreSQL refuses to run as root, so root runs it as somebody else.

First choice: a user namespace. Inside it we are an ordinary user; outside, the files stay ours, so that it works in
a checkout of mode 0700. Where namespaces are forbidden (many containers), a dropped user runs it from a folder
outside the checkout, which that user could not enter; links inside the checkout lead there.
"""

import functools
import os
import pwd
import shutil
import subprocess
from pathlib import Path

from housestaff.config.local.errors import StartError


@functools.cache
def prefix() -> tuple[str, ...]:
    """What to put before a command that refuses root: nothing for an ordinary user."""
    if os.geteuid() != 0:
        return ()
    account = ordinary_account()
    if namespaces_allowed():
        return ("unshare", "--user", f"--map-user={account}", f"--map-group={account}", "--")
    return ("setpriv", f"--reuid={account}", f"--regid={account}", "--clear-groups", "--")


@functools.cache
def namespaces_allowed() -> bool:
    """May we make a user namespace here? Asked of the kernel by trying."""
    command = ["unshare", "--user", "--map-user=1", "--map-group=1", "true"]
    return subprocess.run(command, capture_output=True).returncode == 0


def dropped() -> bool:
    """Does a dropped user, who can't enter the checkout, run PostgreSQL?"""
    return os.geteuid() == 0 and not namespaces_allowed()


def ordinary_account() -> int:
    """A user id other than root's that has a name here: initdb looks its name up."""
    known = {entry.pw_uid for entry in pwd.getpwall()} - {0}
    if not known:
        raise StartError("/etc/passwd names no user but root; PostgreSQL needs one.")
    return 1000 if 1000 in known else min(known)


def make_outside(folder: Path, binaries: Path) -> Path:
    """Make the folder outside: a closed place for the socket, and the programs, whose new place is returned."""
    folder.mkdir(mode=0o711, exist_ok=True)
    if folder.stat().st_uid != 0:
        raise StartError(f"{folder} belongs to somebody else. Remove it, then start again.")
    folder.chmod(0o711)
    (folder / "run").mkdir(mode=0o700, exist_ok=True)
    hand_over(folder / "run")
    server, package = binaries.parent, binaries.parents[1]
    programs = folder / "programs"
    if not (programs / package.name / server.name).exists():
        shutil.rmtree(programs, ignore_errors=True)
        draft = folder / "programs.draft"
        shutil.rmtree(draft, ignore_errors=True)
        shutil.copytree(server, draft / package.name / server.name)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.exists():
            shutil.copytree(libraries, draft / libraries.name)
        for made in (draft, draft / package.name):
            made.chmod(0o755)
        draft.rename(programs)
    return programs / package.name / server.name / "bin"


def hand_over(path: Path) -> None:
    """Give a file to the user who runs PostgreSQL, where that is somebody else."""
    if dropped():
        os.chown(path, ordinary_account(), ordinary_account())
