"""One end of a transfer over a transport protocol.

peer.py serve KIND ADDRESS          answers each message with its octets in reverse; /run/peer-KIND is there from when on it does
peer.py send KIND ADDRESS SIZE...   sends messages of these sizes, one after the other, and prints what became of them;
                                    environment: PATIENCE in seconds, BIND to an address of its own
"""
import errno
import os
import random
import socket
import sys

PORT = 7000
# Type and protocol of the socket; what keeps no messages apart gets them with their length in front.
KINDS = {
    'raw': (socket.SOCK_RAW, 253),  # RFC 3692, 2.1: for experiments
    'udp': (socket.SOCK_DGRAM, 17),
    'tcp': (socket.SOCK_STREAM, 6),
    'mptcp': (socket.SOCK_STREAM, 262),
    'sctp': (socket.SOCK_STREAM, 132),
    'dccp': (6, 33),
}
PART = 1 << 16
PATIENCE = float(os.environ.get('PATIENCE', 3))  # seconds without an answer

role, kind, address, *sizes = sys.argv[1:]
family = socket.AF_INET6 if ':' in address else socket.AF_INET
type_, protocol = KINDS[kind]
place = (address, 0 if kind == 'raw' else PORT)


def payload(packet):
    """What a raw socket of IPv4 gives begins with the header."""
    return packet[(packet[0] & 15) * 4:] if kind == 'raw' and family == socket.AF_INET else packet


def exactly(connection, count):
    octets = bytearray()
    while len(octets) < count:
        part = connection.recv(count - len(octets))
        if not part:
            raise ConnectionResetError(errno.ECONNRESET, 'ended')
        octets += part
    return bytes(octets)


def read(connection):
    return exactly(connection, int.from_bytes(exactly(connection, 4), 'big'))


def write(connection, message):
    octets = len(message).to_bytes(4, 'big') + message
    # A message of SCTP fits the sending buffer as a whole, or is refused (net/sctp/socket.c, sctp_sendmsg_parse); the reader counts octets.
    for at in range(0, len(octets), PART):
        connection.sendall(octets[at:at + PART])


def serve(own):
    own.bind(place)
    if type_ in (socket.SOCK_RAW, socket.SOCK_DGRAM):
        open('/run/peer-' + kind, 'w').close()
        while True:
            packet, other = own.recvfrom(1 << 16)
            own.sendto(payload(packet)[::-1], other)
    own.listen()
    open('/run/peer-' + kind, 'w').close()
    while True:
        connection, _ = own.accept()
        try:
            while True:
                write(connection, read(connection)[::-1])
        except OSError:
            connection.close()


def exchange(own, message):
    if type_ in (socket.SOCK_RAW, socket.SOCK_DGRAM):
        own.send(message)
        return payload(own.recv(1 << 16))
    write(own, message)
    return read(own)


def send(own):
    own.settimeout(PATIENCE)
    if 'BIND' in os.environ:
        own.bind((os.environ['BIND'], 0))
    own.connect(place)
    for size in map(int, sizes):
        message = random.Random(size).randbytes(size)
        if exchange(own, message) != message[::-1]:
            return f'spoiled {size}'
    return f'answered {len(sizes)}'


with socket.socket(family, type_, protocol) as own:
    if role == 'serve':
        serve(own)
    try:
        print(send(own))
    except TimeoutError:
        print('silence')
    except OSError as error:
        print(errno.errorcode[error.errno])
