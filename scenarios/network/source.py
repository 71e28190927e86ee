"""source.py ADDRESS INTERFACE: prints the address that the kernel sends from to ADDRESS by that interface."""
import socket
import sys

address, interface = sys.argv[1:]
index = socket.if_nametoindex(interface)
with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as end:
    end.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, interface.encode())
    end.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, index)
    end.connect((address, 7000, 0, index))
    print(end.getsockname()[0].split('%')[0])
