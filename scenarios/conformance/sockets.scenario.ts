import { expect, type Host, scenario, type XfrmSaParts } from 'espalier';
import { addresses, type Family, families, pair, pings, toEast, toWest } from './labs.ts';

/** Runs a program of Python's; its result is what it prints. */
async function python(host: Host, lines: readonly string[], more = ''): Promise<string> {
  await host.writeFile('/run/program.py', ['import socket,struct,sys,time', ...lines, ''].join('\n'));
  return (await host.exec(`python3 /run/program.py ${more}`)).stdout.trim();
}

const familyName = { 4: 'socket.AF_INET', 6: 'socket.AF_INET6' } as const;
const familyNumber = { 4: 2, 6: 10 } as const;

for (const family of families) {
  const { west: own, east: peer, any } = addresses[family];

  // include/uapi/linux/in.h, IP_XFRM_POLICY; net/xfrm/xfrm_policy.c, xfrm_sk_policy_lookup: a socket's own policy is asked first.
  // Port 500, since what goes in clear beside the SPD is a leak by any other port.
  scenario(`P8 a socket's own policy of IPv${family} goes before the SPD`, pair, async ({ hosts: { west, east } }) => {
    await expect(await pings(west, peer), { what: 'pings' }).toBe(1);
    await west.xfrm.policy.add({ source: any, destination: any, direction: 'out', action: 'block' });
    await east.exec(
      `(timeout 60 socat -u UDP${family}-RECV:500 OPEN:/run/got,creat,append >/dev/null 2>&1 &) ; sleep 0.2`,
    );
    // struct xfrm_userpolicy_info: selector, limits, use, priority, index, direction (out), action (allow), flags, share.
    const [level, option] = family === 4 ? [0, 17] : [41, 35];
    const send = (withPolicy: boolean) =>
      python(west, [
        `s=socket.socket(${familyName[family]},socket.SOCK_DGRAM)`,
        's.bind(("",500))',
        `p=b"\\0"*40+struct.pack("H",${familyNumber[family]})+b"\\0"*14+b"\\xff"*32+b"\\0"*32+b"\\0"*32+struct.pack("IIBBBBI",0,0,1,0,0,0,0)`,
        ...(withPolicy ? [`s.setsockopt(${level},${option},p)`] : []),
        'try:',
        ` s.sendto(b"with\\n" if ${withPolicy ? 'True' : 'False'} else b"without\\n",("${peer}",500))`,
        ' print("sent")',
        'except OSError as e: print("refused",e.errno)',
      ]);
    await expect(await send(false), { what: 'a socket without a policy' }).toMatch(/^(?:refused|sent)/);
    await expect(await send(true), { what: 'a socket with a bypass' }).toBe('sent');
    await expect(async () => (await east.exec('cat /run/got')).stdout.trim(), { what: 'what arrived' }).toBe('with');
  });

  scenario(`P8 policies of sockets of IPv${family} need a privilege`, pair, async ({ hosts: { west } }) => {
    const [level, option] = family === 4 ? [0, 17] : [41, 35];
    const tried = await python(west, [
      'import os',
      'os.setuid(65534)',
      `s=socket.socket(${familyName[family]},socket.SOCK_DGRAM)`,
      `try: s.setsockopt(${level},${option},b"\\0"*168); print("accepted")`,
      'except OSError as e: print("refused",e.errno)',
    ]);
    await expect(tried, { what: 'a policy of an ordinary user' }).toBe('refused 1');
  });

  // RFC 2385; include/uapi/linux/tcp.h, TCP_MD5SIG.
  scenario(`T1 TCP of IPv${family} with MD5 signatures`, pair, async ({ hosts: { west, east } }) => {
    const packed = (address: string, key: string): string =>
      family === 4
        ? `struct.pack("HH4s120xBBHI80s",2,0,socket.inet_aton("${address}"),0,0,${key.length},0,b"${key}")`
        : `struct.pack("HHI16sI100xBBHI80s",10,0,0,socket.inet_pton(socket.AF_INET6,"${address}"),0,0,0,${key.length},0,b"${key}")`;
    const server = [
      'import socket,struct',
      `s=socket.socket(${familyName[family]},socket.SOCK_STREAM)`,
      's.setsockopt(1,2,1)',
      's.bind(("",7000))',
      `s.setsockopt(6,14,${packed(own, 'right')})`,
      's.listen()',
      'while True:',
      ' c,_=s.accept()',
      ' try: c.sendall(c.recv(99))',
      ' except OSError: pass',
      ' c.close()',
    ].join('\n');
    await east.writeFile('/run/server.py', server);
    await east.exec('(timeout 600 python3 /run/server.py >/dev/null 2>&1 &) ; sleep 0.3');
    const client = (key: string | undefined) =>
      python(west, [
        `s=socket.socket(${familyName[family]},socket.SOCK_STREAM)`,
        's.settimeout(4)',
        ...(key === undefined ? [] : [`s.setsockopt(6,14,${packed(peer, key)})`]),
        'try:',
        ` s.connect(("${peer}",7000)); s.sendall(b"x"*50); print("echoed",len(s.recv(99)))`,
        'except OSError as e: print("lost")',
      ]);
    const counted = async (name: string) =>
      Number(/\s(\d+)\s/.exec((await east.exec(`nstat -az TcpExt${name}`)).stdout.split('\n')[1] ?? '')?.[1] ?? 0);
    await expect(await client('right'), { what: 'a client with the key' }).toBe('echoed 50');
    await expect(await client('wrong'), { what: 'a client with another key' }).toBe('lost');
    await expect(await counted('TCPMD5Failure'), { what: 'signatures that do not verify' }).toBeAtLeast(1);
    await expect(await client(undefined), { what: 'a client without a key' }).toBe('lost');
    await expect(await counted('TCPMD5NotFound'), { what: 'segments without a signature' }).toBeAtLeast(1);
    await expect(await client('right'), { what: 'a client with the key again' }).toBe('echoed 50');
  });

  // RFC 9329, 3 and 4; net/xfrm/espintcp.c: the stream's prefix, then packets with their length in front.
  scenario(`N4 ESP in TCP over IPv${family}`, pair, async ({ hosts }) => {
    const { west, east } = hosts;
    await stream(hosts, family);
    await protect(hosts, family, { mode: 'tunnel' });
    await expect(await pings(west, peer, { count: 2 }), { what: 'pings' }).toBe(2);
    await expect(await pings(west, peer, { size: 1300 }), { what: 'large pings' }).toBe(1);
    await expect(east).toHaveSa({ encapsulated: true, direction: 'in', packets: { atLeast: 3 } });
  });

  // RFC 9329, 3: a length of 16 bits counts itself and the packet. ESP without a cipher takes 8 octets of header, 2 and padding to 4, and an ICV of 13.
  scenario(
    `N4 ESP in TCP over IPv${family} has the length that its field can tell at most`,
    pair,
    async ({ hosts }) => {
      const { west } = hosts;
      await stream(hosts, family);
      const integrity = ['hmac(sha256)', '3c'.repeat(32), 13 * 8] as const;
      await protect(hosts, family, { mode: 'transport', encryption: ['ecb(cipher_null)', ''], integrity });
      const largest = 65535 - 2 - 8 - 2 - 13;
      // The header of ICMP is of it.
      await expect(await pings(west, peer, { size: largest - 8 }), { what: 'pings of the largest size' }).toBe(1);
      await expect(await pings(west, peer, { size: largest - 7 }), { what: 'pings of one octet more' }).toBe(0);
    },
  );
}

const ports = { sourcePort: 40000, destinationPort: 4500 } as const;

/** A TCP connection from west to east that carries ESP, in clear. */
async function stream({ west, east }: { readonly west: Host; readonly east: Host }, family: Family): Promise<void> {
  const { west: own, east: peer } = addresses[family];
  const server = [
    'import socket,time',
    `s=socket.socket(${familyName[family]},socket.SOCK_STREAM)`,
    's.bind(("",4500))',
    's.listen()',
    'c,_=s.accept()',
    'assert c.recv(6)==b"IKETCP"',
    'c.setsockopt(6,31,b"espintcp")',
    'open("/run/ready","w")',
    'time.sleep(1e6)',
  ].join('\n');
  const client = [
    'import socket,time',
    `s=socket.socket(${familyName[family]},socket.SOCK_STREAM)`,
    's.bind(("",40000))',
    `s.connect(("${peer}",4500))`,
    's.send(b"IKETCP")',
    's.setsockopt(6,31,b"espintcp")',
    'open("/run/ready","w")',
    'time.sleep(1e6)',
  ].join('\n');
  for (const [host, program] of [
    [east, server],
    [west, client],
  ] as const) {
    await host.writeFile('/run/stream.py', program);
    await host.exec('(python3 /run/stream.py >/run/stream.log 2>&1 &) ; sleep 0.3');
  }
  for (const host of [west, east]) {
    await expect(host).toHaveFile('/run/ready');
    const [out, into] = host === west ? (['out', 'in'] as const) : (['in', 'out'] as const);
    const bypass = { protocol: 'tcp', priority: 1 } as const;
    await host.xfrm.policy.add({ ...bypass, source: own, destination: peer, destinationPort: 4500, direction: out });
    await host.xfrm.policy.add({ ...bypass, source: peer, destination: own, sourcePort: 4500, direction: into });
  }
}

/** Protects everything else between two hosts by ESP in that connection. */
async function protect(
  { west, east }: { readonly west: Host; readonly east: Host },
  family: Family,
  parts: XfrmSaParts & { readonly mode: 'tunnel' | 'transport' },
): Promise<void> {
  const { west: own, east: peer } = addresses[family];
  const { mode } = parts;
  const there = { type: 'espintcp', ...ports } as const;
  const back = { type: 'espintcp', sourcePort: 4500, destinationPort: 40000 } as const;
  for (const host of [west, east]) {
    await host.xfrm.state.add(toEast(family, { ...parts, encapsulation: there }));
    await host.xfrm.state.add(toWest(family, { ...parts, encapsulation: back }));
    const [out, into] = host === west ? (['out', 'in'] as const) : (['in', 'out'] as const);
    for (const [source, destination, direction] of [
      [own, peer, out],
      [peer, own, into],
    ] as const) {
      const templates = [{ source, destination, mode, reqid: 1 }];
      await host.xfrm.policy.add({ source, destination, direction, priority: 10, templates });
    }
  }
}
