import { excerptOf } from '../base/text.ts';
import type { Connection } from './connection.ts';
import { type Found, problem, problemsOfName } from './problems.ts';
import type { TrafficSelector } from './traffic-selector.ts';
import { problemsOfSelector } from './validate-selector.ts';

/** What is wrong with the policies that protect nothing. */
export function problemsOfPolicies({ name: own, ends, furtherChildren = [] }: Connection): Found {
  const taken = [own, ...furtherChildren.map(({ name }) => name)];
  return ends.flatMap(({ policies = [] }, end) =>
    policies.flatMap(({ name, action, local, remote }, i): Found[] => {
      const at = `ends[${end}].policies[${i}]`;
      const others = [...taken, ...policies.slice(0, i).map((one) => one.name)];
      return [
        problemsOfName(name, `${at}.name`),
        others.includes(name) && problem(`${at}.name`, `is ${excerptOf(name)} once more`),
        action !== 'bypass' && action !== 'discard' && problem(`${at}.action`, 'must be "bypass" or "discard"'),
        problemsOfSelector(local, `${at}.local`),
        problemsOfSelector(remote, `${at}.remote`),
        isSix(local) !== isSix(remote) && problem(`${at}.remote`, 'is of another address family than local'),
      ];
    }),
  );
}

function isSix(selector: TrafficSelector): boolean {
  return (typeof selector === 'string' ? selector : selector.network).includes(':');
}
