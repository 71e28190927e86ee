import type { Matcher } from '../../../model/checks.ts';
import { nanoseconds } from '../api/duration.ts';
import type { Matchers, Within } from '../api/matchers.ts';
import { callerOrigin } from '../api/origin.ts';
import {
  addressCondition,
  fileCondition,
  interfaceCounterCondition,
  routeCondition,
  runCondition,
  xfrmCounterCondition,
} from './looks/host-state.ts';
import { deathCondition, loggedCondition, orderCondition } from './looks/logs.ts';
import type { Condition, MatcherInputs } from './looks/looking.ts';
import { policyCondition, saCondition } from './looks/properties.ts';
import { connectCondition, mtuCondition, reachCondition } from './looks/reach.ts';
import { ikeSasCondition, ipsecSasCondition } from './looks/sas.ts';
import { clearCondition, transcriptCondition } from './looks/saved.ts';
import { sightingCondition } from './looks/xfrm-events.ts';

/** Virtual nanoseconds that a check may wait: as long as an exchange of IKE may take before its peer counts as gone. */
const patience = 60_000_000_000n;

/** How long a check waits, and for how long it has to hold, in virtual nanoseconds. */
export function waiting({ within, throughout }: Within): { within: bigint; throughout?: bigint } {
  return {
    within: within === undefined ? patience : nanoseconds(within),
    ...(throughout !== undefined && { throughout: nanoseconds(throughout) }),
  };
}

/** Conditions that hold only once a daemon has established something. */
const ofTunnels: ReadonlySet<Matcher> = new Set<Matcher>([
  'toHaveIkeSas',
  'toHaveIpsecSas',
  'toHaveSa',
  'toReach',
  'toConnect',
]);

/** The conditions that `expect` offers on one host. */
export function makeMatchers(inputs: MatcherInputs, negated = false): Matchers {
  // Silence is no proof at once: three tries in a row fail.
  const tries = negated ? 3 : 1;
  const check = (condition: Condition): Promise<void> => checkCondition(inputs, condition, negated);
  return {
    get not() {
      return makeMatchers(inputs, !negated);
    },
    toHaveIkeSas: (count, options = {}) => check(ikeSasCondition(inputs, count, options)),
    toHaveIpsecSas: (count, options = {}) => check(ipsecSasCondition(inputs, count, options)),
    toHaveSa: (properties, options = {}) => check(saCondition(inputs, properties, options)),
    toHavePolicy: (properties, options = {}) => check(policyCondition(inputs, properties, options)),
    toSeeXfrm: (kind, sighting = {}, options = {}) => check(sightingCondition(inputs, kind, { ...options, sighting })),
    toReach: (other, options = {}) => check(reachCondition(inputs, other, { ...options, tries })),
    toConnect: (other, options) => check(connectCondition(inputs, other, { ...options, tries })),
    toHavePathMtu: (other, octets, options = {}) => check(mtuCondition(inputs, other, { ...options, octets })),
    toHaveSentInClear: (filter = {}) => check(clearCondition(inputs, filter)),
    toHaveLogged: (what, options = {}) => check(loggedCondition(inputs, what, options)),
    toHaveLoggedInOrder: (lines, options = {}) => check(orderCondition(inputs, lines, options)),
    toHaveXfrmCounter: (name, count, wait = {}) => check(xfrmCounterCondition(inputs, name, { count, wait })),
    toHaveInterfaceCounter: (nic, name, ...[count, wait = {}]) =>
      check(interfaceCounterCondition(inputs, { nic, name, count }, wait)),
    toHaveFile: (path, content, wait = {}) => check(fileCondition(inputs, path, { content, wait })),
    toHaveRoute: (to, options = {}) => check(routeCondition(inputs, to, options)),
    toHaveAddress: (address, options = {}) => check(addressCondition(inputs, address, options)),
    toHaveDied: (options = {}) => check(deathCondition(inputs, options)),
    toRun: (line, options = {}) => check(runCondition(inputs, line, options)),
    toMatchTranscript: (file, options = {}) => check(transcriptCondition(inputs, file, options)),
  };
}

function checkCondition(
  { host, stepper, book, soft }: MatcherInputs,
  condition: Condition,
  negated: boolean,
): Promise<void> {
  const { matcher, look, wait, prepare } = condition;
  const origin = callerOrigin();
  const expected = `${negated ? 'not ' : ''}${condition.expected}`;
  const times = wait === 'immediate' ? { within: 0n } : waiting(wait);
  return stepper.called(origin, async () => {
    const finish = await prepare?.(origin);
    try {
      const explain = async () => (negated || !ofTunnels.has(matcher) ? undefined : host.explain(origin));
      const request = { matcher, host: host.name, expected, negated, soft, origin, ...times };
      await book.check(request, () => look(origin), explain);
    } finally {
      if (finish !== undefined && !stepper.gone) await finish();
    }
  });
}
