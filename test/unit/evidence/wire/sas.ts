import type { IpsecSa } from '../../../../src/evidence/ipsec.ts';

export const bytes = (hex: string): Buffer => Buffer.from(hex.replaceAll(/\s/g, ''), 'hex');

const any = { family: 4, protocol: 0, ifindex: 0, user: 0 } as const;
const port = { port: 0, mask: 0 };

/** An ESP SA between two documentation addresses, without algorithms. */
export function saOf(change: Partial<IpsecSa>): IpsecSa {
  const prefix = { address: '0.0.0.0', prefix: 0 };
  return {
    protocol: 'esp',
    spi: 0x1000,
    family: 4,
    source: '192.0.2.1',
    destination: '192.0.2.2',
    mode: 'tunnel',
    reqid: 1,
    larval: false,
    selector: { ...any, source: prefix, destination: prefix, sourcePort: port, destinationPort: port },
    esn: false,
    replayWindow: 32,
    flags: [],
    lifetime: {},
    use: { bytes: 0n, packets: 0n, addTime: 0n, useTime: 0n },
    unknown: [],
    ...change,
  } as IpsecSa;
}
