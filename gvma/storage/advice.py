"""What to do about a call to the file system that failed, in one sentence."""

from __future__ import annotations

import errno

_ADVICE = {
    errno.ENOSPC: "Make room on the disk, then run the command again.",
    errno.EDQUOT: "Make room on the disk, then run the command again.",
    errno.EINVAL: "Put a regular file, or a symbolic link to one, in its place.",
    errno.EPERM: "gvma works with the rights of the folder's owner: the file has to be his, with a group of his; "
    "`lsattr` shows what nobody may change, and `chattr` takes that off.",
    errno.EACCES: "Give this user the right to write the file and its folder, then run the command again.",
    errno.EROFS: "Mount the file system for writing, or name the folder in ReadWritePaths= of the systemd unit. "
    "Then run the command again.",
    errno.EBUSY: "The file is a mount of its own, as in a container: mount its folder, not the file.",
    errno.EFBIG: "Make it smaller, or take it away, then run the command again.",
    errno.ETIMEDOUT: "Stop what keeps writing it, then run the command again.",
}


def advice(error: OSError) -> str:
    """By the error's number; of one that is not in the table, that the message names what is wrong."""
    return _ADVICE.get(error.errno or 0, "Put right what the message names, then run the command again.")
