"""Whom servers run as that refuse to run as root, and where such a user can reach its files."""

import hashlib
import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path

_CANDIDATES = ("postgres", "nobody")  # users that machines have already: none is created


@dataclass(frozen=True, slots=True)
class ServerUser:
    name: str
    ids: tuple[int, int]

    @staticmethod
    def needed() -> "ServerUser | None":
        """None for an ordinary user, who runs servers as himself."""
        if os.geteuid() != 0:
            return None
        for name in _CANDIDATES:
            try:
                entry = pwd.getpwnam(name)
            except KeyError:
                continue
            return ServerUser(name, (entry.pw_uid, entry.pw_gid))
        raise RuntimeError(f"PostgreSQL refuses to run as root and this machine has none of the users {_CANDIDATES}")

    def _may(self, path: Path, bit: int) -> bool:
        status = path.stat()
        shift = 6 if status.st_uid == self.ids[0] else 3 if status.st_gid == self.ids[1] else 0
        return bool(stat.S_IMODE(status.st_mode) >> shift & bit)

    def can_use(self, file: Path) -> bool:
        """Whether this user can read and run `file`, all folders above it included."""
        return self._may(file, 0o5) and all(self._may(parent, 0o1) for parent in file.resolve().parents)


def home_for(folder: Path, user: ServerUser | None) -> Path:
    """`folder`, or a stand-in under /var/tmp where a folder above it is closed to `user` (such as /root)."""
    folder.mkdir(parents=True, exist_ok=True)
    folder = folder.resolve()
    if user is None or all(user._may(parent, 0o1) for parent in (folder, *folder.parents)):
        return folder
    stand_in = Path("/var/tmp") / f"fairmarket-{hashlib.sha256(str(folder).encode()).hexdigest()[:12]}"
    stand_in.mkdir(mode=0o711, exist_ok=True)
    status = stand_in.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid():
        raise RuntimeError(f"{stand_in} belongs to somebody else; remove it")
    return stand_in
