"""Whom servers run as that refuse to run as root, and where such a user can reach its files."""

import hashlib
import os
import pwd
import shutil
import stat
from dataclasses import dataclass
from pathlib import Path

_CANDIDATES = ("postgres", "nobody")  # users that machines have already: none is created


class NotOursError(RuntimeError):
    """The machine's users or folders do not allow it; the message says which."""


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
        raise NotOursError(f"PostgreSQL refuses to run as root and this machine has none of the users {_CANDIDATES}")

    def may_enter(self, folder: Path) -> bool:
        return self._may(folder, 0o1)

    def _may(self, path: Path, bit: int) -> bool:
        status = path.stat()
        shift = 6 if status.st_uid == self.ids[0] else 3 if status.st_gid == self.ids[1] else 0
        return bool(stat.S_IMODE(status.st_mode) >> shift & bit)

    def can_use(self, file: Path) -> bool:
        """Whether this user can read and run `file`, all folders above it included."""
        return self._may(file, 0o5) and all(self._may(parent, 0o1) for parent in file.resolve().parents)


def home_for(folder: Path, user: ServerUser | None) -> Path:
    """`folder`, or a stand-in under /var/tmp where a folder above it is closed to `user` (such as /root)."""
    folder = folder.resolve()
    existing = [parent for parent in (folder, *folder.parents) if parent.exists()]
    if user is None or all(user.may_enter(parent) for parent in existing):
        return folder
    return Path("/var/tmp") / f"fairmarket-{hashlib.sha256(str(folder).encode()).hexdigest()[:12]}"


def make_home(home: Path) -> None:
    """Its name can be guessed and /var/tmp is everybody's, so one that somebody else made is refused."""
    home.mkdir(mode=0o711, parents=True, exist_ok=True)
    status = home.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid():
        raise NotOursError(f"{home} belongs to somebody else; remove it")


def copied_for_everybody(package: Path, into: Path) -> Path:
    """A copy of an installed package that any user can run, with the libraries that its wheel put beside it."""
    copy = into / package.name
    if copy.exists():
        return copy
    draft = into.with_name(f"{into.name}.{os.getpid()}")
    for source in (package, package.with_name(f"{package.name}.libs")):
        if source.exists():
            shutil.copytree(source, draft / source.name, symlinks=True)
    for path in (draft, *draft.rglob("*")):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o555 if path.is_dir() or path.stat().st_mode & 0o100 else 0o444))
    draft.rename(into)
    return copy
