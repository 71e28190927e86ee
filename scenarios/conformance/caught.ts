import { delay, expect, type FrameRule, type Host, ip, type Net } from 'espalier';

/** What an IP header says, and what is behind it. */
export interface Caught {
  readonly frame: Buffer;
  readonly source: string;
  readonly destination: string;
  /** TOS of IPv4, traffic class of IPv6: DSCP and ECN. */
  readonly trafficClass: number;
  readonly hopLimit: number;
  /** IPv4 alone. */
  readonly dontFragment: boolean;
  readonly payload: Buffer;
}

const ethernet = 14;

function caughtOf(octets: Uint8Array): Caught {
  const frame = Buffer.from(octets);
  const packet = frame.subarray(ethernet);
  if (packet.readUInt8(0) >> 4 === 6) {
    return {
      frame,
      source: packet.subarray(8, 24).toString('hex'),
      destination: packet.subarray(24, 40).toString('hex'),
      trafficClass: (packet.readUInt16BE(0) >> 4) & 0xff,
      hopLimit: packet.readUInt8(7),
      dontFragment: true,
      payload: packet.subarray(40, 40 + packet.readUInt16BE(4)),
    };
  }
  return {
    frame,
    source: [...packet.subarray(12, 16)].join('.'),
    destination: [...packet.subarray(16, 20)].join('.'),
    trafficClass: packet.readUInt8(1),
    hopLimit: packet.readUInt8(8),
    dontFragment: (packet.readUInt16BE(6) & 0x4000) !== 0,
    payload: packet.subarray((packet.readUInt8(0) & 0xf) * 4, packet.readUInt16BE(2)),
  };
}

/** All packets of a protocol that a host puts on the link while something is done. They arrive a little later. */
export async function caught(
  net: Net<'wan'>,
  { from, protocol }: { readonly from: Host; readonly protocol: number },
  work: () => Promise<unknown>,
): Promise<readonly Caught[]> {
  const rule: FrameRule = await net.link('wan').on(ip({ from, protocol, times: 'all' }), delay('1ms'));
  await work();
  await rule.end();
  return rule.frames.map(caughtOf);
}

/** The same frame with another header: what is changed is given by its offset in the IP header. */
export function altered({ frame }: Pick<Caught, 'frame'>, at: number, change: (octet: number) => number): Buffer {
  const copy = Buffer.from(frame);
  copy.writeUInt8(change(copy.readUInt8(ethernet + at)), ethernet + at);
  if (copy.readUInt8(ethernet) >> 4 === 4) writeChecksum(copy);
  return copy;
}

/** Two frames with one IPv4 packet in fragments, of which the first holds so many octets (a multiple of 8). */
export function fragments({ frame }: Pick<Caught, 'frame'>, octets: number): readonly Buffer[] {
  const head = frame.subarray(0, ethernet + 20);
  const body = frame.subarray(ethernet + 20, ethernet + frame.readUInt16BE(ethernet + 2));
  return [
    { part: body.subarray(0, octets), place: 0x2000 },
    { part: body.subarray(octets), place: octets / 8 },
  ].map(({ part, place }) => {
    const copy = Buffer.concat([head, part]);
    copy.writeUInt16BE(20 + part.length, ethernet + 2);
    copy.writeUInt16BE(place, ethernet + 6);
    writeChecksum(copy);
    return copy;
  });
}

/** RFC 1071. */
function writeChecksum(frame: Buffer): void {
  frame.writeUInt16BE(0, ethernet + 10);
  let sum = 0;
  for (let at = 0; at < (frame.readUInt8(ethernet) & 0xf) * 4; at += 2) sum += frame.readUInt16BE(ethernet + at);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  frame.writeUInt16BE(~sum & 0xffff, ethernet + 10);
}

/** Sends a datagram with this traffic class to port 7000. */
export function sendClass(host: Host, to: string, trafficClass: number): Promise<unknown> {
  const [kind, level, option] = to.includes(':') ? ['AF_INET6', 41, 67] : ['AF_INET', 0, 1];
  return host.exec(
    `python3 -c 'import socket;s=socket.socket(socket.${kind},socket.SOCK_DGRAM);s.setsockopt(${level},${option},${trafficClass});s.sendto(b"x",("${to}",7000))'`,
  );
}

/** Notes the traffic class of every datagram to port 7000, in /run/classes. */
export async function noteClasses(host: Host, family: 4 | 6): Promise<void> {
  const [kind, level, option] = family === 6 ? ['AF_INET6', 41, 66] : ['AF_INET', 0, 13];
  const program = [
    'import socket',
    `s=socket.socket(socket.${kind},socket.SOCK_DGRAM)`,
    's.bind(("",7000))',
    `s.setsockopt(${level},${option},1)`,
    'f=open("/run/classes","a",1)',
    'while True:',
    ' d,a,_,_=s.recvmsg(9,99)',
    ' f.write("%d\\n"%a[0][2][0])',
  ].join('\n');
  await host.writeFile('/run/classes.py', program);
  await host.exec('rm -f /run/classes; (python3 /run/classes.py >/dev/null 2>&1 &)');
  await expect(host).toHaveFile('/run/classes');
}
