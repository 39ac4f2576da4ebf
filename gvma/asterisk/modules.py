"""The modules of Asterisk that gvma's work stands on, by what they are needed for. Pure."""

from __future__ import annotations

VOICEMAIL, DIALPLAN = "app_voicemail.so", "pbx_config.so"

VOICEMAIL_MODULES = (VOICEMAIL, "app_voicemail_odbc.so", "app_voicemail_imap.so")
"""app_voicemail has another name with another storage; one of them is needed."""

ALWAYS_NEEDED = (VOICEMAIL, DIALPLAN)
DRIVER_MODULES = {
    "pjsip": (
        "res_pjsip.so",
        "chan_pjsip.so",
        "res_pjsip_pubsub.so",
        "res_pjsip_mwi.so",
        "res_pjsip_mwi_body_generator.so",
        "res_pjsip_endpoint_identifier_ip.so",
    ),
    "sip": ("chan_sip.so",),
}
REGISTER_MODULES = ("res_pjsip_registrar.so", "res_pjsip_endpoint_identifier_user.so")
"""PJSIP's, for ``mwi_mode = REGISTER``."""

ROUTING_MODULES = (
    "res_pjsip_exten_state.so",
    "res_pjsip_pidf_body_generator.so",
    "res_pjsip_registrar.so",
    "res_pjsip_endpoint_identifier_user.so",
    "res_pjsip_session.so",
    "app_dial.so",
)
"""For business call routing: presence for SIP Server, and phones that register. chan_sip has its own part of it."""

MEDIA_MODULES = ("app_confbridge.so", "res_agi.so", "func_env.so", "func_timeout.so")
TIMING_MODULES = ("res_timing_timerfd.so", "res_timing_pthread.so", "res_timing_dahdi.so", "res_timing_kqueue.so")
"""Conferences need one of them."""

EXTERNAL_MWI = "res_mwi_external.so"
"""app_voicemail does not load beside it."""


def names_of(module: str) -> tuple[str, ...]:
    """The names under which Asterisk may have loaded a module."""
    return VOICEMAIL_MODULES if module == VOICEMAIL else (module,)
