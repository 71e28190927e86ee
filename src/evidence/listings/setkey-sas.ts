import type { IpsecMode, IpsecProtocol, IpsecSa, LifetimeLimits } from '../ipsec.ts';
import { bareSa, entriesAtMargin, familyOf, keyBytes, notPrinted, ordered } from './common.ts';
import { algorithmsOf, anyAddress, type ListedAlgorithm, listedAddress } from './pf-key.ts';

const command = 'setkey -D';

/** SADB_X_SAFLAGS_ESN of FreeBSD; NetBSD has no such numbers. */
const esnFlag = 0x400;
/** The window is listed in bytes of its bitmap (setkey(8), `-r`). */
const packetsPerByte = 8;

/** Protocols whose SAs are those of IPsec; `tcp` has those of TCP-MD5. */
const protocols: Readonly<Record<string, IpsecProtocol>> = {
  esp: 'esp',
  'esp-udp': 'esp',
  ah: 'ah',
  'natt+ah': 'ah',
  ipcomp: 'ipcomp',
  'natt+ipcomp': 'ipcomp',
};

const modes: Readonly<Record<string, IpsecMode>> = { transport: 'transport', tunnel: 'tunnel', any: 'any' };

/**
 * Reads what `setkey -D` prints (pfkey_sadump in lib/libipsec of FreeBSD, in ipsec-tools of NetBSD). It lists no selectors and no directions.
 * Raises `malformed` for what is no such listing.
 */
export function readSetkeySas(text: string): IpsecSa[] {
  return ordered(entriesAtMargin(command, text, /^No SAD entries\.$/).flatMap(saOf));
}

function saOf(entry: string): IpsecSa[] {
  const ends = /^(\S+?)(?:\[(\d+)\])? (\S+?)(?:\[(\d+)\])? *\n/.exec(entry);
  const kind = /\n\t(\S+) mode=(\w+) spi=(\d+)\(0x[0-9a-f]+\) reqid=(\d+)\(/.exec(entry);
  const state = /\tseq=0x[0-9a-f]+ replay=(\d+) flags=0x([0-9a-f]+) state=(\w+)/.exec(entry);
  if (ends === null || kind === null || state === null) throw notPrinted(command, entry);
  const [, source = '', sourcePort = '0', destination = '', destinationPort = '0'] = ends;
  const [, listed = '', mode = '', spi, reqid] = kind;
  const [, window, flags = '', phase] = state;
  if (listed === 'tcp' || phase === 'dead') return [];
  const protocol = Object.hasOwn(protocols, listed) ? protocols[listed] : undefined;
  const known = Object.hasOwn(modes, mode) ? modes[mode] : undefined;
  if (protocol === undefined || known === undefined) throw notPrinted(command, entry);
  const to = listedAddress(destination);
  const larval = phase === 'larval';
  const encapsulation = {
    type: 'espinudp',
    sourcePort: Number(sourcePort),
    destinationPort: Number(destinationPort),
    originalAddress: originalAddress(entry) ?? anyAddress(familyOf(to)),
  } as const;
  return [
    {
      ...bareSa,
      protocol,
      spi: Number(spi),
      family: familyOf(to),
      source: listedAddress(source),
      destination: to,
      mode: known,
      reqid: Number(reqid),
      larval,
      ...(!larval && keysOf(protocol, entry)),
      ...(listed === 'esp-udp' && { encapsulation }),
      esn: (Number.parseInt(flags, 16) & esnFlag) !== 0,
      replayWindow: Number(window) * packetsPerByte,
      lifetime: limitsOf(entry),
      use: { ...bareSa.use, bytes: counted(entry, bytesLine), packets: counted(entry, packetsLine) },
    },
  ];
}

function keysOf(protocol: IpsecProtocol, entry: string): Partial<IpsecSa> {
  if (protocol === 'ipcomp') {
    const [, compression] = /\n\tC: (\S+)/.exec(entry) ?? [];
    return compression === undefined ? { keysUnknown: true } : { compression };
  }
  const cipher = algorithmAt('E', entry);
  const hash = algorithmAt('A', entry);
  // A cipher without a key is not listed, nor is one that is kept secret.
  if (protocol === 'esp' && cipher === undefined) return { keysUnknown: true };
  return algorithmsOf(cipher, hash);
}

/** Keys go on in lines that a blank begins. */
function algorithmAt(letter: 'E' | 'A', entry: string): ListedAlgorithm | undefined {
  const [, name, digits = ''] = new RegExp(`\\n\\t${letter}: (\\S+)((?: [^\\n]*)?(?:\\n [^\\n]*)*)`).exec(entry) ?? [];
  if (name === undefined) return undefined;
  const key = keyBytes(digits);
  return key.length === 0 ? { name } : { name, key };
}

/** Address of the end that a translator hides: of FreeBSD that of the initiator. */
function originalAddress(entry: string): string | undefined {
  const [, address] = /\n\tNAT(?::| )[^\n]*\bOA(?:I)?=(\S+)/.exec(entry) ?? [];
  return address === undefined ? undefined : listedAddress(address);
}

const bytesLine = /\tcurrent: (\d+)\(bytes\)\s+hard: (\d+)\(bytes\)\s+soft: (\d+)\(bytes\)/;
const packetsLine = /\tallocated: (\d+)\s+hard: (\d+)\s+soft: (\d+)/;
const addedLine = /\tdiff: (\d+)\(s\)\s+hard: (\d+)\(s\)\s+soft: (\d+)\(s\)/;
const usedLine = /\tlast: .*\s+hard: (\d+)\(s\)\s+soft: (\d+)\(s\)/;

function counted(entry: string, line: RegExp): bigint {
  return BigInt(line.exec(entry)?.[1] ?? 0);
}

/** 0 is no limit. */
function limitsOf(entry: string): LifetimeLimits {
  const [, , hardBytes, softBytes] = bytesLine.exec(entry) ?? [];
  const [, , hardPackets, softPackets] = packetsLine.exec(entry) ?? [];
  const [, , hardAddSeconds, softAddSeconds] = addedLine.exec(entry) ?? [];
  const [, hardUseSeconds, softUseSeconds] = usedLine.exec(entry) ?? [];
  const all = { hardBytes, softBytes, hardPackets, softPackets, hardAddSeconds, softAddSeconds };
  const limits = Object.entries({ ...all, hardUseSeconds, softUseSeconds });
  return Object.fromEntries(
    limits.flatMap(([name, limit = '0']) => (/^0+$/.test(limit) ? [] : [[name, BigInt(limit)]])),
  );
}
