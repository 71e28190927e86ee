/** What vpnc said of one tunnel: a run of it. */
export interface Tunnel {
  /** Name of its file. */
  readonly name: string;
  /** Addresses of both ends outside. */
  readonly local: string;
  readonly gateway: string;
  /** What it may send to, in CIDR form: its file says so, and Quick Mode proposes it. */
  readonly target: string;
  /** Virtual nanoseconds since 1970 by the host's clock, as all times here. */
  readonly began: bigint;
  /** Its SAs, and those that took their place. Empty: it did not come up. */
  readonly pairs: readonly SaPair[];
  /** That it goes on: its last line is not yet the end. */
  readonly goesOn: boolean;
  /** In UDP, to port 4500. */
  readonly encapsulated: boolean;
  /** The address that it was given. */
  readonly address?: string;
  /** Of the IKE SA, in its names: `psk+xauth-aes256-sha1`. */
  readonly ike?: string;
  readonly cookies: readonly [initiator: string | undefined, responder: string | undefined];
  /** Of ESP, in its names. */
  readonly cipher?: string;
  readonly hash?: string;
}

/** An SA of each direction. */
export interface SaPair {
  readonly since: bigint;
  /** When others took their place. Undefined: they stay as long as the process. */
  readonly until?: bigint;
  readonly spiIn?: number;
  readonly spiOut?: number;
  readonly keys: Readonly<Record<'in' | 'out', Keys>>;
}

/** Undefined: it did not say, which it does of its first SAs alone. */
interface Keys {
  encryption?: Uint8Array;
  integrity?: Uint8Array;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
interface Growing extends Mutable<Omit<Tunnel, 'pairs' | 'cookies'>> {
  cookies: [string | undefined, string | undefined];
  pairs: Mutable<SaPair>[];
  /** Of the SAs that are being made. */
  keys: Record<'in' | 'out', Keys>;
  spis: Partial<Record<'in' | 'out', number>>;
  /** The message that is dumped is one that it sends. */
  sends: boolean;
}

/** What it says at its debug levels stands three blanks in. */
const entryLine = /^(\d{1,12})\.(\d{6}) +(.*)$/;

/**
 * The tunnels of a log: `vpnc --debug 3` (vpnc.c, tunip.c, config.c: hex_dump), each line behind the time, and each run between lines of
 * its keeper, `begin` and `end`. Lines of other forms, and a last line without its end, are passed over.
 */
export function tunnelsIn(log: string): Tunnel[] {
  const tunnels: Growing[] = [];
  const lines = log.split('\n').slice(0, -1);
  for (const [at, line] of lines.entries()) {
    const entry = entryLine.exec(line);
    if (entry === null) continue;
    const [, seconds = '', fraction = '', text = ''] = entry;
    const time = BigInt(seconds) * 1_000_000_000n + BigInt(fraction) * 1000n;
    const begun = beginLine.exec(text);
    if (begun !== null) tunnels.push(tunnelOf(begun, time));
    const tunnel = tunnels.at(-1);
    if (tunnel === undefined) continue;
    for (const [pattern, take] of rules) {
      const found = pattern.exec(text);
      if (found !== null) take(tunnel, found, { time, next: entryLine.exec(lines[at + 1] ?? '')?.[3] ?? '' });
    }
  }
  return tunnels;
}

const beginLine = /^begin (\S+) local ([\d.]+) gateway ([\d.]+) target (\S+)$/;

function tunnelOf([, name = '', local = '', gateway = '', target = '']: readonly string[], began: bigint): Growing {
  return {
    name,
    local,
    gateway,
    target: cidrOf(target),
    began,
    goesOn: true,
    encapsulated: false,
    cookies: [undefined, undefined],
    pairs: [],
    keys: { in: {}, out: {} },
    spis: {},
    sends: false,
  };
}

/** `10.2.0.0/255.255.255.0` in CIDR form. A mask with holes, or a length, is left as it is. */
function cidrOf(network: string): string {
  const [address = '', mask = ''] = network.split('/');
  const bits = mask
    .split('.')
    .map((part) => Number(part).toString(2).padStart(8, '0'))
    .join('');
  return /^1*0*$/.test(bits) && bits.length === 32 ? `${address}/${bits.replaceAll('0', '').length}` : network;
}

interface Place {
  readonly time: bigint;
  readonly next: string;
}
type Rule = readonly [RegExp, (tunnel: Growing, found: readonly string[], place: Place) => void];

const rules: readonly Rule[] = [
  [
    /^end /,
    (tunnel) => {
      tunnel.goesOn = false;
    },
  ],
  [
    /^([ir])_cookie: ([0-9a-f]{8}) ([0-9a-f]{8})$/,
    (tunnel, [, whose, high = '', low = '']) => {
      tunnel.cookies[whose === 'i' ? 0 : 1] = high + low;
    },
  ],
  [
    /^IKE SA selected (\S+)$/,
    (tunnel, [, ike = '']) => {
      tunnel.ike = ike;
    },
  ],
  [
    /^NAT-T mode: /,
    (tunnel) => {
      tunnel.encapsulated = true;
    },
  ],
  [
    /^got address (\S+)$/,
    (tunnel, [, address = '']) => {
      tunnel.address = address;
    },
  ],
  [
    /^IPSEC SA selected (\w+)-(\w+)$/,
    (tunnel, [, cipher = '', hash = '']) => {
      tunnel.cipher = cipher;
      tunnel.hash = hash;
    },
  ],
  [
    /^([rt])x\.key_(cry|md):(.*)$/,
    ({ keys }, [, which, what, digits = ''], { next }) => {
      // Up to 16 octets stand in the line itself, more below it.
      const octets = octetsOf(digits.trim() === '' ? next : digits);
      keys[which === 'r' ? 'in' : 'out'][what === 'cry' ? 'encryption' : 'integrity'] = octets;
    },
  ],
  [
    /^(?:sending: =|(receiving: <|got late ike packet))/,
    (tunnel, [, received]) => {
      tunnel.sends = received === undefined;
    },
  ],
  // Who receives with an SA names it (RFC 2408, 3.5).
  [
    /^p\.spi: ([0-9a-f]{8})$/,
    ({ spis, sends }, [, digits = '']) => {
      spis[sends ? 'in' : 'out'] = Number.parseInt(digits, 16);
    },
  ],
  [
    /^(remote|local) -> (?:remote|local) spi: (?:0x)?([0-9a-f]{1,8})$/,
    ({ spis }, [, from, digits = '']) => {
      spis[from === 'remote' ? 'in' : 'out'] = Number.parseInt(digits, 16);
    },
  ],
  [/^\w+ started in (?:fore|back)ground\b/, (tunnel, _, { time }) => begin(tunnel, time)],
  // The peer made others (vpnc.c, do_rekey), or deleted these, for which vpnc makes others (do_phase2_qm).
  [
    /^do_rekey returned: 0$/,
    (tunnel, _, { time }) => {
      end(tunnel, time);
      begin(tunnel, time);
    },
  ],
  [/^S7\.1 QM_packet1$/, (tunnel, _, { time }) => end(tunnel, time)],
  [
    /^S7\.8 setup ipsec tunnel$/,
    (tunnel, _, { time }) => {
      if (tunnel.pairs.length > 0) begin(tunnel, time);
    },
  ],
];

function begin(tunnel: Growing, since: bigint): void {
  const { in: spiIn, out: spiOut } = tunnel.spis;
  tunnel.pairs.push({
    since,
    keys: tunnel.keys,
    ...(spiIn !== undefined && { spiIn }),
    ...(spiOut !== undefined && { spiOut }),
  });
  tunnel.keys = { in: {}, out: {} };
}

function end({ pairs }: Growing, until: bigint): void {
  const last = pairs.at(-1);
  if (last !== undefined) last.until ??= until;
}

/** Octets of a dump: groups of four. Empty, where it is no dump: an algorithm without a key. */
function octetsOf(text: string): Uint8Array {
  const digits = text.replaceAll(' ', '');
  if (!/^(?:[0-9a-f]{2})*$/.test(digits)) return new Uint8Array();
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
