import type { Host } from 'espalier';

/** An SA and a policy of IP-TFS in one direction. iproute2 has no word for the mode. */
export interface Iptfs {
  readonly direction: 'in' | 'out';
  readonly source: string;
  readonly destination: string;
  readonly spi: number;
  readonly reqid: number;
  /** Octets of a whole packet; 0: as large as the path takes. Outbound alone. */
  readonly packetSize?: number;
  /** Time in which packets are gathered, microseconds. Outbound alone. */
  readonly delay?: number;
  /** No packet is divided. Outbound alone. */
  readonly whole?: boolean;
  /** Packets that may come too early. Inbound alone. */
  readonly window?: number;
  /** Time after which a packet counts as lost, microseconds. Inbound alone. */
  readonly dropTime?: number;
}

/** include/uapi/linux/xfrm.h: XFRM_MSG_NEWSA with mode 5 and AES-GCM, XFRM_MSG_NEWPOLICY with a template of it. */
const program = String.raw`
import json, socket, struct, sys
a = json.loads(sys.argv[1])
six = ':' in a['source']
family = socket.AF_INET6 if six else socket.AF_INET
packed = lambda text: socket.inet_pton(family, text).ljust(16, b'\0')
source, destination = packed(a['source']), packed(a['destination'])
whole = 128 if six else 32
no_limits = b'\xff' * 32 + b'\0' * 32
def attribute(kind, body):
    return struct.pack('=HH', 4 + len(body), kind) + body + b'\0' * (-len(body) % 4)
def selector(daddr, saddr, length):
    return daddr + saddr + b'\0' * 8 + struct.pack('=HBBB3xiI', family, length, length, 0, 0, 0)
identity = destination + struct.pack('>IB3x', a['spi'], 50)
key = bytes(range(36))
aead = b'rfc4106(gcm(aes))'.ljust(64, b'\0') + struct.pack('=II', len(key) * 8, 128) + key
sa = selector(b'\0' * 16, b'\0' * 16, 0) + identity + source + no_limits + b'\0' * 44
sa += struct.pack('=IIHBBB7x', 0, a['reqid'], family, 5, 0, 0x20)
sa += attribute(18, aead) + attribute(33, bytes([1 if a['direction'] == 'in' else 2]))
for name, kind, form in (('dropTime', 36, '=I'), ('window', 37, '=H'), ('delay', 39, '=I'), ('packetSize', 41, '=I')):
    if name in a: sa += attribute(kind, struct.pack(form, a[name]))
if a.get('whole'): sa += attribute(38, b'')
policy = selector(destination, source, whole) + no_limits + b'\0' * 32
policy += struct.pack('=IIBBBB4x', 0, 0, 0 if a['direction'] == 'in' else 1, 0, 0, 0)
template = destination + struct.pack('=IB3xH2x', 0, 50, family) + source
template += struct.pack('=IBBBxIII', a['reqid'], 5, 0, 0, 0xffffffff, 0xffffffff, 0xffffffff)
policy += attribute(5, template)
s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 6)
for kind, body in ((16, sa), (19, policy)):
    s.send(struct.pack('=IHHII', 16 + len(body), kind, 0x605, 1, 0) + body)
    error = struct.unpack_from('=i', s.recv(65536), 16)[0]
    if error: sys.exit('refused: %d' % -error)
print('added')
`;

/** Adds both; what the kernel answered: \`added\`, or \`refused\` with the number of the error. */
export async function addIptfs(host: Host, parts: Iptfs): Promise<string> {
  await host.writeFile('/run/iptfs.py', program);
  const { stdout } = await host.exec(`python3 /run/iptfs.py '${JSON.stringify(parts)}' 2>&1`);
  return stdout.trim();
}
