import fc from 'fast-check';
import type { IpsecPolicy, IpsecSa, Selector, Template, XfrmEvent } from '../../../src/evidence/ipsec.ts';
import { policyIdentity, saIdentity } from '../../../src/evidence/xfrm/identity.ts';
import { addressText } from '../../../src/model/addresses.ts';

/** A selector for everything of IPv4, with some fields other. */
export function aSelector(other: Partial<Selector> = {}): Selector {
  const any = { port: 0, mask: 0 };
  const everything = { address: '0.0.0.0', prefix: 0 };
  const ends = { source: everything, destination: everything, sourcePort: any, destinationPort: any };
  return { family: 4, protocol: 0, ...ends, ifindex: 0, user: 0, ...other };
}

/** An ESP tunnel SA from west to east of libreswan's network, with some fields other. */
export function anSa(other: Partial<IpsecSa> = {}): IpsecSa {
  return {
    protocol: 'esp',
    spi: 0x1234abcd,
    family: 4,
    source: '192.1.2.45',
    destination: '192.1.2.23',
    mode: 'tunnel',
    reqid: 16389,
    larval: false,
    selector: aSelector(),
    aead: { name: 'rfc4106(gcm(aes))', key: Uint8Array.from({ length: 36 }, (_, at) => at), icv: 128 },
    esn: false,
    replayWindow: 32,
    flags: ['af-unspec'],
    lifetime: {},
    use: { bytes: 0n, packets: 0n, addTime: 1749988862n, useTime: 0n },
    errors: { replayWindow: 0, replay: 0, integrity: 0 },
    acquire: 0,
    replay: { outbound: 0, outboundHigh: 0, inbound: 0, inboundHigh: 0, bitmap: [0], ring: false },
    unknown: [],
    ...other,
  };
}

/** An SPI that was allocated and not yet filled: an SA without algorithm. */
export function aLarvalSa(other: Partial<IpsecSa> = {}): IpsecSa {
  const { aead: _none, ...rest } = anSa();
  return { ...rest, larval: true, ...other };
}

export function aTemplate(other: Partial<Template> = {}): Template {
  const ends = { source: '192.1.2.45', destination: '192.1.2.23' };
  return { protocol: 'esp', mode: 'tunnel', family: 4, ...ends, spi: 0, reqid: 16389, level: 'required', ...other };
}

/** The policy that sends west's network to east's through the SA of `anSa`, with some fields other. */
export function aPolicy(other: Partial<IpsecPolicy> = {}): IpsecPolicy {
  return {
    direction: 'out',
    selector: aSelector({
      source: { address: '192.0.1.0', prefix: 24 },
      destination: { address: '192.0.2.0', prefix: 24 },
    }),
    action: 'allow',
    priority: 1757393,
    index: 17,
    type: 'main',
    templates: [aTemplate()],
    flags: [],
    lifetime: {},
    use: { bytes: 0n, packets: 0n, addTime: 1749988862n, useTime: 0n },
    unknown: [],
    ...other,
  };
}

const u8 = fc.integer({ min: 0, max: 255 });
const u16 = fc.integer({ min: 0, max: 0xffff });
const u32 = fc.nat(0xffff_ffff);
const u64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 2n });
const limit = fc.bigInt({ min: 1n, max: 2n ** 64n - 2n });
const protocol = fc.constantFrom('esp', 'ah', 'ipcomp', '4', '41', '43');
const mode = fc.constantFrom('transport', 'tunnel', 'routeoptimization', 'in-trigger', 'beet', 'iptfs', '9');
const mark = fc.record({ value: u32, mask: u32 });
const port = fc.record({ port: u16, mask: u16 });
const key = fc.uint8Array({ maxLength: 40 });
const name = fc.constantFrom('cbc(aes)', 'hmac(sha256)', 'rfc4106(gcm(aes))', 'ecb(cipher_null)', '');
const unknown = fc.array(fc.record({ type: fc.integer({ min: 100, max: 0x3fff }), bytes: key }), { maxLength: 2 });
const some = { requiredKeys: [] as [] };
const limits = fc.record(
  {
    softBytes: u64,
    hardBytes: u64,
    softPackets: u64,
    hardPackets: u64,
    softAddSeconds: limit,
    hardAddSeconds: limit,
    softUseSeconds: limit,
    hardUseSeconds: limit,
  },
  some,
);
const use = fc.record({ bytes: u64, packets: u64, addTime: u64, useTime: u64 });
const offload = fc.record({ ifindex: fc.nat(1000), flags: u8 });
const securityContext = fc.constantFrom('system_u:object_r:ipsec_spd_t:s0', '');

/** An address of a family, in canonical text. */
export function anAddress(family: 4 | 6): fc.Arbitrary<string> {
  const length = family === 4 ? 4 : 16;
  return fc
    .array(fc.oneof(u8, fc.constant(0)), { minLength: length, maxLength: length })
    .map((bytes) => addressText(Uint8Array.from(bytes)));
}

const family = fc.constantFrom<(4 | 6)[]>(4, 6);

const selector: fc.Arbitrary<Selector> = family.chain((of) =>
  fc.record({
    family: fc.constant(of),
    source: fc.record({ address: anAddress(of), prefix: u8 }),
    destination: fc.record({ address: anAddress(of), prefix: u8 }),
    protocol: u8,
    sourcePort: port,
    destinationPort: port,
    ifindex: fc.nat(1000),
    user: u32,
  }),
);

const replay = fc.oneof(
  fc.record({ outbound: u32, inbound: u32, word: u32 }).map(({ word, ...rest }) => ({
    ...rest,
    outboundHigh: 0,
    inboundHigh: 0,
    bitmap: [word],
    ring: false,
  })),
  fc.record({
    outbound: u32,
    outboundHigh: u32,
    inbound: u32,
    inboundHigh: u32,
    bitmap: fc.array(u32, { maxLength: 8 }),
    ring: fc.constant(true),
  }),
);

const saFlags = fc.subarray(['af-unspec', 'align4', 'decap-dscp', 'icmp', 'noecn', 'nopmtudisc', 'wildrecv']);
const extraFlags = fc.subarray(['dont-encap-dscp', 'oseq-may-wrap']);
const iptfs = fc
  .record({ dropTime: u32, reorderWindow: u16, initialDelay: u32, maxQueueSize: u32, packetSize: u32 }, some)
  .filter((parts) => Object.keys(parts).length > 0);

/** fast-check makes objects without a prototype, too, which deep equality tells apart. */
const plain = <T>(value: T): T => structuredClone(value);

/** Any SA that the kernel could show. */
export const anySa: fc.Arbitrary<IpsecSa> = family.chain((of) =>
  fc
    .record({
      fixed: fc.record({
        protocol,
        spi: u32,
        source: anAddress(of),
        destination: anAddress(of),
        mode,
        reqid: u32,
        selector,
        esn: fc.boolean(),
        replayWindow: u8,
        lifetime: limits,
        use,
        errors: fc.record({ replayWindow: u32, replay: u32, integrity: u32 }),
        acquire: u32,
        unknown,
      }),
      flags: fc.tuple(saFlags, extraFlags).map((both) => both.flat().sort()),
      options: fc.record(
        {
          encryption: fc.record({ name, key }),
          integrity: fc.record({ name, key, truncation: u16 }),
          aead: fc.record({ name, key, icv: u16 }),
          compression: fc.constant('deflate'),
          encapsulation: fc.record({
            type: fc.constantFrom('espinudp', 'espintcp', '5'),
            sourcePort: u16,
            destinationPort: u16,
            originalAddress: anAddress(of),
          }),
          direction: fc.constantFrom('in', 'out'),
          replay,
          mark,
          outputMark: mark,
          ifId: u32,
          lastUsed: u64,
          careOfAddress: anAddress(of),
          tfcPadding: u32,
          mappingInterval: u32,
          natKeepalive: u32,
          cpu: u32,
          iptfs,
          offload,
          securityContext,
        },
        some,
      ),
    })
    .map(({ fixed, flags, options }) => {
      const { encryption, integrity, aead, compression } = options;
      const bare = !(encryption || integrity || aead || compression);
      const larval = bare && ['esp', 'ah', 'ipcomp'].includes(fixed.protocol);
      return plain({ ...fixed, ...options, family: of, flags, larval } as IpsecSa);
    }),
);

const template = family.chain((of) =>
  fc.record({
    protocol,
    mode,
    family: fc.constant(of),
    source: anAddress(of),
    destination: anAddress(of),
    spi: u32,
    reqid: u32,
    level: fc.constantFrom('required', 'use'),
  }),
);

/** Any policy that the kernel could show. */
export const anyPolicy: fc.Arbitrary<IpsecPolicy> = fc
  .record({
    fixed: fc.record({
      direction: fc.constantFrom('in', 'out', 'fwd', 'socket-in', 'socket-out', 'socket-fwd'),
      selector,
      action: fc.constantFrom('allow', 'block'),
      priority: u32,
      index: u32,
      type: fc.constantFrom('main', 'sub'),
      templates: fc.array(template, { maxLength: 6 }),
      flags: fc.subarray(['cpu-acquire', 'icmp', 'localok']),
      lifetime: limits,
      use,
      unknown,
    }),
    options: fc.record({ mark, ifId: u32, offload, securityContext }, some),
  })
  .map(({ fixed, options }) => plain({ ...fixed, ...options } as IpsecPolicy));

const action = fc.constantFrom('allow', 'block');
const migration = fc.tuple(family, family).chain(([old, now]) =>
  fc.record({
    protocol,
    mode,
    reqid: u32,
    oldSource: anAddress(old),
    oldDestination: anAddress(old),
    newSource: anAddress(now),
    newDestination: anAddress(now),
  }),
);

/** Any event of the kinds that tell of an SA or a policy as a whole, and most others. */
export const anyEvent: fc.Arbitrary<XfrmEvent> = fc
  .oneof(
    anySa.chain((sa) => {
      const id = saIdentity(sa);
      const { source, selector: of, mode: how, reqid } = sa;
      const expired = { kind: 'sa-expired', hard: true, id, source, selector: of, mode: how, reqid, use: sa.use };
      return fc.constantFrom(
        { kind: 'sa-added', sa },
        { kind: 'sa-updated', sa },
        { kind: 'sa-deleted', id, sa },
        { kind: 'sa-deleted', id },
        expired,
        { kind: 'replay', id, source, reqid, use: sa.use, ...(sa.replay && { replay: sa.replay }) },
        {
          kind: 'mapping',
          id: saIdentity({ ...sa, mark: undefined } as never),
          reqid,
          oldSource: source,
          oldPort: 4500,
          newSource: sa.destination,
          newPort: 1024,
        },
      );
    }),
    anyPolicy.chain((policy) => {
      const id = policyIdentity(policy);
      return fc.constantFrom(
        { kind: 'policy-added', policy },
        { kind: 'policy-updated', policy },
        { kind: 'policy-deleted', id, policy },
        { kind: 'policy-deleted', id },
        { kind: 'policy-expired', hard: false, policy },
      );
    }),
    fc.record({ kind: fc.constant('sa-flushed'), protocol: fc.constantFrom('all', 'ipsec', 'esp', '43') }),
    fc.record({ kind: fc.constant('policy-flushed'), type: fc.constantFrom('main', 'sub', 'all') }),
    fc.record({ kind: fc.constant('report'), protocol: u8, selector }),
    fc.record({ kind: fc.constant('policy-defaults'), in: action, fwd: action, out: action }),
    fc.record({
      kind: fc.constant('migrate'),
      id: anyPolicy.map(policyIdentity),
      migrations: fc.array(migration, { maxLength: 4 }),
    }),
    fc.record({ kind: fc.constant('unknown'), type: fc.integer({ min: 0x30, max: 0xffff }), bytes: key }),
  )
  .map((event) => plain(event as XfrmEvent));
