ipsec up road
ping -q -c 3 192.0.2.254
ipsec trafficstatus
ip xfrm state | grep -c 'encap type espinudp'
