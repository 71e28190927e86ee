iptables -t nat -A POSTROUTING -s 192.1.3.0/24 -o eth1 -j MASQUERADE
