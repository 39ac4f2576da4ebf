"""A settings file as the manual prints it (lines 2727-2811), filled in, for the tests of this folder."""

MANUAL_FILE = """\
[cfgserver]

host=cfg.example.net

port=8090

username = default

password = p%ss'w=rd [1];

#Query examples using DBIDs:
#dnquery = CfgDN[(@ownerDBID=<Switch DBID>) and (@type=1)]
#agentquery = CfgAgentLogin[@ownerDBID=<Switch DBID>]
#agentgroupquery = CfgAgentGroup[@tenantDBID=<tenant DBID>]

#Query examples using switch and tenant names:
dnquery = CfgTenant[@name='Environment']/switches/CfgSwitch[@name='Asterisk']/DNs/CfgDN[@type='1']
agentquery = CfgSwitch[@name='Asterisk']/agentLogins/CfgAgentLogin
agentgroupquery = CfgTenant[@name='Environment']/agentGroups/CfgAgentGroup

[gvma_settings]
asterisk_cfg_path=/etc/asterisk
asterisk_cfg_file_sip=sip.conf
asterisk_cfg_file_vm=voicemail.conf
asterisk_cfg_file_exten=extensions.conf
asterisk_cfg_gvma_begin=;$---GVMA-BEGIN-GVMA---$
asterisk_cfg_gvma_end=;$---GVMA-END-GVMA---$
backup_path=./gvma_backup
asterisk_cm_port=5039
siptserver_host=10.0.0.7
siptserver_port=5080
vm_dn_ext_prefix=47
vm_agt_ext_prefix=48
vm_grp_ext_prefix=49
vm_voicemail_main_ext=9501
"""
