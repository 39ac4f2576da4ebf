"""Object types of the Configuration Layer and the names of their fields; a table.

Source: the public names of ``CfgObjectType`` in Genesys' Platform SDK; the manual's lines 2741-2762.
"""

from __future__ import annotations

import re

KINDS = frozenset(
    {
        "CfgAccessGroup",
        "CfgActionCode",
        "CfgAgentGroup",
        "CfgAgentLogin",
        "CfgAlarmCondition",
        "CfgAppPrototype",
        "CfgApplication",
        "CfgCallingList",
        "CfgCampaign",
        "CfgCampaignGroup",
        "CfgDN",
        "CfgDNGroup",
        "CfgEnumerator",
        "CfgEnumeratorValue",
        "CfgField",
        "CfgFilter",
        "CfgFolder",
        "CfgFormat",
        "CfgGVPCustomer",
        "CfgGVPIVRProfile",
        "CfgGVPReseller",
        "CfgHost",
        "CfgIVR",
        "CfgIVRPort",
        "CfgObjectiveTable",
        "CfgPerson",
        "CfgPhysicalSwitch",
        "CfgPlace",
        "CfgPlaceGroup",
        "CfgRole",
        "CfgScheduledTask",
        "CfgScript",
        "CfgService",
        "CfgSkill",
        "CfgStatDay",
        "CfgStatTable",
        "CfgSwitch",
        "CfgTableAccess",
        "CfgTenant",
        "CfgTimeZone",
        "CfgTransaction",
        "CfgTreatment",
        "CfgVoicePrompt",
    }
)

# The wrapper of a group's own fields in shape B.
WRAPPER = "CfgGroup"

# Where an object keeps its sections: the Annex, and for these types also the Options tab.
ANNEX = frozenset({"userProperties", "annex"})
OPTIONS_TAB = "options"
KINDS_WITH_OPTIONS_TAB = frozenset({"CfgApplication", "CfgAppPrototype"})

# The field with the object's number; where it is missing or empty, and for all other kinds, it is `name`.
NUMBER_FIELD = {"CfgDN": "number", "CfgAgentLogin": "loginCode"}
OF_A_SWITCH = frozenset({"CfgDN", "CfgAgentLogin"})
OWNER_FIELDS_OF_SWITCH = ("ownerDBID", "switchDBID")
OWNER_FIELDS_OF_TENANT = ("tenantDBID", "ownerDBID")

FIELDS = frozenset({"DBID", "number", "name", "loginCode", "type", "state", "ownerDBID", "switchDBID", "tenantDBID"})

_TRAILING_DIGITS = re.compile(r"[0-9]{1,18}\s*\Z")


def reference(text: str | None) -> int:
    """The DBID in a reference: ``101`` and ``CfgSwitch101`` are 101; 0 if there is none.

    >>> reference("CfgSwitch101")
    101
    """
    if not text:
        return 0
    if text.isdecimal() and len(text) < 19:
        return int(text)
    digits = _TRAILING_DIGITS.search(text)
    return int(digits.group()) if digits else 0


def container_of(kind: str) -> str:
    """The element below the owner that holds the objects of ``kind``.

    >>> container_of("CfgAgentLogin"), container_of("CfgDN"), container_of("CfgSwitch")
    ('agentLogins', 'DNs', 'switches')
    """
    name = kind.removeprefix("Cfg")
    if not name[1:2].isupper():
        name = name[0].lower() + name[1:]
    return f"{name}es" if name.endswith("ch") else f"{name}s"
