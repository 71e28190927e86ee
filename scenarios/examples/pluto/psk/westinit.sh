../../guestbin/start-pluto
ipsec add psk
