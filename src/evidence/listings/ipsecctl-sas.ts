import type { IpsecProtocol, IpsecSa, LifetimeLimits, LifetimeUse } from '../ipsec.ts';
import { defined } from '../text/shown.ts';
import { bareSa, entriesAtMargin, familyOf, keyBytes, notPrinted, ordered } from './common.ts';
import { algorithmsOf, anyAddress, type ListedAlgorithm, listedAddress } from './pf-key.ts';

const command = 'ipsecctl -k -v -s sa';

const headLine = /^(esp|ah|ipcomp) (transport|tunnel) from (\S+) to (\S+) spi 0x([0-9a-f]{8})\b/;
const spiLine = /\n\tsa: spi 0x[0-9a-f]{8} auth (\S+) enc (\S+)\n/;
const cpiLine = /\n\tsa: cpi 0x[0-9a-f]{8} comp (\S+)\n/;
const stateLine = /\n\t\tstate (\w+) replay (\d+) flags (?:0x)?[0-9a-f]+<([\w,]*)>/;

/**
 * Reads what `ipsecctl -k -v -s sa` prints (pfkey_print_sa in sbin/ipsecctl of OpenBSD). It lists no request ids, no selectors and no
 * directions, and without `-k` no keys. Raises `malformed` for what is no such listing.
 */
export function readIpsecctlSas(text: string): IpsecSa[] {
  // Behind the first line of an SA may stand which SA follows on it.
  return ordered(entriesAtMargin(command, text, /^\[bundle .*\]$/).flatMap(saOf));
}

function saOf(whole: string): IpsecSa[] {
  // TCP-MD5, and tunnels without IPsec.
  if (/^(?:tcpmd5|ipip) from /.test(whole)) return [];
  const entry = `${whole}\n`;
  const head = headLine.exec(entry);
  const state = stateLine.exec(entry);
  if (head === null || state === null) throw notPrinted(command, entry);
  const [, protocol, mode, source = '', destination = '', spi = ''] = head as unknown as [
    ...[string, IpsecProtocol, 'transport' | 'tunnel', string, string, string],
  ];
  const [, phase, window, names = ''] = state;
  if (phase === 'dead') return [];
  const flags = names.split(',');
  const to = listedAddress(destination);
  const larval = phase === 'larval';
  return [
    {
      ...bareSa,
      protocol,
      spi: Number.parseInt(spi, 16),
      family: familyOf(to),
      source: listedAddress(source),
      destination: to,
      mode,
      reqid: 0,
      larval,
      ...(!larval && keysOf(protocol, entry)),
      ...(flags.includes('udpencap') && {
        encapsulation: {
          type: 'espinudp',
          // The peer's port alone is listed.
          sourcePort: 0,
          destinationPort: Number(/\n\tudpencap: udpencap port (\d+)/.exec(entry)?.[1] ?? 0),
          originalAddress: anyAddress(familyOf(to)),
        },
      }),
      esn: flags.includes('esn'),
      replayWindow: Number(window),
      lifetime: limitsOf(entry),
      use: useOf(entry),
    },
  ];
}

function keysOf(protocol: IpsecProtocol, entry: string): Partial<IpsecSa> {
  if (protocol === 'ipcomp') {
    const [, compression] = cpiLine.exec(entry) ?? [];
    if (compression === undefined) throw notPrinted(command, entry);
    return { compression };
  }
  const [, hash, cipher] = spiLine.exec(entry) ?? [];
  if (hash === undefined || cipher === undefined) throw notPrinted(command, entry);
  return algorithmsOf(algorithmOf(cipher, 'key_encrypt', entry), algorithmOf(hash, 'key_auth', entry));
}

function algorithmOf(name: string, place: string, entry: string): ListedAlgorithm | undefined {
  if (name === 'none') return undefined;
  const [, bits, digits = ''] = new RegExp(`\\n\\t${place}: bits (\\d+): ([0-9a-f]*)\\n`).exec(entry) ?? [];
  const isWhole = digits !== '' && digits.length * 4 === Number(bits);
  return isWhole ? { name, key: keyBytes(digits) } : { name };
}

interface Lifetime {
  readonly packets: bigint;
  readonly bytes: bigint;
  readonly add: bigint;
  readonly first: bigint;
}

function lifetimeAt(place: string, entry: string): Lifetime | undefined {
  const line = new RegExp(`\\n\\t${place}: alloc (\\d+) bytes (\\d+) add (\\d+) first (\\d+)`).exec(entry);
  if (line === null) return undefined;
  const [packets, bytes, add, first] = line.slice(1).map(BigInt) as [bigint, bigint, bigint, bigint];
  return { packets, bytes, add, first };
}

/** 0 is no limit. */
function limitsOf(entry: string): LifetimeLimits {
  const [hard, soft] = [lifetimeAt('lifetime_hard', entry), lifetimeAt('lifetime_soft', entry)];
  return defined({
    hardBytes: hard?.bytes || undefined,
    softBytes: soft?.bytes || undefined,
    hardPackets: hard?.packets || undefined,
    softPackets: soft?.packets || undefined,
    hardAddSeconds: hard?.add || undefined,
    softAddSeconds: soft?.add || undefined,
    hardUseSeconds: hard?.first || undefined,
    softUseSeconds: soft?.first || undefined,
  });
}

/** An SA is used in one direction; counts that are 0 are not listed. */
function useOf(entry: string): LifetimeUse {
  const now = lifetimeAt('lifetime_cur', entry);
  const count = (what: string): bigint =>
    [...entry.matchAll(new RegExp(`\\n\\t\\t(\\d+) (?:in|out)put ${what}s?(?=\\n)`, 'g'))].reduce(
      (sum, [, some = '0']) => sum + BigInt(some),
      0n,
    );
  return {
    bytes: count('byte') || (now?.bytes ?? 0n),
    packets: count('packet'),
    addTime: now?.add ?? 0n,
    useTime: now?.first ?? 0n,
  };
}
