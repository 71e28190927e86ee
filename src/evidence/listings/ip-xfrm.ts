import type {
  Algorithm,
  IpsecMode,
  IpsecPolicy,
  IpsecProtocol,
  IpsecSa,
  Mark,
  PolicyDirection,
  SaErrors,
  Selector,
  Template,
} from '../ipsec.ts';
import type { TextAlgorithm, TextPolicy, TextSa, TextSelector, TextTemplate } from '../text/kernel-facts.ts';
import { defined } from '../text/shown.ts';
import { readTextPolicy } from '../text/xfrm-policy.ts';
import { readTextSa } from '../text/xfrm-state.ts';
import { bareSa, everything, familyOf, keyBytes } from './common.ts';

/** Reads what `ip -s xfrm state` prints (ip/ipxfrm.c of iproute2). What is not understood of an entry is left out. */
export function readIpXfrmStates(text: string): IpsecSa[] {
  return entriesOf(text).map((lines) => ({ ...saOf(readTextSa(lines)), errors: errorsOf(lines) }));
}

/** The same of `ip -s xfrm policy`. */
export function readIpXfrmPolicies(text: string): IpsecPolicy[] {
  return entriesOf(text).flatMap((lines) => {
    const policy = readTextPolicy(lines);
    return policy === undefined ? [] : [policyOf(policy)];
  });
}

/** Packets that were refused, below `stats:`. */
function errorsOf(lines: readonly string[]): SaErrors {
  const stats = lines.map((line) => /^\s+replay-window (\d+) replay (\d+) failed (\d+)$/.exec(line)).find(Boolean);
  const [replayWindow = 0, replay = 0, integrity = 0] = stats?.slice(1).map(Number) ?? [];
  return { replayWindow, replay, integrity };
}

/** Lines of each entry: it begins at the margin. */
function entriesOf(text: string): string[][] {
  const entries: string[][] = [];
  for (const line of text.split('\n')) {
    if (/^src /.test(line)) entries.push([line]);
    else if (/^\s+\S/.test(line)) entries.at(-1)?.push(line);
  }
  return entries;
}

function saOf(text: TextSa): IpsecSa {
  const { source, destination, encryption, integrity, aead, encapsulation, compression } = text;
  const hasAlgorithm = [encryption, integrity, aead, compression].some((one) => one !== undefined);
  return {
    ...bareSa,
    protocol: text.protocol as IpsecProtocol,
    spi: Number(text.spi),
    family: familyOf(destination),
    source,
    destination,
    mode: text.mode as IpsecMode,
    reqid: numberOf(text.reqid),
    larval: !hasAlgorithm,
    selector: selectorOf(text.selector),
    ...(encryption && { encryption: algorithmOf(encryption) }),
    ...(integrity && { integrity: { ...algorithmOf(integrity), truncation: integrity.bits ?? 0 } }),
    ...(aead && { aead: { ...algorithmOf(aead), icv: aead.bits ?? 0 } }),
    ...(compression !== undefined && { compression }),
    ...(encapsulation && {
      encapsulation: {
        type: encapsulation.type as 'espinudp',
        sourcePort: numberOf(encapsulation.sourcePort),
        destinationPort: numberOf(encapsulation.destinationPort),
        originalAddress: encapsulation.originalAddress,
      },
    }),
    ...((text.direction === 'in' || text.direction === 'out') && { direction: text.direction }),
    ...defined({ ifId: text.ifId, mark: markOf(text.mark), outputMark: markOf(text.outputMark) }),
    esn: text.esn,
    replayWindow: text.replayWindow ?? 0,
    flags: text.flags,
    lifetime: text.lifetime ?? {},
    use: { ...bareSa.use, ...text.use },
  };
}

function policyOf(text: TextPolicy): IpsecPolicy {
  return {
    direction: text.direction as PolicyDirection,
    selector: selectorOf(text.selector),
    action: text.action === 'block' ? 'block' : 'allow',
    priority: numberOf(text.priority),
    index: text.index ?? 0,
    type: text.type === 'sub' ? 'sub' : 'main',
    templates: text.templates.map(templateOf),
    ...defined({ ifId: text.ifId, mark: markOf(text.mark) }),
    flags: text.flags,
    lifetime: text.lifetime ?? {},
    use: { ...bareSa.use, ...text.use },
    unknown: [],
  };
}

function templateOf({ source, destination, protocol, spi, reqid, mode, level }: TextTemplate): Template {
  return {
    protocol: protocol as IpsecProtocol,
    mode: mode as IpsecMode,
    family: familyOf(destination),
    source,
    destination,
    spi: spi === undefined ? 0 : Number(spi),
    reqid: numberOf(reqid),
    level: level === 'use' ? 'use' : 'required',
  };
}

function numberOf(shown: number | string, unknown = 0): number {
  return typeof shown === 'number' ? shown : unknown;
}

/** `0x1/0xffffffff`. */
function markOf(text: string | undefined): Mark | undefined {
  const [, value, mask] = /^(\w+)\/(\w+)$/.exec(text ?? '') ?? [];
  return value === undefined ? undefined : { value: Number(value), mask: Number(mask) };
}

function algorithmOf({ name, key }: TextAlgorithm): Algorithm {
  return { name, key: keyBytes(key) };
}

function selectorOf(text: TextSelector | undefined): Selector {
  if (text === undefined) return everything;
  const { source, destination } = text;
  const port = (shown: number | string | undefined) =>
    shown === undefined ? everything.sourcePort : { port: numberOf(shown), mask: 0xffff };
  return {
    ...everything,
    family: familyOf(source.address),
    source,
    destination,
    // A name that nobody knows is not every protocol: this number is reserved (RFC 5237).
    protocol: numberOf(text.protocol, 255),
    sourcePort: port(text.sourcePort),
    destinationPort: port(text.destinationPort),
  };
}
