"""A key manager: `manager.py FOLDER SAS FILE...` answers each acquire of the kernel with the next SA of its destination: the batch of ip(8)
FOLDER/DESTINATION-NUMBER, numbers from 0 to SAS - 1 in turns. Ends when all FILEs are there, and prints how many it answered."""
import collections
import ipaddress
import os
import socket
import subprocess
import sys

folder, sas, ends = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
NETLINK_XFRM, ACQUIRE_GROUP, ACQUIRE = 6, 1, 0x17
HEADER = 16  # struct nlmsghdr; struct xfrm_user_acquire begins with the destination (include/uapi/linux/xfrm.h)
FAMILY = HEADER + 40 + 40  # of its selector
answered = collections.Counter()

with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_XFRM) as kernel:
    kernel.bind((0, ACQUIRE_GROUP))
    # An SA that is there already is refused: two packets may have asked for one.
    ip = subprocess.Popen(['ip', '-force', '-batch', '-'], stdin=subprocess.PIPE, stderr=subprocess.DEVNULL)
    kernel.settimeout(0.2)  # seconds between two looks at the files
    while not all(map(os.path.exists, ends)):
        try:
            message = kernel.recv(1 << 16)
        except TimeoutError:
            continue
        if int.from_bytes(message[4:6], sys.byteorder) != ACQUIRE:
            continue
        family = int.from_bytes(message[FAMILY:FAMILY + 2], sys.byteorder)
        octets = message[HEADER:HEADER + (4 if family == socket.AF_INET else 16)]
        destination = str(ipaddress.ip_address(octets))
        with open(os.path.join(folder, f'{destination}-{answered[destination] % sas}'), 'rb') as batch:
            ip.stdin.write(batch.read())
        ip.stdin.flush()
        answered[destination] += 1
    ip.stdin.close()
    ip.wait()
print(answered.total())
