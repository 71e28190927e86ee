import type { Selector } from '../../../../src/evidence/ipsec.ts';
import { aSelector } from '../../evidence/xfrm-samples.ts';

/** A selector of all that goes from one network to another. */
export function between(source: string, destination: string): Selector {
  const end = (text: string) => {
    const [address = '', prefix] = text.split('/');
    return { address, prefix: Number(prefix) };
  };
  const family = source.includes(':') ? 6 : 4;
  return aSelector({ family, source: end(source), destination: end(destination) });
}
