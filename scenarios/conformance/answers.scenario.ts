import { expect, scenario } from 'espalier';
import { saOfProcessor } from './features.ts';
import { addresses, connect, families, outSpi, pair, toEast } from './labs.ts';
import {
  algorithm,
  asking,
  attribute,
  attributes,
  attributesOf,
  converse,
  familyNumbers,
  message,
  octetsOf,
  port,
  saBody,
  saId,
  type Told,
  types,
} from './netlink.ts';

const [erange, enosys] = [34, 38];
/** NLMSG_ERROR: the type of a message that acknowledges. */
const acknowledgement = 2;

/** XFRM_SA_DIR_OUT. */
const out = Uint8Array.of(2);

const aead = attribute('aead', algorithm('rfc4106(gcm(aes))', Buffer.alloc(20, 0x5a), 128));

const isNews = ({ type }: Told): boolean => type !== acknowledgement;

// net/xfrm/xfrm_user.c, copy_to_user_auth and its like: behind a key there is nothing but memory of the kernel's.
scenario('S1 who asks for an SA is given its algorithms to the octet', pair, async ({ hosts: { west } }) => {
  const [sealing, signing] = [Buffer.alloc(16, 0x5a), Buffer.alloc(32, 0x3c)];
  const given = {
    encryption: algorithm('cbc(aes)', sealing),
    integrity: algorithm('hmac(sha256)', signing),
    'truncated-integrity': algorithm('hmac(sha256)', signing, 128),
  };
  const { encryption, 'truncated-integrity': truncated } = given;
  const sent = [attribute('encryption', encryption), attribute('truncated-integrity', truncated)];
  const told = await converse(west, [message('new-sa', saBody(4, sent)), message('get-sa', saId(4))]);
  const answer = told.find(({ type }) => type === types['new-sa']);
  const found = answer === undefined ? new Map<number, Buffer>() : attributesOf(answer, 224);
  for (const [name, octets] of Object.entries(given)) {
    const listed = found.get(attributes[name as keyof typeof given]);
    await expect(listed?.toString('hex'), { what: name }).toBe(Buffer.from(octets).toString('hex'));
  }
});

// net/xfrm/xfrm_user.c, xfrm_sa_len: who listens learns of every SA, however much there is to tell of it.
scenario('S1 SAs of all sizes are announced', pair, async ({ hosts: { west } }) => {
  const encapsulation = Buffer.alloc(24);
  encapsulation.writeUInt16LE(2, 0); // UDP
  encapsulation.writeUInt16BE(4500, 2);
  encapsulation.writeUInt16BE(4500, 4);
  const mark = Buffer.alloc(8, 0xff);
  const options = [
    attribute('encapsulation', encapsulation),
    attribute('mark', mark),
    attribute('direction', out),
    attribute('keepalive', 20),
  ];
  const ciphers = [
    ['cbc(aes)', 16],
    ['rfc3686(ctr(aes))', 20],
  ] as const;
  // Keys of four octets more each: the kernel makes room for a message in steps that are as small.
  const lengths = Array.from({ length: 60 }, (_, at) => 16 + 4 * at);
  for (const [name, length] of ciphers) {
    const encryption = attribute('encryption', algorithm(name, Buffer.alloc(length, 0x5a)));
    const added = lengths.map((octets, at) => {
      const integrity = attribute('integrity', algorithm('hmac(sha256)', Buffer.alloc(octets, 0x3c)));
      return message('new-sa', saBody(4, [encryption, integrity, ...options], 0x2000 + at), { number: at + 1 });
    });
    const told = await converse(west, added, { groups: 4, octets: 16 });
    await expect(
      told.filter(isNews).map(({ number }) => number),
      { what: `SAs with ${name} that were announced` },
    ).toEqual(lengths.map((_, at) => at + 1));
    await west.xfrm.state.flush();
  }
});

// net/xfrm/xfrm_user.c, xfrm_state_construct, XFRMA_SA_PCPU.
const forProcessors = { ...pair, needs: [saOfProcessor] } as const;
scenario('S1 an SA for a processor that cannot be there is refused', forProcessors, async ({ hosts: { west } }) => {
  const { stdout } = await west.exec('cat /sys/devices/system/cpu/possible');
  const last = Number(/(\d+)\s*$/.exec(stdout)?.[1]);
  const forProcessor = (cpu: number) =>
    message('new-sa', saBody(4, [aead, attribute('direction', out), attribute('cpu', cpu)]));
  await expect(await west.xfrm.request(forProcessor(last + 1)), { what: 'the answer' }).toBe(erange);
  await expect((await west.xfrm.state.list()).length, { what: 'SAs' }).toBe(0);
  await expect(await west.xfrm.request(forProcessor(last)), { what: 'the answer for the last processor' }).toBe(0);
});

// net/xfrm/xfrm_user.c, attach_auth and its like: an SA does not go without an algorithm that it was to have.
scenario('S1 an SA with an algorithm that nobody knows is refused', pair, async ({ hosts: { west } }) => {
  const key = Buffer.alloc(32, 0x5a);
  const cipher = attribute('encryption', algorithm('cbc(aes)', key));
  const unknown = {
    encryption: [attribute('encryption', algorithm('cbc(none)', key))],
    integrity: [cipher, attribute('integrity', algorithm('hmac(none)', key))],
    'truncated-integrity': [cipher, attribute('truncated-integrity', algorithm('hmac(none)', key, 128))],
    aead: [attribute('aead', algorithm('gcm(none)', key, 128))],
  };
  for (const [what, parts] of Object.entries(unknown)) {
    await expect(await west.xfrm.request(message('new-sa', saBody(4, parts))), { what }).toBe(enosys);
  }
  await expect((await west.xfrm.state.list()).length, { what: 'SAs' }).toBe(0);
});

// RFC 2367, 3.1: an announcement has number and sender of the request; so does a key manager tell its own changes from those of others.
scenario('S1 changes of SAs are announced with number and sender of the request', pair, async ({ hosts: { west } }) => {
  const requests = [
    ['new-sa', saBody(4, [aead])],
    ['update-sa', saBody(4, [aead])],
    ['delete-sa', saId(4)],
    ['new-sa', saBody(4, [aead])],
    ['flush-sas', Uint8Array.of(0, 0, 0, 0)],
  ] as const;
  const told = await converse(
    west,
    requests.map(([type, body], at) => message(type, body, { number: 100 + at })),
    { groups: 4 },
  );
  await expect(
    told.filter(isNews).map(({ type, number, port: of }) => [type, number, of]),
    { what: 'type, number and sender' },
  ).toEqual(requests.map(([type], at) => [types[type], 100 + at, port]));
});

for (const family of families) {
  const { west: own, east: peer, whole } = addresses[family];

  /** struct xfrm_selector, with which struct xfrm_userpolicy_info and xfrm_userpolicy_id begin, of what goes out; 168 and 64 octets. */
  const policy = (octets: 168 | 64): Uint8Array => {
    const body = Buffer.alloc(octets);
    body.set(octetsOf(peer), 0);
    body.set(octetsOf(own), 16);
    body.writeUInt16LE(familyNumbers[family], 40);
    body.writeUInt8(whole, 42);
    body.writeUInt8(whole, 43);
    body.writeUInt8(1, octets === 168 ? 160 : 60);
    return body;
  };

  scenario(
    `P1 changes of policies of IPv${family} are announced with number and sender of the request`,
    pair,
    async ({ hosts: { west } }) => {
      const requests = [
        ['new-policy', policy(168)],
        ['update-policy', policy(168)],
        ['delete-policy', policy(64)],
        ['new-policy', policy(168)],
        ['flush-policies', new Uint8Array()],
      ] as const;
      const told = await converse(
        west,
        requests.map(([type, body], at) => message(type, body, { number: 200 + at })),
        { groups: 8 },
      );
      await expect(
        told.filter(isNews).map(({ type, number, port: of }) => [type, number, of]),
        { what: 'type, number and sender' },
      ).toEqual(requests.map(([type], at) => [types[type], 200 + at, port]));
    },
  );

  // net/xfrm/xfrm_user.c, build_aevent: XFRM_AE_RTHR and XFRM_AE_ETHR ask for what else is told of an SA.
  scenario(`S13 who asks for thresholds of an SA of IPv${family} is told those`, pair, async ({ hosts }) => {
    const { west } = hosts;
    await west.exec('sysctl -qw net.core.xfrm_aevent_rseqth=4 net.core.xfrm_aevent_etime=20');
    await connect(hosts, { family });
    const [packets, time] = [0x1, 0x8];
    const asked = [0, packets, time, packets | time];
    const request = (flags: number): Uint8Array => {
      const body = Buffer.alloc(48);
      body.set(saId(family), 0);
      body.set(octetsOf(own), 24);
      body.writeUInt32LE(flags, 40);
      return message('get-ae', body, { flags: asking });
    };
    const told = (await converse(west, asked.map(request))).filter(isNews);
    const thresholds = told.map((one) => {
      const found = attributesOf(one, 48);
      return (['replay-threshold', 'timer-threshold'] as const).map((name) =>
        found.get(attributes[name])?.readUInt32LE(),
      );
    });
    // Packets, and tenths of a second.
    await expect(thresholds, { what: 'thresholds' }).toEqual([
      [undefined, undefined],
      [4, undefined],
      [undefined, 20],
      [4, 20],
    ]);
    await expect((await west.xfrm.state.get(toEast(family)))?.spi, { what: 'the SA' }).toBe(outSpi);
  });
}
