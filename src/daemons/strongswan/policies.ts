import { fullSelector } from '../../connection/selectors.ts';
import type { View } from '../../connection/view.ts';
import { selectorWord } from './selector.ts';
import type { Section } from './settings-file.ts';

const modes = { bypass: 'pass', discard: 'drop' } as const;

/**
 * The connection whose children are policies that protect nothing. Its peer is the host itself: with any peer it would be taken for a
 * configuration of whoever initiates.
 */
export function policyConnections({ connection: { name }, local }: View): [string, Section][] {
  const { policies = [] } = local;
  if (policies.length === 0) return [];
  const children = policies.map((policy): [string, Section] => [
    policy.name,
    {
      local_ts: selectorWord(fullSelector(policy.local)),
      remote_ts: selectorWord(fullSelector(policy.remote)),
      mode: modes[policy.action],
      start_action: 'trap',
      // charon's own priority of such policies is that of a last resort, behind all Child SAs.
      priority: policy.action === 'discard' ? 1 : undefined,
    },
  ]);
  return [[`${name}-policies`, { remote_addrs: '127.0.0.1', children: Object.fromEntries(children) }]];
}
