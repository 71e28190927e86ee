ipsec up psk
ping -q -c 3 -I 192.0.1.254 192.0.2.254
