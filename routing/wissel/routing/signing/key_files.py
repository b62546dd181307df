"""Whether a file with a private key is kept from others, by its owner and mode.

The rule is PostgreSQL's for its own keys (its documentation, "Secure TCP/IP
Connections with SSL"): so a key that a container platform or an operating
system mounts for a service can be used as it is.
"""

import stat
from typing import Final

_ROOT: Final = 0
_OTHERS: Final = stat.S_IRWXO
_GROUP: Final = stat.S_IRWXG
_GROUP_BUT_READING: Final = stat.S_IWGRP | stat.S_IXGRP


def key_file_problem(name: str, owner: int, mode: int) -> str | None:
    """Return why a key file is not kept from others, with what to do; None if it is.

    `owner` is the user id of its owner, `mode` its permission bits.

    1. Others than owner and group have no rights on it.
    2. Its group has none either; but it may read a file that is root's, as only
       root can give it to a group.
    """
    mode = stat.S_IMODE(mode)
    # 1.
    if mode & _OTHERS:
        fix = f"chmod 640 {name}, as root" if owner == _ROOT else f"chmod 600 {name}"
        return f"{name}: everybody on this machine has rights on this key (mode {mode:04o}); {fix}"
    # 2.
    if owner == _ROOT:
        if mode & _GROUP_BUT_READING:
            return f"{name}: its group may change this key (mode {mode:04o}); chmod 640 {name}"
    elif mode & _GROUP:
        return (
            f"{name}: its group has rights on this key (mode {mode:04o}), which only a key of "
            f"root's may allow; chmod 600 {name}"
        )
    return None
