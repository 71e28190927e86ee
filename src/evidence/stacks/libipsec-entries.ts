import type { IpsecPolicy, IpsecSa, PolicyDirection, Selector } from '../ipsec.ts';

const anyPort = { port: 0, mask: 0 };
/** Chooses every packet. */
export const everything: Selector = {
  family: 0,
  source: { address: '0.0.0.0', prefix: 0 },
  destination: { address: '0.0.0.0', prefix: 0 },
  protocol: 0,
  sourcePort: anyPort,
  destinationPort: anyPort,
  ifindex: 0,
  user: 0,
};

/** What every SA of libipsec has. The library counts packets, and no log says how many; its replay window is 128 packets (esp_context.c). */
export const bare: Omit<IpsecSa, 'spi' | 'family' | 'source' | 'destination' | 'reqid'> = {
  protocol: 'esp',
  mode: 'tunnel',
  larval: false,
  selector: everything,
  encapsulation: { type: 'espinudp', sourcePort: 4500, destinationPort: 4500, originalAddress: '0.0.0.0' },
  esn: false,
  replayWindow: 128,
  flags: [],
  lifetime: {},
  use: { bytes: 0n, packets: 0n, addTime: 0n, useTime: 0n },
  errors: { replayWindow: 0, replay: 0, integrity: 0 },
  acquire: 0,
  unknown: [],
};

/** A policy of an unknown meaning, or with a selector that cannot be read, forbids nothing: it may be one that lets packets pass. */
export function policyOf(
  direction: PolicyDirection,
  selector: Selector | undefined,
  reqid: number | undefined,
): IpsecPolicy {
  const known = selector !== undefined && reqid !== undefined;
  return {
    direction,
    selector: selector ?? everything,
    action: 'allow',
    priority: known ? 0 : 0xffff_ffff,
    index: 0,
    type: 'main',
    templates: [
      {
        protocol: 'esp',
        mode: 'tunnel',
        family: selector?.family === 6 ? 6 : 4,
        source: '0.0.0.0',
        destination: '0.0.0.0',
        spi: 0,
        reqid: reqid ?? 0,
        level: known ? 'required' : 'use',
      },
    ],
    flags: [],
    lifetime: {},
    use: bare.use,
    unknown: [],
  };
}
