"""What ``Plan:`` says goes with the diff: nothing that a diff shows is left uncounted or unnamed."""

from __future__ import annotations

import pytest

from tests.harness.site import Site


def _plan(site: Site) -> str:
    return site.try_sync("--dry-run").stdout.splitlines()[-1]


@pytest.mark.parametrize("driver", ["sip", "pjsip"])
def test_what_changes_every_subscription_counts_every_subscription(site: Site, driver: str) -> None:
    site.settings["channel_driver"] = driver
    site.sync()
    site.settings["mwi_mode"] = "REGISTER"
    assert _plan(site) == "Plan: 0 to add, 5 to change, 0 to remove."


@pytest.mark.parametrize(("now", "before"), [("host=127.0.0.1", "host=192.0.2.1"), ("port=5999", "port=5060")])
def test_another_address_of_sip_server_changes_every_subscription_of_chan_sip(
    site: Site, now: str, before: str
) -> None:
    site.settings["channel_driver"] = "sip"
    site.sync()
    site.replace("sip.conf", now, before)
    assert _plan(site) == "Plan: 0 to add, 5 to change, 0 to remove."


def test_a_subscription_that_watches_another_box_and_has_another_host_counts_once(site: Site) -> None:
    site.settings["channel_driver"] = "sip"
    site.sync()
    site.replace("sip.conf", "port=5999", "port=5060")
    site.layer.dns["1000"] = {"gvm_mailbox_context": "site"}
    # The box of 1000 goes; its subscription changes as the four others do.
    assert _plan(site) == "Plan: 0 to add, 5 to change, 1 to remove."


def test_where_only_what_is_around_the_boxes_changes_the_plan_names_the_files(site: Site) -> None:
    site.sync()
    site.settings["vm_voicemail_main_ext"] = 4000
    assert _plan(site) == "Plan: 0 to add, 0 to change, 0 to remove; rewrites extensions.conf."
    site.sync()
    site.layer.dns["1003"] = {}
    assert _plan(site) == "Plan: 2 to add, 0 to change, 0 to remove."


def test_another_address_of_sip_server_on_pjsip_rewrites_the_file_and_no_subscription(
    site: Site,
) -> None:
    site.sync()
    site.replace("pjsip.conf", "match=127.0.0.1", "match=192.0.2.1")
    assert _plan(site) == "Plan: 0 to add, 0 to change, 0 to remove; rewrites pjsip.conf."
