"""Every failure that gvma reports, as a tree; nothing here prints or decides.

GvmaError                       1   an internal error in gvma, where it is raised itself
  ConfigServerError            10   Configuration Server unreachable, or its answer unusable
    ConfigServerUnreachable         refused, no route, name unknown
    ConfigServerTimeout             no connection or no bytes within the time limit
    ConfigServerTlsError            certificate or handshake refused
    ConfigServerFault               a SOAP fault, or an HTTP status without one
      ConfigServerQueryError        a query that the simulator and export files do not understand
    ConfigServerMalformed           not well-formed
      ConfigServerHostile           a DTD, too deep, or a tag too long
      ConfigServerTooLarge          more bytes or objects than any site has
      ConfigServerWrongRoot         well-formed, but no answer of Configuration Server
    ConfigServerTruncated           the answer ended before it was complete
    ExportFileError                 the file of --from cannot be read
  LockedError                  11   another run holds the lock
  CredentialsError             12   refused by Configuration Server or AMI, before anything was written
    AmiPermissionError              the login works, but the account may not do what is asked
    AmiAccountInUseError            another connection uses the account (allowmultiplelogin = no)
  SafetyBrakeError             13   too much would be removed
  SyncPausedError              13   the sync is paused after a restore
  UnsafeTargetError            14   a target file is not safe to edit
    UnpreparedDatabaseError         an index, a table or a right is missing in the database, or a right is too wide
  AsteriskRefusedError         15   Asterisk did not take the change; it was put back
  AsteriskUnreachableError     16   AMI cannot be reached, or was lost
  SipError                     16   no SIP answer, or one that cannot be read
    MessageSummaryError             a NOTIFY without message counts
  BackupSetError               17   a backup set is missing or damaged
    NoBackupSetError                no set is called so
  DatabaseError                18   the database is unreachable or was lost, or a lock in it was not had in time
  UsageError                   64   wrong usage
  SettingsError                78   settings invalid

A message says what happened and where; ``hint`` says what was left unchanged and what to do.
"""

from __future__ import annotations

from typing import ClassVar


class GvmaError(Exception):
    """A failure with a stable ``code``, an ``exit_status``, and the four parts that a user reads.

    message: what happened, one sentence, never with a secret in it.
    where: file, line, host, object or option; empty where there is none.
    hint: what was left unchanged, and what to do.
    """

    code: ClassVar[str] = "defect"
    exit_status: ClassVar[int] = 1

    def __init__(self, message: str, *, where: str | int = "", hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.where = str(where)
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.where}: {self.message}" if self.where else self.message

    def as_json(self) -> dict[str, str]:
        """The object of ``errors`` in ``--output json``: code, message, hint, where."""
        return {"code": self.code, "message": self.message, "hint": self.hint, "where": self.where}


class ConfigServerError(GvmaError):
    code = "configserver"
    exit_status = 10


class ConfigServerUnreachable(ConfigServerError):
    code = "configserver-unreachable"


class ConfigServerTimeout(ConfigServerError):
    code = "configserver-timeout"


class ConfigServerTlsError(ConfigServerError):
    code = "configserver-tls"


class ConfigServerFault(ConfigServerError):
    code = "configserver-fault"


class ConfigServerQueryError(ConfigServerFault):
    code = "configserver-query"


class ConfigServerMalformed(ConfigServerError):
    code = "configserver-malformed"


class ConfigServerHostile(ConfigServerMalformed):
    code = "configserver-hostile"


class ConfigServerTooLarge(ConfigServerMalformed):
    code = "configserver-too-large"


class ConfigServerWrongRoot(ConfigServerMalformed):
    code = "configserver-wrong-root"


class ConfigServerTruncated(ConfigServerError):
    code = "configserver-truncated"


class ExportFileError(ConfigServerError):
    code = "export-file"


class LockedError(GvmaError):
    code = "lock-held"
    exit_status = 11


class CredentialsError(GvmaError):
    code = "credentials-refused"
    exit_status = 12


class AmiPermissionError(CredentialsError):
    """The login works, but the account lacks the class that an action needs (``read``, ``write`` in manager.conf)."""


class AmiAccountInUseError(CredentialsError):
    """Another connection uses the account, and manager.conf allows one at a time (``allowmultiplelogin = no``)."""


class SafetyBrakeError(GvmaError):
    code = "safety-brake"
    exit_status = 13


class SyncPausedError(GvmaError):
    code = "sync-paused"
    exit_status = 13


class UnsafeTargetError(GvmaError):
    code = "unsafe-target"
    exit_status = 14


class UnpreparedDatabaseError(UnsafeTargetError):
    code = "database-grants"


class AsteriskRefusedError(GvmaError):
    code = "asterisk-refused"
    exit_status = 15


class AsteriskUnreachableError(GvmaError):
    code = "asterisk-unreachable"
    exit_status = 16


class MediaServerUnreachableError(GvmaError):
    code = "media-unreachable"
    exit_status = 16


class SipError(GvmaError):
    code = "sip"
    exit_status = 16


class MessageSummaryError(SipError):
    code = "message-summary"


class BackupSetError(GvmaError):
    code = "backup-set"
    exit_status = 17


class NoBackupSetError(BackupSetError):
    pass


class DatabaseError(GvmaError):
    code = "database-unreachable"
    exit_status = 18


class UsageError(GvmaError):
    code = "usage"
    exit_status = 64


class SettingsError(GvmaError):
    code = "settings"
    exit_status = 78
