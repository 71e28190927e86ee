import type { LifetimeLimits, LifetimeUse } from '../ipsec.ts';

/** Limits and use of an SA or policy as `ip -s xfrm` writes them (ip/ipxfrm.c, xfrm_lifetime_print). */
export interface TextLifetime {
  lifetime?: LifetimeLimits;
  use?: Partial<LifetimeUse>;
}

/** Names of the model by what stands before and in the brackets. */
const limits: Readonly<Record<string, readonly [keyof LifetimeLimits, keyof LifetimeLimits]>> = {
  'limit bytes': ['softBytes', 'hardBytes'],
  'limit packets': ['softPackets', 'hardPackets'],
  'expire add sec': ['softAddSeconds', 'hardAddSeconds'],
  'expire use sec': ['softUseSeconds', 'hardUseSeconds'],
};

const limit = /^(limit|expire add|expire use): soft ([\w()]{1,40})\((\w{1,10})\), hard ([\w()]{1,40})\(\w{1,10}\)$/;
const used = /^(\d{1,20})\(bytes\), (\d{1,20})\(packets\)$/;

/** Adds what a line says of a lifetime; false: it says nothing of that. Dates are left out: they have no time zone. */
export function addLifetime(line: string, found: TextLifetime): boolean {
  const [, what = '', soft = '', unit = '', hard = ''] = limit.exec(line) ?? [];
  const names = limits[`${what} ${unit}`];
  if (names !== undefined) {
    found.lifetime = { ...found.lifetime, ...bound(names[0], soft), ...bound(names[1], hard) };
    return true;
  }
  const [, bytes, packets] = used.exec(line) ?? [];
  if (bytes !== undefined && packets !== undefined) found.use = { bytes: BigInt(bytes), packets: BigInt(packets) };
  return (
    bytes !== undefined || /^(?:lifetime (?:config|current):|add .* use |stats:|replay-window \d+ replay )/.test(line)
  );
}

/** `(INF)`, and 0 of a time, mean no limit. */
function bound(name: keyof LifetimeLimits, text: string): LifetimeLimits {
  const none = !/^\d{1,20}$/.test(text) || (text === '0' && name.endsWith('Seconds'));
  return none ? {} : { [name]: BigInt(text) };
}
