import { peerAddress } from '../../connection/connection.ts';
import type { PlainPolicy } from '../../connection/policies.ts';
import { fullSelector } from '../../connection/selectors.ts';
import type { View } from '../../connection/view.ts';
import { selectorWord } from './selector.ts';
import type { Setting } from './setting.ts';

const types = { bypass: 'passthrough', discard: 'drop' } as const;

/** A `conn` section of its own for each policy that protects nothing. */
export function policySections(view: View): (readonly [name: string, settings: readonly Setting[]])[] {
  return (view.local.policies ?? []).map((policy) => [policy.name, settingsOf(policy, view)]);
}

function settingsOf({ action, local, remote }: PlainPolicy, view: View): Setting[] {
  const peer = peerAddress(view.remote);
  return [
    ['left', view.local.address],
    ['leftsubnet', selectorWord(fullSelector(local))],
    ['right', peer === 'any' ? '%any' : peer],
    ['rightsubnet', selectorWord(fullSelector(remote))],
    ['type', types[action]],
    ['authby', 'never'],
    ['auto', 'ondemand'],
  ];
}
