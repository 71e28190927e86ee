import type { IpsecPolicy } from '../../src/observation/model.ts';
import { policyKey } from '../../src/observation/xfrm/identity.ts';
import type { Verdict } from '../../src/verdict/verdict.ts';
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
    why: 'what came out of the tunnel was not what the policy sends into it',
    apply: (attempt) => applied(attempt, true),
  },
];

function applied(attempt: StoredAttempt, consistent: boolean): Damaged | undefined {
  for (const [host, { policies }] of attempt.evidence.timeline.hosts.entries()) {
    for (const { key, versions } of policies) {
      const policy = versions.at(-1)?.value;
      if (policy?.direction !== 'out' || policy.templates.length === 0) continue;
      if (policyKey(swapped(policy)) === key || !versions.some(({ source }) => source === 'dump')) continue;
      const change = { host, chosen: (one: IpsecPolicy) => policyKey(one) === key, consistent };
      const files = editPolicies(attempt.records, { ...change, change: (one) => [swapped(one)] });
      const where = `${attempt.hosts[host]} ${key}`;
      return { files, where, ...(consistent && { limit: (verdict: Verdict) => unused(attempt, verdict, policy) }) };
    }
  }
  return undefined;
}

/** A policy that chose no packet which a tunnel carried shows nowhere but at its own host. */
function unused({ evidence }: StoredAttempt, _verdict: Verdict, { selector }: IpsecPolicy): string | undefined {
  const carried = evidence.protectedPackets.some(({ inner }) =>
    inner?.destination.startsWith(selector.destination.address.slice(0, 6)),
  );
  return carried ? undefined : 'no packet went through a tunnel of the policy';
}
