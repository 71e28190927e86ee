import { EspalierError } from '../../../base/errors.ts';
import {
  addressExtension,
  encapsulationExtensions,
  ipsecRequest,
  keyExtension,
  lifetimeExtension,
  policyExtension,
  sa2Extension,
  saExtension,
  spiRangeExtension,
} from '../../../evidence/pfkey/extensions.ts';
import { messageBytes } from '../../../evidence/pfkey/message.ts';
import {
  compressionAlgorithms,
  directions,
  encryptionAlgorithms,
  integrityAlgorithms,
  levels,
  modes,
  type PfKeySaType,
  policyTypes,
  protocols,
} from '../../../evidence/pfkey/numbers.ts';
import type { XfrmKey, XfrmLimits, XfrmPolicy, XfrmPolicyId, XfrmSa, XfrmSaId, XfrmTemplate } from './xfrm.ts';

/** An SA of PF_KEY: what netlink alone knows is left out, and refused where it is said all the same. */
export type PfKeySaRequest = Omit<XfrmSa, 'aead' | 'mark'>;

/** Keys of SAs whose scenario does not care: AES-CBC of 128 bits and HMAC-SHA-1-96, since PF_KEY has no AEAD. */
const defaults = {
  encryption: ['cbc(aes)', '11'.repeat(16)],
  integrity: ['hmac(sha1)', '33'.repeat(20)],
} as const;

/** Messages of PF_KEY that ask a kernel for something. Change the octets to spoil one. Each raises `usage` for what PF_KEY cannot say. */
export const pfKey = {
  addSa: (sa: PfKeySaRequest): Buffer => saMessage('add', sa),
  updateSa: (sa: PfKeySaRequest): Buffer => saMessage('update', sa),
  getSa: (id: Required<Pick<XfrmSaId, 'source'>> & XfrmSaId): Buffer => idMessage('get', id),
  deleteSa: (id: Required<Pick<XfrmSaId, 'source'>> & XfrmSaId): Buffer => idMessage('delete', id),
  /** Reserves an SPI of a range. */
  allocSpi: ({ least, most, ...sa }: Omit<PfKeySaRequest, 'spi'> & { readonly least: number; readonly most: number }) =>
    messageBytes('getspi', saTypeOf(sa.protocol), [
      ...endsOf(sa),
      sa2Extension(modeOf(sa.mode), sa.reqid ?? 0),
      spiRangeExtension(least, most),
    ]),
  flushSas: (protocol: PfKeySaType = 'any'): Buffer => messageBytes('flush', protocol, []),
  dumpSas: (protocol: PfKeySaType = 'any'): Buffer => messageBytes('dump', protocol, []),
  /** Asks to be told of acquires and expiries, and for the algorithms that the kernel has. */
  register: (protocol: PfKeySaType): Buffer => messageBytes('register', protocol, []),
  addPolicy: (policy: XfrmPolicy): Buffer => policyMessage('spdadd', policy),
  updatePolicy: (policy: XfrmPolicy): Buffer => policyMessage('spdupdate', policy),
  deletePolicy: (id: XfrmPolicyId): Buffer => policyMessage('spddelete', id),
  /** By the number that the kernel gave it. */
  getPolicy: (index: number): Buffer =>
    messageBytes('spdget', 'any', [policyExtension({ type: 0, direction: 0, index, priority: 0 }, [])]),
  flushPolicies: (): Buffer => messageBytes('spdflush', 'any', []),
  dumpPolicies: (): Buffer => messageBytes('spddump', 'any', []),
};

function saMessage(type: 'add' | 'update', sa: PfKeySaRequest): Buffer {
  const { mode, reqid = 0, limits, encapsulation } = sa;
  requireSayable(sa);
  const [integrity, encryption] = [integrityOf(sa), encryptionOf(sa)];
  const numbers = {
    integrity: integrity ? numberOf(integrityAlgorithms, integrity[0]) : 0,
    encryption:
      sa.protocol === 'ipcomp' ? compressionOf(sa) : encryption ? numberOf(encryptionAlgorithms, encryption[0]) : 0,
  };
  return messageBytes(type, saTypeOf(sa.protocol), [
    saExtension({ spi: sa.spi, replayWindow: sa.replayWindow ?? 0, ...numbers, flags: flagsOf(sa.flags) }),
    ...lifetimesOf(limits),
    ...endsOf(sa),
    ...(integrity ? [keyExtension('integrity-key', Buffer.from(integrity[1], 'hex'))] : []),
    ...(encryption ? [keyExtension('encryption-key', Buffer.from(encryption[1], 'hex'))] : []),
    sa2Extension(modeOf(mode), reqid),
    ...(encapsulation ? encapsulationExtensions(2, [encapsulation.sourcePort, encapsulation.destinationPort]) : []),
  ]);
}

/** Parts of an SA that PF_KEY of Linux has no extension for. */
const unsayable = [
  'esn',
  'sent',
  'received',
  'selector',
  'outputMark',
  'ifId',
  'direction',
  'tfcPadding',
  'extraFlags',
  'careOf',
  'more',
  'aead',
  'mark',
] as const;

function requireSayable(sa: object): void {
  const said = unsayable.find((part) => (sa as Readonly<Record<string, unknown>>)[part] !== undefined);
  if (said === undefined) return;
  throw new EspalierError('usage', `PF_KEY cannot say ${said} of an SA`, {
    remedy: 'ask the kernel by host.xfrm, which is netlink',
  });
}

const saFlags: Readonly<Record<string, number>> = {
  nopmtudisc: 0x20000000,
  'decap-dscp': 0x40000000,
  noecn: 0x80000000,
};

function flagsOf(flags: readonly string[] = []): number {
  return flags.reduce((all, flag) => (all | numberOf(saFlags, flag)) >>> 0, 0);
}

function integrityOf({ protocol = 'esp', encryption, integrity }: PfKeySaRequest): XfrmKey | undefined {
  if (integrity !== undefined) return [integrity[0], integrity[1]];
  return protocol === 'ipcomp' || (protocol === 'esp' && encryption !== undefined) ? undefined : defaults.integrity;
}

function encryptionOf({ protocol = 'esp', encryption, integrity }: PfKeySaRequest): XfrmKey | undefined {
  if (encryption !== undefined || protocol !== 'esp') return encryption;
  return integrity === undefined ? defaults.encryption : undefined;
}

function compressionOf({ compression = 'deflate' }: PfKeySaRequest): number {
  return numberOf(compressionAlgorithms, compression);
}

function numberOf(numbers: Readonly<Record<string, number>>, name: string): number {
  const number = numbers[name];
  if (number === undefined) throw new EspalierError('usage', `PF_KEY has no number for ${name}`);
  return number;
}

/** The kernel wants both limits or none (pfkey_msg2xfrm_state). */
function lifetimesOf(limits: XfrmLimits | undefined): Buffer[] {
  return limits === undefined ? [] : [lifetimeOf('hard', limits), lifetimeOf('soft', limits)];
}

function lifetimeOf(which: 'hard' | 'soft', limits: XfrmLimits): Buffer {
  const of = (what: 'Packets' | 'Bytes' | 'Seconds' | 'UseSeconds'): number => limits[`${which}${what}`] ?? 0;
  return lifetimeExtension(`lifetime-${which}`, {
    packets: of('Packets'),
    bytes: BigInt(of('Bytes')),
    addSeconds: BigInt(of('Seconds')),
    useSeconds: BigInt(of('UseSeconds')),
  });
}

function idMessage(type: 'get' | 'delete', id: Required<Pick<XfrmSaId, 'source'>> & XfrmSaId): Buffer {
  const sa = saExtension({ spi: id.spi, replayWindow: 0, integrity: 0, encryption: 0, flags: 0 });
  return messageBytes(type, saTypeOf(id.protocol), [sa, ...endsOf(id)]);
}

function endsOf({ source, destination }: { readonly source: string; readonly destination: string }): Buffer[] {
  return [addressExtension('source', source), addressExtension('destination', destination)];
}

function saTypeOf(protocol: XfrmSaId['protocol'] = 'esp'): PfKeySaType {
  if (protocol === 'route2' || protocol === 'hao') throw new EspalierError('usage', `PF_KEY has no SAs of ${protocol}`);
  return protocol;
}

function modeOf(mode: string = 'transport'): number {
  return numberOf(modes, mode);
}

function policyMessage(type: 'spdadd' | 'spdupdate' | 'spddelete', policy: XfrmPolicy): Buffer {
  const { direction, action = 'allow', templates = [], index = 0, priority = 0 } = policy;
  const unsaid = (['mark', 'ifId', 'dev', 'key', 'flags'] as const).find((part) => policy[part] !== undefined);
  if (unsaid !== undefined) throw new EspalierError('usage', `PF_KEY cannot say ${unsaid} of a policy`);
  const kind = action === 'block' ? 'discard' : templates.length === 0 ? 'none' : 'ipsec';
  const extension = policyExtension(
    { type: policyTypes[kind], direction: directions[direction], index, priority },
    templates.map(requestOf),
  );
  return messageBytes(type, 'any', [...selectorOf(policy), extension, ...lifetimesOf(policy.limits)]);
}

const ipProtocols: Readonly<Record<string, number>> = { icmp: 1, tcp: 6, udp: 17, 'ipv6-icmp': 58 };

/** The kernel takes ports and, of ICMP, type and code from where TCP has ports; the protocol has to be in both addresses. */
function selectorOf(policy: XfrmPolicyId): Buffer[] {
  const { sourcePort, destinationPort, type, code, protocol = 255 } = policy;
  const number = typeof protocol === 'number' ? protocol : numberOf(ipProtocols, protocol);
  const any = (policy.source ?? policy.destination ?? '').includes(':') ? '::/0' : '0.0.0.0/0';
  const end = (name: 'source' | 'destination', port: number | undefined): Buffer =>
    addressExtension(name, policy[name] ?? any, { protocol: number, ...(port !== undefined && { port }) });
  return [end('source', sourcePort ?? type), end('destination', destinationPort ?? code)];
}

/** A reqid asks for the level `unique`, which is `require` with one. */
function requestOf(template: XfrmTemplate): Buffer {
  const { protocol = 'esp', mode = 'transport', level = 'required', reqid = 0, source, destination, spi } = template;
  if (spi !== undefined) throw new EspalierError('usage', 'PF_KEY cannot say spi of a template');
  const word = level === 'use' ? 'use' : reqid > 0 ? 'unique' : 'require';
  const ends = mode === 'tunnel' && source !== undefined && destination !== undefined ? [source, destination] : [];
  return ipsecRequest({ protocol: protocols[protocol], mode: modeOf(mode), level: levels[word], reqid }, ends);
}
