"""Who gets SIP Server's requests: the site's endpoints and peers, from what Asterisk says and from its files. Pure.

Asterisk gives a request to the first endpoint, or peer, that it knows the sender by. Ours must not come before one of
the site's, or calls that reached the site's dialplan reach it no more.
"""
