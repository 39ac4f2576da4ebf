"""The names of the modules that a private Asterisk loads, in no special order.

With an explicit list Asterisk starts in a third of a second, and its log has no complaints of modules without a
configuration. A version may lack some of them (app_macro, chan_sip); PrivateAsterisk leaves those out.
Dependencies that are not obvious: res_pjsip_exten_state needs res_pjsip_outbound_publish; res_rtp_asterisk on
16 needs res_pjproject, which needs res_sorcery_config; app_voicemail needs res_adsi and res_smdi; res_agi needs
res_speech.
"""

from __future__ import annotations

_FOR_EITHER_DRIVER = """
res_sorcery_config res_sorcery_memory res_sorcery_astdb res_pjproject res_timing_timerfd res_rtp_asterisk
res_musiconhold res_speech res_agi res_adsi res_smdi res_clioriginate res_stasis
func_callerid func_channel func_strings func_logic func_global func_env func_uri func_cut func_math func_timeout
func_dialplan func_devstate func_extstate func_vmcount func_sprintf func_hangupcause func_groupcount func_version
pbx_config app_playback app_playtones app_verbose app_stack app_macro app_exec app_dial app_echo app_read app_record
app_senddtmf app_sendtext app_system app_while app_userevent app_mixmonitor app_confbridge app_voicemail
app_directory app_db app_milliwatt app_waitforsilence app_originate app_transfer
bridge_simple bridge_softmix bridge_native_rtp bridge_builtin_features bridge_builtin_interval_features
bridge_holding codec_ulaw codec_alaw codec_gsm codec_a_mu codec_resample
format_gsm format_wav format_wav_gsm format_pcm format_sln
"""

_PJSIP = """
res_pjsip res_pjsip_outbound_publish res_pjsip_session res_pjsip_pubsub res_pjsip_mwi res_pjsip_mwi_body_generator
res_pjsip_exten_state res_pjsip_pidf_body_generator res_pjsip_xpidf_body_generator
res_pjsip_pidf_eyebeam_body_supplement res_pjsip_dialog_info_body_generator res_pjsip_registrar
res_pjsip_messaging res_pjsip_sdp_rtp res_pjsip_endpoint_identifier_user res_pjsip_endpoint_identifier_ip
res_pjsip_dtmf_info res_pjsip_header_funcs res_pjsip_nat res_pjsip_rfc3326 res_pjsip_caller_id
res_pjsip_authenticator_digest res_pjsip_acl res_pjsip_empty_info res_pjsip_refer
func_pjsip_aor func_pjsip_endpoint func_pjsip_contact chan_pjsip
"""

FOR_EITHER_DRIVER: tuple[str, ...] = tuple(_FOR_EITHER_DRIVER.split())
DRIVERS: dict[str, tuple[str, ...]] = {"pjsip": tuple(_PJSIP.split()), "sip": ("chan_sip",)}
