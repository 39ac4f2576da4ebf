"""The three roles: what one says, no other says, and each word leads back to its role."""

from __future__ import annotations

import pytest

from gvma.asterisk.roles import AGENT, DN, GROUP, OWN_CONTEXTS, ROLES, SUBSCRIPTION_PREFIX, Role, role_of_subscription
from gvma.settings.model import ConfigServerSettings, GvmaSettings


def test_contexts_and_prefixes_are_the_manuals() -> None:
    assert OWN_CONTEXTS == ("GVMA_DN", "GVMA_AGENT", "GVMA_AGENTGROUP")
    assert [role.prefix for role in ROLES] == ["gvm-", "gvm-a-", "gvm-g-"]
    assert [role.dialled_before(GvmaSettings()) for role in ROLES] == ["37", "38", "39"]


@pytest.mark.parametrize(
    ("name", "role"),
    [("gvm-1000", DN), ("gvm-a-1000", AGENT), ("gvm-g-1000", GROUP), ("gvm-a", DN), ("gvm-g+1", DN), ("gvm-A-1", DN)],
)
def test_the_name_of_a_subscription_tells_its_role(name: str, role: Role) -> None:
    assert role_of_subscription(name) is role


def test_no_two_roles_share_a_word_and_all_prefixes_begin_alike() -> None:
    for words in zip(
        *[(role.kind, role.label, role.element, role.context, role.prefix) for role in ROLES], strict=True
    ):
        assert len(set(words)) == len(ROLES)
    assert all(role.prefix.startswith(SUBSCRIPTION_PREFIX) for role in ROLES)


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.kind)
def test_its_keys_are_keys_of_the_settings(role: Role) -> None:
    assert hasattr(ConfigServerSettings(), role.query)
    assert hasattr(GvmaSettings(), role.dial_prefix)
