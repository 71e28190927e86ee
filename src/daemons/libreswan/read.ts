import type { ChildSa, DaemonSas } from '../../evidence/child-sa.ts';
import type { IkeSa } from '../../evidence/ipsec.ts';
import type { FactBody } from '../../evidence/text/facts.ts';
import { defined } from '../../evidence/text/shown.ts';
import { plutoStatusFacts } from './pluto-status.ts';

/** Reads `whack --showstates` and, below it, `whack --trafficstatus`, which tells of the same Child SAs once more. */
export function readStates(output: string): DaemonSas {
  const ike = new Map<string, IkeSa>();
  const children = new Map<string, ChildSa>();
  const tell = ({ connection }: Named, id: string, more: Partial<ChildSa>): void => {
    children.set(id, { ...(children.get(id) ?? blankChild(connection, id)), ...more });
  };
  for (const fact of output.split('\n').flatMap((line) => plutoStatusFacts(line.trimEnd()))) {
    if (!('sa' in fact) || fact.sa === undefined) continue;
    if (fact.kind === 'sa-listed' && fact.of === 'ike') ike.set(fact.sa, listedIke(fact, fact.sa));
    else if (fact.kind === 'sa-listed') tell(fact, fact.sa, listedChild(fact));
    else if (fact.kind === 'traffic') tell(fact, fact.sa, octetsOf(fact));
  }
  return { ike: [...ike.values()], children: [...children.values()] };
}

type Of<K extends FactBody['kind']> = Extract<FactBody, { kind: K }>;
type Named = { readonly connection: string };

/** Names of states of IKEv1 begin with `STATE_`. */
function listedIke({ connection, state, established, peer }: Of<'sa-listed'>, id: string): IkeSa {
  const version = state.startsWith('STATE_') ? 1 : 2;
  return { version, name: connection, id, state, established, ...defined({ remote: peer }) };
}

function blankChild(name: string, id: string): ChildSa {
  return { name, id, state: '', established: false, encapsulated: false, esn: false, local: [], remote: [] };
}

function listedChild({ state, established, ike }: Of<'sa-listed'>): Partial<ChildSa> {
  return { state, established, ...defined({ ike }) };
}

/** What trafficstatus lists is in the kernel. */
function octetsOf({ protocol, inBytes, outBytes }: Of<'traffic'>): Partial<ChildSa> {
  const name = protocol.toLowerCase();
  const count = (shown: unknown): bigint | undefined => (typeof shown === 'number' ? BigInt(shown) : undefined);
  return {
    established: true,
    ...(name === 'esp' || name === 'ah' ? { protocol: name } : {}),
    ...defined({ bytesIn: count(inBytes), bytesOut: count(outBytes) }),
  };
}
