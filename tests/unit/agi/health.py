"""A load balancer's probe and the answer of a healthy server, byte for byte as docs/media.md promises them."""

from __future__ import annotations

HEALTH_PREAMBLE = b"agi_network: yes\nagi_network_script: health\n\n"
HEALTH_ANSWER = b'SET VARIABLE "GVMA_HEALTH" "ok"\n'
