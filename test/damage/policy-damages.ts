import type { IpsecPolicy } from '../../src/evidence/ipsec.ts';
import { policyKey } from '../../src/evidence/xfrm/identity.ts';
import { excuseFor } from '../../src/judge/oracles/excuses.ts';
import type { Verdict } from '../../src/model/verdict.ts';
import { type ChosenSa, pairedSas } from './choose-sa.ts';
import type { Damage, Damaged } from './damage.ts';
import { editPolicies } from './edit-tables.ts';
import type { StoredAttempt } from './stored-attempt.ts';

const swapped = (policy: IpsecPolicy): IpsecPolicy => {
  const { source, destination, sourcePort, destinationPort } = policy.selector;
  const ends = { source: destination, destination: source };
  const ports = { sourcePort: destinationPort, destinationPort: sourcePort };
  return { ...policy, selector: { ...policy.selector, ...ends, ...ports } };
};

/** Selectors of a policy that an SA was made for, the wrong way round. */
export const policyDamages: readonly Damage[] = [
  {
    id: 'swap-selectors in dumps',
    expected: 'major',
    why: 'an event told of the policy the right way round',
    apply: (attempt) => applied(attempt, false),
  },
  {
    id: 'swap-selectors from birth on',
    expected: 'major',
    why: 'the inbound policy of the other end is not its mirror any more',
    apply: (attempt) => applied(attempt, true),
  },
];

interface Place {
  readonly host: number;
  readonly key: string;
  /** An SA of the policy that both ends have. */
  readonly used: ChosenSa | undefined;
}

function applied(attempt: StoredAttempt, consistent: boolean): Damaged | undefined {
  const all = places(attempt);
  const place = all.find(({ used }) => used !== undefined) ?? all[0];
  if (place === undefined) return undefined;
  const { host, key, used } = place;
  const chosen = (one: IpsecPolicy): boolean => policyKey(one) === key;
  const files = editPolicies(attempt.records, { host, chosen, change: (one) => [swapped(one)], consistent });
  const where = `${attempt.hosts[host]} ${key}`;
  return { files, where, limit: (verdict) => leaked(verdict) ?? (consistent ? limitOf(attempt, used) : undefined) };
}

/** More than was damaged: the policy the wrong way round protects what goes on behind the tunnel in clear. */
function leaked({ word }: Verdict): string | undefined {
  return word === 'leak' ? 'what comes out of the tunnel goes on in clear, and the policy protects it now' : undefined;
}

/** Outbound policies with templates that some dump shows, and whose ends are not alike. */
function places(attempt: StoredAttempt): Place[] {
  const pairs = pairedSas(attempt);
  return attempt.evidence.timeline.hosts.flatMap(({ policies }, host) =>
    policies.flatMap(({ key, versions }): Place[] => {
      const policy = versions.at(-1)?.value;
      if (policy?.direction !== 'out' || policy.templates.length === 0) return [];
      if (policyKey(swapped(policy)) === key || !versions.some(({ source }) => source === 'dump')) return [];
      const reqids = new Set(policy.templates.map(({ reqid }) => reqid));
      const used = pairs.find((one) => one.host === host && one.sa.direction === 'out' && reqids.has(one.sa.reqid));
      return [{ host, key, used }];
    }),
  );
}

function limitOf({ evidence }: StoredAttempt, used: ChosenSa | undefined): string | undefined {
  if (used === undefined) return 'no SA was made for the policy';
  if (used.sa.encapsulation && used.peer.encapsulation) return 'behind NAT, where selectors differ';
  return excuseFor({ fact: 'addresses', ...used }, evidence)?.id;
}
