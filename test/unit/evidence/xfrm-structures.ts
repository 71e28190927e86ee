import type {
  Algorithm,
  Encapsulation,
  IpsecPolicy,
  IpsecSa,
  LifetimeLimits,
  LifetimeUse,
  Mark,
  Migration,
  Offload,
  PolicyDirection,
  PolicyIdentity,
  ReplayState,
  SaIdentity,
  Selector,
  Template,
} from '../../../src/evidence/ipsec.ts';
import { type Address, addressBytes } from '../../../src/model/addresses.ts';
import { ByteWriter } from './byte-writer.ts';

/* Structures and attributes of include/uapi/linux/xfrm.h, for xfrm-build.ts. */

/** struct nlattr, payload and padding. */
export function attribute(type: number, payload: ArrayLike<number>): Uint8Array {
  return new ByteWriter()
    .u16Le(payload.length + 4)
    .u16Le(type)
    .bytes(payload)
    .align(4)
    .done();
}

function number32(type: number, value: number | undefined): Uint8Array {
  return value === undefined ? new Uint8Array() : attribute(type, new ByteWriter().u32Le(value).done());
}

export const emptySa = {
  spi: 0,
  replayWindow: 0,
  esn: false,
  flags: [] as readonly string[],
  lifetime: {},
  errors: { replayWindow: 0, replay: 0, integrity: 0 },
  acquire: 0,
};

type SaInfo = Omit<IpsecSa, 'larval' | 'unknown'>;

/** struct xfrm_usersa_info. */
export function saInfo(out: ByteWriter, sa: SaInfo): ByteWriter {
  selectorInto(out, sa.selector).bytes(address(sa.destination)).u32(sa.spi).u8(protocolNumber(sa.protocol)).zeros(3);
  limitsInto(out.bytes(address(sa.source)), sa.lifetime);
  useInto(out, sa.use).u32Le(sa.errors.replayWindow).u32Le(sa.errors.replay).u32Le(sa.errors.integrity);
  out
    .u32Le(sa.acquire)
    .u32Le(sa.reqid)
    .u16Le(sa.family === 4 ? 2 : 10)
    .u8(modeNumber(sa.mode));
  const window = sa.replay?.ring ? 0 : sa.replayWindow;
  return out
    .u8(window)
    .u8(bits(sa.flags, saFlagBits) | (sa.esn ? 128 : 0))
    .zeros(7);
}

const saFlagBits = { noecn: 1, 'decap-dscp': 2, nopmtudisc: 4, wildrecv: 8, icmp: 16, 'af-unspec': 32, align4: 64 };
const extraFlagBits = { 'dont-encap-dscp': 1, 'oseq-may-wrap': 2 };
const policyFlagBits = { localok: 1, icmp: 2, 'cpu-acquire': 4 };

function bits(names: readonly string[], table: Readonly<Record<string, number>>): number {
  return names.reduce((all, name) => all | (table[name] ?? 0), 0);
}

export function saAttributes(sa: IpsecSa): Uint8Array {
  const out = new ByteWriter();
  const extra = bits(sa.flags, extraFlagBits);
  if (extra) out.bytes(number32(24, extra));
  if (sa.careOfAddress) out.bytes(attribute(14, address(sa.careOfAddress)));
  if (sa.lastUsed !== undefined)
    out.bytes(attribute(27, [])).bytes(attribute(15, new ByteWriter().u64Le(sa.lastUsed).done()));
  if (sa.aead) out.bytes(attribute(18, algorithm(sa.aead, [sa.aead.icv])));
  if (sa.integrity) out.bytes(attribute(1, algorithm(sa.integrity, [])));
  if (sa.integrity?.truncation) out.bytes(attribute(20, algorithm(sa.integrity, [sa.integrity.truncation])));
  if (sa.encryption) out.bytes(attribute(2, algorithm(sa.encryption, [])));
  if (sa.compression) out.bytes(attribute(3, algorithm({ name: sa.compression, key: new Uint8Array() }, [])));
  if (sa.encapsulation) out.bytes(attribute(4, encapsulationBytes(sa.encapsulation)));
  out.bytes(number32(22, sa.tfcPadding));
  markAttribute(out, sa.mark);
  out.bytes(number32(29, sa.outputMark?.value)).bytes(number32(30, sa.outputMark?.mask));
  if (sa.replay) out.bytes(replayAttribute(sa.replay, sa.replayWindow));
  offloadAttribute(out, sa.offload);
  out.bytes(number32(31, sa.ifId));
  securityAttribute(out, sa.securityContext);
  iptfsAttributes(out, sa.iptfs ?? {});
  out.bytes(number32(32, sa.mappingInterval)).bytes(number32(35, sa.cpu));
  if (sa.direction) out.bytes(attribute(33, [sa.direction === 'in' ? 1 : 2]));
  out.bytes(number32(34, sa.natKeepalive));
  for (const { type, bytes } of sa.unknown) out.bytes(attribute(type, bytes));
  return out.done();
}

function iptfsAttributes(out: ByteWriter, iptfs: NonNullable<IpsecSa['iptfs']>): void {
  out.bytes(number32(36, iptfs.dropTime));
  if (iptfs.reorderWindow !== undefined) out.bytes(attribute(37, new ByteWriter().u16Le(iptfs.reorderWindow).done()));
  if (iptfs.dontFragment) out.bytes(attribute(38, []));
  out
    .bytes(number32(39, iptfs.initialDelay))
    .bytes(number32(40, iptfs.maxQueueSize))
    .bytes(number32(41, iptfs.packetSize));
}

/** struct xfrm_userpolicy_info. */
export function policyInfo(out: ByteWriter, policy: IpsecPolicy): ByteWriter {
  limitsInto(selectorInto(out, policy.selector), policy.lifetime);
  useInto(out, policy.use).u32Le(policy.priority).u32Le(policy.index).u8(directionNumber(policy.direction));
  return out
    .u8(policy.action === 'block' ? 1 : 0)
    .u8(bits(policy.flags, policyFlagBits))
    .zeros(5);
}

export function policyAttributes(policy: IpsecPolicy): Uint8Array {
  const out = new ByteWriter();
  if (policy.templates.length > 0) {
    const templates = new ByteWriter();
    for (const one of policy.templates) templateInto(templates, one);
    out.bytes(attribute(5, templates.done()));
  }
  policyIdAttributes(out, policy);
  offloadAttribute(out, policy.offload);
  securityAttribute(out, policy.securityContext);
  for (const { type, bytes } of policy.unknown) out.bytes(attribute(type, bytes));
  return out.done();
}

/** struct xfrm_user_tmpl. */
function templateInto(out: ByteWriter, template: Template): void {
  out.bytes(address(template.destination)).u32(template.spi).u8(protocolNumber(template.protocol)).zeros(3);
  out
    .u16Le(template.family === 4 ? 2 : 10)
    .zeros(2)
    .bytes(address(template.source))
    .u32Le(template.reqid);
  out
    .u8(modeNumber(template.mode))
    .u8(0)
    .u8(template.level === 'use' ? 1 : 0)
    .u8(0)
    .u32Le(~0)
    .u32Le(~0)
    .u32Le(~0);
}

/** struct xfrm_usersa_id. */
export function saId(out: ByteWriter, id: SaIdentity): ByteWriter {
  const protocol = protocolNumber(id.protocol);
  return out.bytes(address(id.destination)).u32(id.spi).u16Le(familyNumber(id.destination)).u8(protocol).u8(0);
}

/** struct xfrm_userpolicy_id. */
export function policyId(out: ByteWriter, { selector, direction }: PolicyIdentity): void {
  selectorInto(out, selector).u32Le(0).u8(directionNumber(direction)).zeros(3);
}

export function policyIdAttributes(out: ByteWriter, { type, mark, ifId }: PolicyIdentity): void {
  out.bytes(attribute(16, [type === 'sub' ? 1 : 0, 0, 0, 0, 0, 0]));
  markAttribute(out, mark);
  out.bytes(number32(31, ifId));
}

export function markAttribute(out: ByteWriter, mark: Mark | undefined): void {
  if (mark) out.bytes(attribute(21, new ByteWriter().u32Le(mark.value).u32Le(mark.mask).done()));
}

function offloadAttribute(out: ByteWriter, offload: Offload | undefined): void {
  if (offload) out.bytes(attribute(28, new ByteWriter().u32Le(offload.ifindex).u8(offload.flags).zeros(3).done()));
}

/** struct xfrm_user_sec_ctx. */
function securityAttribute(out: ByteWriter, context: string | undefined): void {
  if (context === undefined) return;
  const text = [...new TextEncoder().encode(context), 0];
  const head = new ByteWriter()
    .u16Le(8 + text.length)
    .u16Le(8)
    .u8(1)
    .u8(1)
    .u16Le(text.length);
  out.bytes(attribute(8, head.bytes(text).done()));
}

/** struct xfrm_replay_state or struct xfrm_replay_state_esn. */
export function replayAttribute(replay: ReplayState, window: number): Uint8Array {
  const out = new ByteWriter();
  if (replay.ring) out.u32Le(replay.bitmap.length);
  out.u32Le(replay.outbound).u32Le(replay.inbound);
  if (replay.ring) out.u32Le(replay.outboundHigh).u32Le(replay.inboundHigh).u32Le(window);
  for (const word of replay.bitmap) out.u32Le(word);
  return attribute(replay.ring ? 23 : 10, out.done());
}

/** struct xfrm_algo, xfrm_algo_auth or xfrm_algo_aead, by how many numbers come before the key. */
function algorithm({ name, key }: Algorithm, numbers: readonly number[]): Uint8Array {
  const out = new ByteWriter()
    .bytes(new TextEncoder().encode(name))
    .zeros(64 - name.length)
    .u32Le(key.length * 8);
  for (const number of numbers) out.u32Le(number);
  return out.bytes(key).done();
}

/** struct xfrm_selector. */
export function selectorInto(out: ByteWriter, selector: Selector): ByteWriter {
  const { source, destination, sourcePort, destinationPort } = selector;
  out.bytes(address(destination.address)).bytes(address(source.address));
  out.u16(destinationPort.port).u16(destinationPort.mask).u16(sourcePort.port).u16(sourcePort.mask);
  out.u16Le({ 0: 0, 4: 2, 6: 10 }[selector.family]).u8(destination.prefix).u8(source.prefix).u8(selector.protocol);
  return out.zeros(3).u32Le(selector.ifindex).u32Le(selector.user);
}

/** struct xfrm_lifetime_cfg. */
function limitsInto(out: ByteWriter, limits: LifetimeLimits): void {
  const unlimited = 2n ** 64n - 1n;
  const { softBytes, hardBytes, softPackets, hardPackets } = limits;
  for (const limit of [softBytes, hardBytes, softPackets, hardPackets]) out.u64Le(limit ?? unlimited);
  const { softAddSeconds, hardAddSeconds, softUseSeconds, hardUseSeconds } = limits;
  for (const limit of [softAddSeconds, hardAddSeconds, softUseSeconds, hardUseSeconds]) out.u64Le(limit ?? 0n);
}

/** struct xfrm_lifetime_cur. */
export function useInto(out: ByteWriter, use: LifetimeUse): ByteWriter {
  return out.u64Le(use.bytes).u64Le(use.packets).u64Le(use.addTime).u64Le(use.useTime);
}

/** struct xfrm_encap_tmpl. */
export function encapsulationBytes(encapsulation: Encapsulation): Uint8Array {
  const type = { espinudp: 2, espintcp: 7 }[encapsulation.type as 'espinudp'] ?? Number(encapsulation.type);
  const out = new ByteWriter().u16Le(type).u16(encapsulation.sourcePort).u16(encapsulation.destinationPort).zeros(2);
  return out.bytes(address(encapsulation.originalAddress)).done();
}

/** struct xfrm_user_migrate. */
export function migrationBytes(move: Migration): Uint8Array {
  const out = new ByteWriter().bytes(address(move.oldDestination)).bytes(address(move.oldSource));
  out.bytes(address(move.newDestination)).bytes(address(move.newSource));
  out.u8(protocolNumber(move.protocol)).u8(modeNumber(move.mode)).zeros(2).u32Le(move.reqid);
  return out.u16Le(familyNumber(move.oldSource)).u16Le(familyNumber(move.newSource)).done();
}

/** xfrm_address_t. */
export function address(text: Address): Uint8Array {
  const out = new Uint8Array(16);
  out.set(addressBytes(text));
  return out;
}

export function familyOf(text: Address): 4 | 6 {
  return text.includes(':') ? 6 : 4;
}

export function familyNumber(text: Address): number {
  return familyOf(text) === 6 ? 10 : 2;
}

export function protocolNumber(name: string): number {
  return { esp: 50, ah: 51, ipcomp: 108 }[name] ?? Number(name);
}

function modeNumber(name: string): number {
  const known = ['transport', 'tunnel', 'routeoptimization', 'in-trigger', 'beet', 'iptfs'].indexOf(name);
  return known < 0 ? Number(name) : known;
}

function directionNumber(name: PolicyDirection): number {
  return ['in', 'out', 'fwd', 'socket-in', 'socket-out', 'socket-fwd'].indexOf(name);
}
