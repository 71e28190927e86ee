import type { Bytes } from '../../base/bytes.ts';
import type { IpsecProtocol, IpsecSa, Iptfs, ReplayState } from '../ipsec.ts';
import { readAead, readAlgorithm, readAuthentication } from './algorithms.ts';
import { type Attribute, type AttributeTable, applyAttributes, sharedAttributes } from './attributes.ts';
import { saExtraFlags, saFlags, xfrmAttribute } from './numbers.ts';
import {
  addressOf,
  flagNames,
  modeName,
  protocolName,
  readEncapsulation,
  readKnownFamily,
  readLimits,
  readSelector,
  readUse,
} from './structures.ts';

type Draft = { -readonly [Key in keyof IpsecSa]: IpsecSa[Key] };

/** XFRM_STATE_ESN. */
const esnFlag = 128;

/** struct xfrm_usersa_info (224 bytes) and the attributes beside it. */
export function readSa(bytes: Bytes, attributes: readonly Attribute[]): IpsecSa {
  const sa = readSaInfo(bytes);
  sa.unknown = applyAttributes(sa, attributes, saAttributes);
  sa.larval = needsAlgorithm(sa.protocol) && !(sa.encryption || sa.integrity || sa.aead || sa.compression);
  return sa;
}

function needsAlgorithm(protocol: IpsecProtocol): boolean {
  return protocol === 'esp' || protocol === 'ah' || protocol === 'ipcomp';
}

/** The structure alone, which is all that an expire message has. */
export function readSaInfo(bytes: Bytes): Draft {
  const selector = readSelector(bytes);
  const destination = bytes.take(16);
  const spi = bytes.u32();
  const protocol = protocolName(bytes.u8());
  bytes.skip(3);
  const source = bytes.take(16);
  const lifetime = readLimits(bytes);
  const use = readUse(bytes);
  const errors = { replayWindow: bytes.u32Le(), replay: bytes.u32Le(), integrity: bytes.u32Le() };
  const acquire = bytes.u32Le();
  const reqid = bytes.u32Le();
  const family = readKnownFamily(bytes);
  const mode = modeName(bytes.u8());
  const replayWindow = bytes.u8();
  const flags = bytes.u8();
  bytes.skip(7);
  return {
    protocol,
    spi,
    family,
    source: addressOf(source, family),
    destination: addressOf(destination, family),
    mode,
    reqid,
    larval: false,
    selector,
    esn: (flags & esnFlag) !== 0,
    replayWindow,
    flags: flagNames(flags & ~esnFlag, saFlags),
    lifetime,
    use,
    errors,
    acquire,
    unknown: [],
  };
}

const saAttributes: AttributeTable<Draft> = {
  [xfrmAttribute.algAuth]: (sa, bytes) => {
    sa.integrity ??= { ...readAlgorithm(bytes), truncation: 0 };
  },
  [xfrmAttribute.algAuthTrunc]: (sa, bytes) => {
    sa.integrity = readAuthentication(bytes);
  },
  [xfrmAttribute.algCrypt]: (sa, bytes) => {
    sa.encryption = readAlgorithm(bytes);
  },
  [xfrmAttribute.algAead]: (sa, bytes) => {
    sa.aead = readAead(bytes);
  },
  [xfrmAttribute.algComp]: (sa, bytes) => {
    sa.compression = readAlgorithm(bytes).name;
  },
  [xfrmAttribute.encap]: (sa, bytes) => {
    sa.encapsulation = readEncapsulation(bytes, sa.family);
  },
  [xfrmAttribute.replayVal]: (sa, bytes) => {
    sa.replay ??= readReplay(bytes);
  },
  [xfrmAttribute.replayEsnVal]: (sa, bytes) => {
    const { replay, window } = readReplayEsn(bytes);
    sa.replay = replay;
    sa.replayWindow = window;
  },
  [xfrmAttribute.setMark]: (sa, bytes) => {
    sa.outputMark = { value: bytes.u32Le(), mask: sa.outputMark?.mask ?? allBits };
  },
  [xfrmAttribute.setMarkMask]: (sa, bytes) => {
    sa.outputMark = { value: sa.outputMark?.value ?? 0, mask: bytes.u32Le() };
  },
  [xfrmAttribute.saDir]: (sa, bytes) => {
    const direction = ([undefined, 'in', 'out'] as const)[bytes.u8()];
    if (direction) sa.direction = direction;
  },
  [xfrmAttribute.saExtraFlags]: (sa, bytes) => {
    sa.flags = [...sa.flags, ...flagNames(bytes.u32Le(), saExtraFlags)].sort();
  },
  [xfrmAttribute.coaddr]: (sa, bytes) => {
    sa.careOfAddress = addressOf(bytes.take(16), sa.family);
  },
  [xfrmAttribute.lastused]: (sa, bytes) => {
    sa.lastUsed = bytes.u64Le();
  },
  ...sharedAttributes,
  ...numbers({
    [xfrmAttribute.tfcpad]: 'tfcPadding',
    [xfrmAttribute.mtimerThresh]: 'mappingInterval',
    [xfrmAttribute.natKeepaliveInterval]: 'natKeepalive',
    [xfrmAttribute.saPcpu]: 'cpu',
  }),
  ...iptfs({
    [xfrmAttribute.iptfsDropTime]: (bytes) => ({ dropTime: bytes.u32Le() }),
    [xfrmAttribute.iptfsReorderWindow]: (bytes) => ({ reorderWindow: bytes.u16Le() }),
    [xfrmAttribute.iptfsDontFrag]: () => ({ dontFragment: true }),
    [xfrmAttribute.iptfsInitDelay]: (bytes) => ({ initialDelay: bytes.u32Le() }),
    [xfrmAttribute.iptfsMaxQsize]: (bytes) => ({ maxQueueSize: bytes.u32Le() }),
    [xfrmAttribute.iptfsPktSize]: (bytes) => ({ packetSize: bytes.u32Le() }),
  }),
};

/** What the kernel takes for a missing XFRMA_SET_MARK_MASK. */
const allBits = 0xffff_ffff;

type NumberField = 'tfcPadding' | 'mappingInterval' | 'natKeepalive' | 'cpu';

/** Attributes that are one 32-bit number. */
function numbers(fields: Readonly<Record<number, NumberField>>): AttributeTable<Draft> {
  return Object.fromEntries(
    Object.entries(fields).map(([type, field]) => [
      type,
      (sa: Draft, bytes: Bytes) => {
        sa[field] = bytes.u32Le();
      },
    ]),
  );
}

/** Attributes that are one part of the IP-TFS parameters. */
function iptfs(fields: Readonly<Record<number, (bytes: Bytes) => Iptfs>>): AttributeTable<Draft> {
  return Object.fromEntries(
    Object.entries(fields).map(([type, read]) => [
      type,
      (sa: Draft, bytes: Bytes) => {
        sa.iptfs = { ...sa.iptfs, ...read(bytes) };
      },
    ]),
  );
}

/** struct xfrm_replay_state, 12 bytes. */
export function readReplay(bytes: Bytes): ReplayState {
  const outbound = bytes.u32Le();
  const inbound = bytes.u32Le();
  return { outbound, outboundHigh: 0, inbound, inboundHigh: 0, bitmap: [bytes.u32Le()], ring: false };
}

/** struct xfrm_replay_state_esn: 24 bytes and as many words as it says. */
export function readReplayEsn(bytes: Bytes): { replay: ReplayState; window: number } {
  const words = bytes.u32Le();
  const outbound = bytes.u32Le();
  const inbound = bytes.u32Le();
  const outboundHigh = bytes.u32Le();
  const inboundHigh = bytes.u32Le();
  const window = bytes.u32Le();
  if (words > bytes.left / 4) throw bytes.malformed(`a replay bitmap of ${words} words does not fit`);
  const bitmap = Array.from({ length: words }, () => bytes.u32Le());
  return { replay: { outbound, outboundHigh, inbound, inboundHigh, bitmap, ring: true }, window };
}
