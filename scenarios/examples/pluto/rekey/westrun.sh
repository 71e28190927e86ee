ipsec up tunnel
ping -q -c 3 -I 192.0.1.254 192.0.2.254
ipsec trafficstatus
sleep 110
sleep 110
sleep 110
ping -q -c 3 -I 192.0.1.254 192.0.2.254
