"""The usual DN has the claim that the rules for any object give it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gvma.asterisk.entries import GvmaWarning
from gvma.configserver.objects import ConfigObject
from gvma.mailboxes import claims
from gvma.mailboxes.claims import Claim, claim_of
from gvma.mailboxes.values import Refused

_VALUE = st.sampled_from(["", "7", "Ann", " Ann ", "a,b", "x|y", "\t", "\xfc", "z" * 90, "tz=central|mailcmd=x"])
_OPTIONS = st.dictionaries(st.sampled_from([*claims.FIELD_OPTIONS, "gvm_mailbox", "contact"]), _VALUE, max_size=4)
_NUMBER = st.sampled_from(["1000", "0", "007", "", " 12 ", "\u0661", "1" * 73, "1" * 74, "a-1", "*5"])


def outcome(role: int, one: ConfigObject, *, usual: bool) -> tuple[object, ...]:
    """The claim and the warnings, or the refusal."""
    warnings: list[GvmaWarning] = []
    claim: Claim | None
    try:
        if usual:
            claim = claim_of(role, 3, one, allow_mailcmd=False, warnings=warnings)
        else:
            options = one.values_of(claims.OPTIONS)
            claim = claims._any_claim(role, 3, one, options, allow_mailcmd=False, warnings=warnings)
    except Refused as refused:
        return refused.option, refused.reason, warnings
    return claim, warnings


@given(st.sampled_from([(0, "CfgDN"), (1, "CfgAgentLogin"), (2, "CfgAgentGroup")]), _NUMBER, _OPTIONS)
def test_a_usual_dn_has_the_claim_that_any_object_has(
    role: tuple[int, str], number: str, options: dict[str, str]
) -> None:
    one = ConfigObject(role[1], 101, number, 1, options=options)
    assert outcome(role[0], one, usual=True) == outcome(role[0], one, usual=False)
