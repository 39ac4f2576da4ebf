"""Which objects a step of a chapter is about, and what the rules of the switch say of them. Pure; no rules are here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from gvma.check.catalogue import findings
from gvma.check.conclusions.owners import option
from gvma.check.conclusions.profile import leads_to_mailboxes
from gvma.check.finding import Finding
from gvma.check.media import SERVICES
from gvma.configserver.objects import ConfigObject
from gvma.evidence.model import Evidence, object_name
from gvma.switches.steps import StepResult, Target

_MEDIA = frozenset(SERVICES)
_PRESENCE = frozenset({"subscribe-presence-domain", "subscribe-presence-from"})


def results(evidence: Evidence, switch: str) -> Mapping[Target, StepResult]:
    """What there is of each target of a switch, by its id; nothing where Configuration Server was not asked.

    The rules look at the site as if it had this switch alone.
    """
    if evidence.configserver.not_asked:
        return {}
    settings = evidence.settings
    profile = settings.gvma._replace(switch_profile=(switch,))
    alone = evidence._replace(settings=settings._replace(gvma=profile))
    found = [one for one in findings(alone, ["switch"]) if one.severity != "info"]
    return {target: result for target in _OBJECTS if (result := _result(alone, target, found)) is not None}


def _result(evidence: Evidence, target: Target, found: Iterable[Finding]) -> StepResult | None:
    """None where the query for such objects was not answered."""
    query, is_meant = _OBJECTS[target]
    layer = evidence.configserver
    if not layer.answered(query):
        return None
    names = {object_name(one) for one in layer.objects(query) if is_meant(evidence, one)}
    by_code = _CODES.get(target, "")
    wrong = [one for one in found if (by_code and one.code.startswith(by_code)) or (not by_code and one.where in names)]
    if wrong:
        return StepResult("wrong", f"{wrong[0].where}: {wrong[0].message}", len(wrong))
    return StepResult("ok") if names else StepResult("missing", "no such object in Configuration Server")


def _any(evidence: Evidence, one: ConfigObject) -> bool:
    return True


def _is_service(evidence: Evidence, one: ConfigObject) -> bool:
    return option(one, "service-type").lower() not in _MEDIA


def _is_media(evidence: Evidence, one: ConfigObject) -> bool:
    return option(one, "service-type").lower() in _MEDIA


def _is_presence(evidence: Evidence, one: ConfigObject) -> bool:
    return bool(_PRESENCE & one.options.keys())


def _is_gateway(evidence: Evidence, one: ConfigObject) -> bool:
    return not (_is_presence(evidence, one) or leads_to_mailboxes(evidence, one))


def _has_mwi(evidence: Evidence, one: ConfigObject) -> bool:
    return any(name.startswith("mwi-") for name in one.options)


def _is_watched(evidence: Evidence, one: ConfigObject) -> bool:
    """With Asterisk, an Extension whose telephone is there; with another switch, every one."""
    asterisk = "asterisk" in evidence.settings.gvma.switch_profile
    return not asterisk or bool(option(one, "subscribe-presence"))


_OBJECTS: Mapping[Target, tuple[str, Callable[[Evidence, ConfigObject], bool]]] = {
    "service": ("servicequery", _is_service),
    "trunk": ("trunkquery", _is_gateway),
    "extension": ("dnquery", _is_watched),
    "presence trunk": ("trunkquery", _is_presence),
    "mailbox trunks": ("trunkquery", leads_to_mailboxes),
    "media": ("servicequery", _is_media),
    "mwi": ("applicationquery", _has_mwi),
    "application": ("applicationquery", _any),
}
# Findings whose place is no object.
_CODES: Mapping[Target, str] = {"mailbox trunks": "sipserver-trunk-", "mwi": "sipserver-mwi-"}
