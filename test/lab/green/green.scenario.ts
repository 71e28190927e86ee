import { linux, scenario } from '../../../src/suites/scenarios/api/index.ts';

// None of these checks anything, and none may pass: what they leave behind decides. The test names the verdict of each.
const lab = {
  hosts: { west: linux(), east: linux() },
  links: { wan: { west: '192.0.2.1/24', east: '192.0.2.2/24' } },
} as const;
const policy =
  'ip xfrm policy add src 10.1.0.0/24 dst 10.2.0.0/24 dir out tmpl src 192.0.2.1 dst 192.0.2.2 proto esp mode tunnel';

/** Sends a UDP datagram from 10.1.0.1 to 10.2.0.1 past the kernel's policies, as a raw frame. */
const program = `import socket, struct
out = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
out.bind(("eth0", 0))
udp = struct.pack("!HHHH", 1, 2, 12, 0) + b"leak"
def header(checksum):
    ends = socket.inet_aton("10.1.0.1") + socket.inet_aton("10.2.0.1")
    return struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(udp), 1, 0, 64, 17, checksum) + ends
total = sum(struct.unpack("!10H", header(0)))
total = (total & 0xffff) + (total >> 16)
out.send(b"\\xff" * 6 + out.getsockname()[4] + b"\\x08\\x00" + header(~total & 0xffff) + udp)
`;

scenario('a packet past its policy', lab, async ({ hosts: { west }, clock }) => {
  await west.writeFile('/root/send.py', program);
  await west.exec(policy);
  await west.exec('python3 /root/send.py');
  await clock.advance('1s');
});

scenario('a warning of the kernel', lab, async ({ hosts: { west }, clock }) => {
  await west.exec('echo "<4>WARNING: CPU: 0 PID: 1 at net/xfrm/xfrm_state.c:1 xfrm_x+0x1/0x2" > /dev/kmsg');
  await clock.advance('1s');
});

scenario('half an SA for two hours', lab, async ({ hosts: { west }, clock }) => {
  await west.xfrm.state.add({ source: '192.0.2.1', destination: '192.0.2.2', spi: 0x100 });
  await clock.advance('2h');
});
