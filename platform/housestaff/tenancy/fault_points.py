"""Named places where a fault test may kill the process. Costs one dictionary look-up; off unless armed.

Armed by HOUSESTAFF_FAULTS, a folder: a file named after the point makes the first process that passes it
remove the file (so that it fires once) and kill itself with SIGKILL. Production never sets the variable.
"""

import os
import signal
from pathlib import Path

_FOLDER = os.environ.get("HOUSESTAFF_FAULTS", "")


def fault_point(name: str) -> None:
    """Die here if a test armed this point."""
    if not _FOLDER:
        return
    armed = Path(_FOLDER) / name
    try:
        armed.rename(armed.with_suffix(armed.suffix + ".fired"))
    except FileNotFoundError:
        return
    os.kill(os.getpid(), signal.SIGKILL)
