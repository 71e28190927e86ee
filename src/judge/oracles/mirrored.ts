import type { IpsecPolicy, IpsecSa } from '../../evidence/ipsec.ts';
import { selectorText } from './words-of-facts.ts';

/** One end of an SA and the policies of its host. */
export interface GuardedEnd {
  readonly sa: IpsecSa;
  readonly policies: readonly IpsecPolicy[];
}

/**
 * In which way the policies around an SA are none of one tunnel: what the sender's outbound policies send into it, the
 * receiver's inbound ones must let out of it (RFC 4301, 4.4.1: selectors of both ends mirror each other). One that
 * agrees is enough: a request id may serve several. Undefined: they agree, or one end has no policy.
 */
export function unmirrored(a: GuardedEnd, b: GuardedEnd): string | undefined {
  const [sender, receiver] = a.sa.direction === 'in' ? [b, a] : [a, b];
  if (sender.sa.direction !== 'out' || receiver.sa.direction !== 'in') return undefined;
  const sent = selectorsOf(sender, 'out');
  const taken = selectorsOf(receiver, 'in');
  if (sent.length === 0 || taken.length === 0 || sent.some((selector) => taken.includes(selector))) return undefined;
  return `${sent.join(' and ')} out, ${taken.join(' and ')} in`;
}

function selectorsOf({ sa, policies }: GuardedEnd, wanted: 'in' | 'out'): string[] {
  const leadsThere = ({ direction, templates }: IpsecPolicy): boolean =>
    direction === wanted &&
    templates.some(({ protocol, reqid }) => protocol === sa.protocol && reqid === sa.reqid && reqid !== 0);
  return policies.filter(leadsThere).map(({ selector }) => selectorText(selector));
}
