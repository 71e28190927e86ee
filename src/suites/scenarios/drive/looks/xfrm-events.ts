import { EspalierError } from '../../../../base/errors.ts';
import type { IpsecPolicy, XfrmEvent } from '../../../../evidence/ipsec.ts';
import { spelledNetwork } from '../../../../model/addresses.ts';
import type { Origin } from '../../../../model/scenario.ts';
import type { HowMany } from '../../api/matchers.ts';
import type { XfrmSighting, XfrmSightingKind } from '../../api/xfrm.ts';
import type { Look } from '../check-book.ts';
import { counted, isCount } from '../count.ts';
import { acquireFile, eventKinds } from '../xfrm-event-kinds.ts';
import { type Condition, type MatcherInputs, refuseUnknown, typed } from './looking.ts';

/** What a scenario can ask for of events of each kind. */
const sightable: Readonly<Record<XfrmSightingKind, readonly (keyof XfrmSighting)[]>> = {
  expire: ['hard', 'spi', 'source', 'destination'],
  'policy-expire': ['hard', 'from', 'to'],
  mapping: ['spi', 'source', 'destination', 'newSource', 'newPort'],
  migrate: ['source', 'destination', 'from', 'to'],
  acquire: ['source', 'destination', 'from', 'to'],
};

/** The same of one event. */
function factsOf(event: XfrmEvent): XfrmSighting {
  switch (event.kind) {
    case 'sa-expired':
      return { hard: event.hard, spi: event.id.spi, source: event.source, destination: event.id.destination };
    case 'policy-expired':
      return { hard: event.hard, ...flowOf(event.policy.selector) };
    case 'mapping': {
      const { id, oldSource: source, newSource, newPort } = event;
      return { spi: id.spi, destination: id.destination, source, newSource, newPort };
    }
    case 'migrate': {
      const [first] = event.migrations;
      return {
        ...(first && { source: first.newSource, destination: first.newDestination }),
        ...flowOf(event.id.selector),
      };
    }
    default:
      return {};
  }
}

function flowOf({ source, destination }: IpsecPolicy['selector']): XfrmSighting {
  return { from: `${source.address}/${source.prefix}`, to: `${destination.address}/${destination.prefix}` };
}

/** `acquire proto esp`, `sel src A dst B` and the policy with its template: how `ip xfrm monitor` shows what the kernel asks for. */
export function acquiresIn(text: string): XfrmSighting[] {
  const starts = text.split(/^acquire /m).slice(1);
  return starts.map((block) => {
    const [, from, to] = /^\s*sel src (\S+) dst (\S+)/m.exec(block) ?? [];
    const [, source, destination] = /^\s*tmpl src (\S+) dst (\S+)/m.exec(block) ?? [];
    return { ...(from && to && { from, to }), ...(source && destination && { source, destination }) };
  });
}

/** `toSeeXfrm`: of all that the kernel said since the lab began. */
export function sightingCondition(
  inputs: MatcherInputs,
  kind: XfrmSightingKind,
  { count = { atLeast: 1 }, sighting, ...wait }: HowMany & { readonly sighting: XfrmSighting },
): Condition {
  const asked = Object.entries(sighting).filter(([, value]) => value !== undefined);
  const keys = asked.map(([key]) => key);
  refuseUnknown(`an event ${kind}`, keys, { host: inputs.host.name, known: sightable[kind] });
  const what = asked.map(([key, value]) => ` ${key} ${value}`).join('');
  const look = async (origin: Origin): Promise<Look> => {
    inputs.host.requireRecords('toSeeXfrm', origin);
    const seen = kind === 'acquire' ? await acquires(inputs, origin) : sighted(inputs, eventKinds[kind]);
    const facts = seen.map((fact) => fact as Record<string, unknown>);
    const fitting = facts.filter((fact) => asked.every(([key, value]) => isSame(fact[key], value)));
    return {
      holds: isCount(fitting.length, count),
      received: `${counted(fitting.length, 'such event')}${shown(facts)}`,
    };
  };
  const number =
    typeof count === 'number' ? String(count) : count.atLeast === 1 && count.atMost === undefined ? 'an' : '';
  const range = number === '' ? `${count === undefined ? '' : JSON.stringify(count)} ` : `${number} `;
  return { matcher: 'toSeeXfrm', expected: `${range}event ${kind}${what}`, look, wait };
}

function sighted({ host, stepper }: MatcherInputs, kind: XfrmEvent['kind']): XfrmSighting[] {
  return stepper
    .sightings(host.name)
    .filter((event) => event.kind === kind)
    .map(factsOf);
}

async function acquires(inputs: MatcherInputs, origin: Origin): Promise<XfrmSighting[]> {
  const { status, stdout } = await typed(inputs, `cat ${acquireFile}`, origin);
  if (status === 0) return acquiresIn(stdout);
  const remedy = 'call `xfrm.listen()` before the packets';
  const message = 'a host without a key manager asks for no SA';
  throw new EspalierError('scenario', message, { ...origin, host: inputs.host.name, remedy });
}

/** Addresses may be written in several ways. */
function isSame(value: unknown, asked: unknown): boolean {
  if (typeof value === 'string' && typeof asked === 'string') return spelledNetwork(value) === spelledNetwork(asked);
  return value === asked;
}

const mostShown = 4;

/** `: hard true spi 4097; …`: what there was of the kind. */
function shown(facts: readonly Record<string, unknown>[]): string {
  if (facts.length === 0) return '';
  const texts = facts.slice(-mostShown).map((fact) =>
    Object.entries(fact)
      .map(([key, value]) => `${key} ${value}`)
      .join(' '),
  );
  return `; of this kind ${facts.length}: ${texts.join('; ')}`;
}
