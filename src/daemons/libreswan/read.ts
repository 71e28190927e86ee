import type { ChildSa, DaemonSas } from '../../evidence/child-sa.ts';
import type { IkeSa } from '../../evidence/ipsec.ts';
import type { FactBody } from '../../evidence/text/facts.ts';
import { defined } from '../../evidence/text/shown.ts';
import { plutoLogFact } from './pluto-log.ts';

/** Reads the facts of a log of pluto; its debug lines tell nothing that another one does not. */
export function readPlutoLog(text: string): FactBody[] {
  return text.split('\n').flatMap((line) => {
    if (line.startsWith('|') || line.length > 4096) return [];
    return plutoLogFact(line) ?? [];
  });
}

/**
 * Follows SAs through the facts of one pluto, in order: log lines add and end them, `showstates` and `trafficstatus` tell of
 * them once more. An SA that was given up stays, no longer established. Names of states are the daemon's.
 */
export function followPluto(facts: readonly FactBody[]): DaemonSas {
  const ike = new Map<string, IkeSa>();
  const children = new Map<string, ChildSa>();
  for (const fact of facts) {
    if (!('sa' in fact) || fact.sa === undefined) continue;
    const id = fact.sa;
    if (fact.kind === 'ike-established') ike.set(id, { ...blankIke(fact, id), ...ikeOf(fact) });
    else if (fact.kind === 'ipsec-established') children.set(id, { ...blankChild(fact, id), ...childOf(fact) });
    else if (fact.kind === 'sa-deleted') end(fact, fact.of === 'ike' ? ike : children);
    else if (fact.kind === 'sa-listed' && fact.of === 'ike')
      ike.set(id, { ...(ike.get(id) ?? blankIke(fact, id)), ...listedIke(fact) });
    else if (fact.kind === 'sa-listed')
      children.set(id, { ...(children.get(id) ?? blankChild(fact, id)), ...listedChild(fact) });
    else if (fact.kind === 'traffic')
      children.set(id, { ...(children.get(id) ?? blankChild(fact, id)), ...octetsOf(fact) });
  }
  return { ike: [...ike.values()], children: [...children.values()] };
}

type Of<K extends FactBody['kind']> = Extract<FactBody, { kind: K }>;
type Named = { readonly connection: string };

function blankIke({ connection }: Named, id: string): IkeSa {
  return { version: 2, name: connection, id, state: '', established: false };
}

function blankChild({ connection }: Named, id: string): ChildSa {
  const none = { state: '', established: false, encapsulated: false, esn: false, local: [], remote: [] };
  return { name: connection, id, ...none };
}

function ikeOf({ version = 2, peer }: Of<'ike-established'>): Partial<IkeSa> {
  return { version, state: 'established', established: true, ...defined({ remote: peer?.replace(/^.*\.\.\./, '') }) };
}

function childOf(fact: Of<'ipsec-established'>): Partial<ChildSa> {
  const { ike, mode, encapsulation, esn = false, algorithms, selectors = '', spis = '' } = fact;
  const protocol = fact.protocol?.toLowerCase();
  const ends = [...selectors.matchAll(/\[([^\]]*?)===([^\]]*)\]/g)];
  return {
    state: 'established',
    established: true,
    encapsulated: encapsulation !== undefined,
    esn,
    ...(protocol === 'esp' || protocol === 'ah' ? { protocol } : {}),
    ...defined({ ike, mode, algorithms, spiOut: spi(spis, '>'), spiIn: spi(spis, '<') }),
    local: ends.map(([, local = '']) => local),
    remote: ends.map(([, , remote = '']) => remote),
  };
}

/** `>0x48b9bcc9 <0x46d04836`: out and in; undefined where a sanitizer took the number away. */
function spi(text: string, sign: '<' | '>'): number | undefined {
  const digits = new RegExp(`${sign}0x([0-9a-f]{1,8})\\b`).exec(text)?.[1];
  return digits === undefined ? undefined : Number.parseInt(digits, 16);
}

function end({ sa = '', state }: Of<'sa-deleted'>, known: Map<string, IkeSa> | Map<string, ChildSa>): void {
  const found = known.get(sa);
  if (found !== undefined) known.set(sa, { ...found, state, established: false } as IkeSa & ChildSa);
}

function listedIke({ state, established, peer }: Of<'sa-listed'>): Partial<IkeSa> {
  return { version: state.startsWith('STATE_') ? 1 : 2, state, established, ...defined({ remote: peer }) };
}

function listedChild({ state, established, ike }: Of<'sa-listed'>): Partial<ChildSa> {
  return { state, established, ...defined({ ike }) };
}

function octetsOf({ protocol, final, inBytes, outBytes }: Of<'traffic'>): Partial<ChildSa> {
  const name = protocol.toLowerCase();
  const count = (shown: unknown): bigint | undefined => (typeof shown === 'number' ? BigInt(shown) : undefined);
  return {
    // What trafficstatus lists is in the kernel.
    ...(!final && { established: true }),
    ...(name === 'esp' || name === 'ah' ? { protocol: name } : {}),
    ...defined({ bytesIn: count(inBytes), bytesOut: count(outBytes) }),
  };
}
