../../guestbin/start-pluto
ipsec add tunnel
