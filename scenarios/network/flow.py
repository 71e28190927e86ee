"""Sends over TCP for some seconds with a congestion control, and prints what came of it as JSON.

flow.py ADDRESS ALGORITHM SECONDS
"""
import errno
import json
import select
import socket
import struct
import sys
import time

address, algorithm, seconds = sys.argv[1], sys.argv[2], float(sys.argv[3])
# struct tcp_info of linux/tcp.h: where these numbers stand
THRESHOLD, WINDOW, RETRANSMITTED = 76, 80, 100


def number(own, at):
    return struct.unpack_from('I', own.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 232), at)[0]


with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as own:
    try:
        own.setsockopt(socket.IPPROTO_TCP, socket.TCP_CONGESTION, algorithm.encode())
        own.connect((address, 7000))
    except OSError as error:
        sys.exit(errno.errorcode[error.errno])
    begin = time.monotonic()
    own.setblocking(False)
    octets, window, threshold = 0, 0, None
    while time.monotonic() - begin < seconds:
        if select.select([], [own], [], 0.002)[1]:
            octets += own.send(bytes(10_000))
        if threshold is None:
            if number(own, RETRANSMITTED) > 0:
                threshold = number(own, THRESHOLD)
            else:
                window = number(own, WINDOW)
    own.setblocking(True)
    own.shutdown(socket.SHUT_WR)
    # The receiver ends when it has read everything.
    own.recv(1)
    print(json.dumps({'rate': 8 * octets / (time.monotonic() - begin), 'window': window, 'threshold': threshold}))
