../../guestbin/start-pluto
ipsec add gateway
