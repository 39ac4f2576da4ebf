"""docs/several-hosts.md: two Asterisks with one spool, each with a gvma of its own."""

from __future__ import annotations

from contextlib import ExitStack

from tests.harness.layer import Layer
from tests.harness.servers.asterisk_fixtures import StartAsterisk, StartTelephone
from tests.harness.site import Site
from tests.soak.phone import EXTENSIONS, Phone

SPOOLDIR = "[general]\nformat=wav\npasswordlocation=spooldir\n"


def test_a_pin_changed_on_one_host_holds_on_the_other_one_with_the_same_spool(
    start_asterisk: StartAsterisk, start_telephone: StartTelephone, version: int
) -> None:
    files = {"voicemail.conf": SPOOLDIR, "extensions.conf": EXTENSIONS}
    hosts = [start_asterisk(version, files) for _ in range(2)]
    first, second = hosts
    (first.spool / "voicemail").mkdir(exist_ok=True)
    (second.spool / "voicemail").symlink_to(first.spool / "voicemail")
    layer = Layer(dns={"1000": {"gvm_password": "10"}})
    with ExitStack() as stack:
        for host in hosts:
            host.shorten_prompts()
            site = Site(host.folder, layer, asterisk=host)
            stack.enter_context(site.served())
            site.settings["siptserver_host"] = "127.0.0.5"
            site.sync()
        phones = [Phone(host, start_telephone(host, host="127.0.0.5")) for host in hosts]
        phones[0].change_pin("1000", "10", "47")
        assert site.sync().stdout == ""  # of the second host
        second.cli("module reload app_voicemail.so")
        assert phones[1].accepts("1000", "47")
        assert not phones[1].accepts("1000", "10")
