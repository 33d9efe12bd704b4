"""Where Hansa keeps its things. Standard library only: run.py asks here too, before anything is installed."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def home_folder(environment: Mapping[str, str]) -> Path:
    """HANSA_HOME, or else the folder in which this system keeps an application's data.

    For root that is /var/lib/hansa: the database then runs as nobody, who may not enter root's own folder.
    """
    given = environment.get("HANSA_HOME")
    if given:
        return Path(given).expanduser().absolute()
    if os.geteuid() == 0:
        return Path("/var/lib/hansa")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "hansa"
    return Path(environment.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "hansa"
