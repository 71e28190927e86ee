../../guestbin/start-pluto
ipsec add road
