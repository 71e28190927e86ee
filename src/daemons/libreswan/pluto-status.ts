import type { FactBody } from '../../evidence/text/facts.ts';
import { defined, shown } from '../../evidence/text/shown.ts';
import { readPlutoLine } from './pluto-prefix.ts';
import { isEstablished } from './pluto-states.ts';

/**
 * Lines of `ipsec trafficstatus`, `showstates`, `shuntstatus` and `status` (programs/pluto/show.c, state.c, connections.c of
 * libreswan 5.2).
 */
export function plutoStatusFacts(line: string): FactBody[] {
  const says = line.replace(/^(?:output: )?(?:\d{3} )?(?=[#"])/, '');
  if (says.startsWith('#')) return one(pendingFact(says) ?? listedFact(says) ?? trafficFact(says));
  if (says.startsWith('"')) return connectionFacts(says);
  const counted = countFacts(line);
  return counted.length > 0 ? counted : one(shuntFact(line));
}

function one(fact: FactBody | undefined): FactBody[] {
  return fact === undefined ? [] : [fact];
}

const numbered = /^(?<sa>#\d{1,9}): "(?<connection>[^"]*)"(?<instance>(?:\[\d{1,9}\]){1,4})?(?<rest>.*)$/;
/**
 * `:500 ESTABLISHED_IKE_SA (established IKE SA); REKEY in 10s; newest; idle;`, the peer of an instance before the port, and `(tcp)` behind
 * it where it is one of TCP.
 */
const state =
  /^(?: (?<peer>[^\s"]{1,100}?))?:(?<port>\w{1,10})(?:\(tcp\))? (?<state>[A-Z][A-Z0-9_]*) \((?<words>[^)]*)\);(?<rest>.*)$/;

function listedFact(line: string): FactBody | undefined {
  const head = numbered.exec(line)?.groups;
  const { sa, connection = '', instance, rest = '' } = head ?? {};
  const found = state.exec(rest)?.groups;
  if (head === undefined || found === undefined) return undefined;
  const { peer, port = '', state: name = '', words = '', rest: more = '' } = found;
  const ike = /(?:IKE|ISAKMP) SA (#\d+)/.exec(more)?.[1];
  return {
    kind: 'sa-listed',
    connection,
    ...defined({ instance, peer, sa, ike }),
    of: /CHILD|QUICK/.test(name) ? 'ipsec' : 'ike',
    state: name,
    established: isEstablished(name) || isEstablished(words),
    port: shown(port),
    newest: / newest;/.test(more),
    routed: / eroute owner;/.test(more),
  };
}

/** `#1: pending Child SA for "NAME"`: it waits for IKE SA #1. */
function pendingFact(line: string): FactBody | undefined {
  const [, ike, connection] = /^(#\d{1,9}): pending (?:Child|CHILD|IPsec) SA for "([^"]*)"/.exec(line) ?? [];
  if (ike === undefined || connection === undefined) return undefined;
  return { kind: 'sa-listed', connection, of: 'ipsec', state: 'pending', established: false, ike };
}

/** `type=ESP, add_time=1, inBytes=84, …` of trafficstatus, `esp.1@192.1.2.23 … Traffic: ESPin=84B …` of showstates. */
function trafficFact(line: string): FactBody | undefined {
  const { sa, connection = '', instance, rest = '' } = numbered.exec(line)?.groups ?? {};
  const peer = /^ ([^\s,="]{1,100}),/.exec(rest)?.[1];
  const who = { connection, ...defined({ instance, peer, sa }) };
  const [, incoming, outgoing] = /ESPin=(\w+) ESPout=(\w+)/.exec(rest) ?? [];
  if (incoming !== undefined && outgoing !== undefined) {
    const octets = (text: string): string | number => shown(text.replace(/^(\d+)B$/, '$1'));
    const [inBytes, outBytes] = [octets(incoming), octets(outgoing)];
    return { kind: 'traffic', ...who, final: false, protocol: 'ESP', inBytes, outBytes };
  }
  const protocol = value(rest, 'type');
  if (protocol === undefined) return undefined;
  const number = (name: string): string | number | undefined => {
    const found = value(rest, name);
    return found === undefined ? undefined : shown(found);
  };
  return {
    kind: 'traffic',
    ...who,
    final: false,
    protocol,
    ...defined({
      addTime: number('add_time'),
      inBytes: number('inBytes'),
      outBytes: number('outBytes'),
      limit: value(rest, 'maxBytes'),
      user: value(rest, 'username'),
      peerId: / id='([^']*)'/.exec(rest)?.[1],
      lease: / lease=(\S+)/.exec(rest)?.[1],
    }),
  };
}

function value(text: string, name: string): string | undefined {
  const at = text.indexOf(`${name}=`);
  return at < 0 ? undefined : /^[^,\s]*/.exec(text.slice(at + name.length + 1))?.[0];
}

/** Items of `ipsec status` and `connectionstatus` that tell what a connection may do and does. */
const items = new Set([
  'routing',
  'policy',
  'IKE algorithms',
  'ESP algorithms',
  'AH algorithms',
  'IKEv1 algorithm newest',
  'IKEv2 algorithm newest',
  'ESP algorithm newest',
  'AH algorithm newest',
]);

function connectionFacts(line: string): FactBody[] {
  const read = readPlutoLine(line);
  if (read === undefined) return [];
  const { says, ...who } = read;
  const [ends = '', routed = ''] = says.split('; ', 2);
  const status = (item: string, text = ''): FactBody => ({
    kind: 'connection-status',
    ...who,
    item,
    value: text.replace(/#\d+/g, '#').trim(),
  });
  if (/^\S*(?:===|\]\.\.\.)/.test(ends) && says.includes('; my_ip='))
    return [status('ends', ends), status('routed', routed)];
  const [, item = '', text] = /^([\w ]{1,40}): (.*)$/.exec(says) ?? [];
  return items.has(item) ? [status(item, text)] : [];
}

const counts: readonly { readonly pattern: RegExp; readonly of: 'connections' | 'ike-sas' | 'ipsec-sas' }[] = [
  { pattern: /^Total IPsec connections: (.*)$/, of: 'connections' },
  { pattern: /^IKE SAs: (.*)$/, of: 'ike-sas' },
  { pattern: /^IPsec SAs: (.*)$/, of: 'ipsec-sas' },
];

/** `loaded 1, active 1` and `total(1), half-open(0)`. */
function countFacts(line: string): FactBody[] {
  for (const { pattern, of } of counts) {
    const text = pattern.exec(line)?.[1];
    if (text === undefined) continue;
    return [...text.matchAll(/([a-z-]+)(?: |\()(\d{1,9})\b/g)].map(
      ([, what = '', count]): FactBody => ({ kind: 'count', of, what, count: Number(count) }),
    );
  }
  return [];
}

/** `192.1.3.209/32 -0-> 192.1.2.23/32 => %pass    oe-failing`. */
function shuntFact(line: string): FactBody | undefined {
  const [, source, protocol, destination, action, why = ''] =
    /^([\w.:/]{1,60}) -(\w{1,10})-> ([\w.:/]{1,60}) => (%\w+)(.*)$/.exec(line) ?? [];
  if (source === undefined || protocol === undefined || destination === undefined || action === undefined) {
    return undefined;
  }
  return { kind: 'bare-shunt', source, destination, protocol, action, why: why.trim() };
}
