import type { IpsecPolicy } from '../../evidence/ipsec.ts';
import type { IpPacket } from '../../evidence/packet/packet.ts';
import { type Flow, selectorMatches } from '../../evidence/tables/selectors.ts';
import { type Tables, tablesAt } from '../../evidence/tables/tables.ts';
import type { HostTimeline } from '../../evidence/tables/timeline.ts';
import { type AgeOf, agesAt, firstOfEquals } from './policy-order.ts';

/** What says that a packet may not pass in clear; `no-policy`: the action where none matches. */
export type Rule = IpsecPolicy | 'no-policy';

/** A packet, and what must not let it pass as it is. */
export interface Question {
  readonly flow: Flow;
  readonly forbids: (rule: Rule) => boolean;
}

/** What is asked of the tables about a packet in clear. `ifindex`: its sender's interface, where that is known. */
export function questionOf(ip: IpPacket, ifindex?: number): Question {
  const flow = { ...flowOf(ip), ...(ifindex !== undefined && { ifindex }) };
  return { flow, forbids: ip.upper.kind === 'ipcomp' ? wantsMoreThanIpcomp : wantsProtection };
}

/**
 * What forbids a flow in clear at a time: the strongest outbound policy, of equal ones the first (`firstOfEquals`), or the default
 * action (net/xfrm/xfrm_policy.c, xfrm_policy_lookup_bytype, xfrm_lookup_with_ifid). Policies with an interface id
 * choose only what an XFRM interface sends, which never is cleartext. Marks are not seen on links, nor in earlier
 * versions interfaces: such a policy may choose a packet, so where a stronger one lets it pass, nothing is said.
 */
export function forbidding(host: HostTimeline, time: bigint, question: Question): Rule | undefined {
  return ruleOf({ ...tablesAt(host, time), ageOf: agesAt(host, time) }, question);
}

/** Policies, and how old each of them is. */
export interface Policies extends Pick<Tables, 'policies' | 'defaults'> {
  readonly ageOf: AgeOf;
}

/** The same for given policies. */
export function ruleOf({ policies, defaults, ageOf }: Policies, { flow, forbids }: Question): Rule | undefined {
  const chosen = policies.filter(
    ({ direction, type, ifId, selector }) =>
      direction === 'out' && type === 'main' && !ifId && selectorMatches(selector, flow),
  );
  const [perhaps, sure] = [true, false].map((wanted) => chosen.filter((one) => unseen(one, flow) === wanted)) as [
    IpsecPolicy[],
    IpsecPolicy[],
  ];
  const priority = Math.min(...sure.map((one) => one.priority));
  const equals = sure.filter((one) => one.priority === priority);
  const mayCome = (one: IpsecPolicy): boolean =>
    one.priority < priority || (one.priority === priority && firstOfEquals([...equals, one], ageOf).includes(one));
  if (perhaps.some((one) => !forbids(one) && mayCome(one))) return undefined;
  const rules: readonly Rule[] =
    equals.length > 0 ? firstOfEquals(equals, ageOf) : defaults.out === 'block' ? ['no-policy'] : [];
  return rules.every(forbids) ? rules[0] : undefined;
}

/** Whether the policy chooses the packet depends on what no capture tells. */
function unseen({ mark, selector }: IpsecPolicy, { ifindex }: Flow): boolean {
  return Boolean(mark?.mask) || (selector.ifindex !== 0 && ifindex === undefined);
}

/** Cleartext may not pass it. */
function wantsProtection(rule: Rule): boolean {
  if (rule === 'no-policy' || rule.action === 'block') return true;
  return rule.templates.some(({ level }) => level === 'required');
}

/** IPComp alone is what a policy may ask for, and then no policy is asked again; one that asks for ESP or AH too wants more. */
function wantsMoreThanIpcomp(rule: Rule): boolean {
  if (rule === 'no-policy' || rule.action === 'block') return false;
  return rule.templates.some(({ level, protocol }) => level === 'required' && protocol !== 'ipcomp');
}

/** A packet as a selector sees it. */
export function flowOf({ source, destination, protocol, upper }: IpPacket): Flow {
  const flow = { source, destination, protocol };
  if (upper.kind === 'icmp') return { ...flow, sourcePort: upper.type, destinationPort: upper.code };
  if (upper.kind === 'gre') {
    const { key = 0 } = upper;
    return { ...flow, sourcePort: key >>> 16, destinationPort: key & 0xffff };
  }
  if (!('sourcePort' in upper)) return flow;
  return { ...flow, sourcePort: upper.sourcePort, destinationPort: upper.destinationPort };
}
