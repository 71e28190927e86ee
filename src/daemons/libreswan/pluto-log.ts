import type { FactBody } from '../../evidence/text/facts.ts';
import { defined } from '../../evidence/text/shown.ts';
import { type PlutoLine, readPlutoLine } from './pluto-prefix.ts';
import { isEstablished } from './pluto-states.ts';

/** What a line says, by one pattern; the groups are those of the pattern. */
interface LinePattern {
  readonly pattern: RegExp;
  readonly fact: (groups: Groups, who: Who) => FactBody;
}

type Groups = Readonly<Record<string, string | undefined>>;
type Who = Omit<PlutoLine, 'says'>;

/**
 * Lines of pluto's log, which whack shows too; names and shapes of programs/pluto/ikev2_ike_sa_init.c, ikev2_auth.c,
 * ikev2_child.c, ikev1_main.c, ikev1_quick.c and state.c of libreswan 5.2. First match counts.
 */
const patterns: readonly LinePattern[] = [
  {
    pattern: /^(?<role>initiator|responder) established IKE SA; authenticated peer (?<how>.*)$/,
    fact: ({ role, how = '' }, who) => ({
      kind: 'ike-established',
      ...who,
      version: 2,
      ...roleOf(role),
      ...authenticationOf(how),
    }),
  },
  {
    pattern: /^(?<role>initiator|responder) rekeyed IKE SA (?<rekeys>#\d+) \{(?<params>[^}]*)\}/,
    fact: ({ role, rekeys, params = '' }, who) => ({
      kind: 'ike-established',
      ...who,
      version: 2,
      ...roleOf(role),
      ...defined({ rekeys }),
      ...ikeAlgorithms(params),
    }),
  },
  {
    pattern: /^ISAKMP SA established \{(?<params>[^}]*)\}/,
    fact: ({ params = '' }, who) => {
      const authentication = parameters(params).auth;
      return { kind: 'ike-established', ...who, version: 1, ...defined({ authentication }), ...ikeAlgorithms(params) };
    },
  },
  {
    pattern: /^processed IKE_SA_INIT response from \S+ \{(?<params>[^}]*)\}/,
    fact: ({ params = '' }, who) => ({ kind: 'ike-negotiated', ...who, ...ikeAlgorithms(params) }),
  },
  {
    pattern:
      /^(?<role>initiator|responder) (?:established|rekeyed) Child SA(?: (?<rekeys>#\d+))?(?: using (?<ike>#\d+))?; IPsec (?<mode>\S+) (?<selectors>\[[^{]*\]) \{(?<params>[^}]*)\}/,
    fact: ({ role, rekeys, ike, mode, selectors, params = '' }, who) => ({
      kind: 'ipsec-established',
      ...who,
      version: 2,
      ...roleOf(role),
      ...defined({ rekeys, ike, mode, selectors }),
      ...ipsecParameters(params),
    }),
  },
  {
    pattern: /^IPsec SA established (?<mode>\S+) mode \{(?<params>[^}]*)\}/,
    fact: ({ mode, params = '' }, who) => ({
      kind: 'ipsec-established',
      ...who,
      version: 1,
      ...defined({ mode }),
      ...ipsecParameters(params),
    }),
  },
  {
    pattern: /^(?:IMPAIR: )?deleting (?:larval )?(?<what>IKE|ISAKMP|IPsec|Child|CHILD) SA(?: \((?<state>[^)]*)\)|$)/,
    fact: ({ what = '', state = '' }, who) => ({
      kind: 'sa-deleted',
      ...who,
      of: /^I(?:KE|SAKMP)$/.test(what) ? 'ike' : 'ipsec',
      established: isEstablished(state),
      state,
    }),
  },
  {
    pattern: /^(?<protocol>\S+) traffic information: in=(?<incoming>\S+) out=(?<outgoing>[^\s;]+)/,
    fact: ({ protocol = '', incoming = '', outgoing = '' }, who) => ({
      kind: 'traffic',
      ...who,
      final: true,
      protocol,
      inBytes: octets(incoming),
      outBytes: octets(outgoing),
    }),
  },
  {
    pattern: /^added (?<unoriented>unoriented )?(?<version>\S+) connection/,
    fact: ({ unoriented, version = '' }, who) => ({
      kind: 'connection-loaded',
      ...who,
      loaded: true,
      version,
      oriented: unoriented === undefined,
    }),
  },
  {
    pattern: /^failed to add connection/,
    fact: (_groups, who) => ({ kind: 'connection-loaded', ...who, loaded: false }),
  },
  {
    pattern: /^(?<state>\w+): [\d.]+ second timeout exceeded/,
    fact: ({ state = '' }, who) => ({ kind: 'negotiation-failed', ...who, reason: 'timeout', state }),
  },
  {
    pattern: /^encountered fatal error in state (?<state>\w+)/,
    fact: ({ state = '' }, who) => ({ kind: 'negotiation-failed', ...who, reason: 'fatal-error', state }),
  },
  { pattern: /^IKE SA established but initiator rejected Child SA/, fact: failed('child-rejected') },
  { pattern: /^state transition (?:function for \S+ )?failed: (?<reason>\w+)/, fact: failed('transition-failed') },
  { pattern: /authentication failed/, fact: failed('AUTHENTICATION_FAILED') },
  { pattern: /^cannot install kernel policy/, fact: failed('policy-conflict') },
  { pattern: /^leasing IPv[46] address failed/, fact: failed('no-address') },
  {
    pattern:
      /\b(?<reason>NO_PROPOSAL_CHOSEN|AUTHENTICATION_FAILED|TS_UNACCEPTABLE|INVALID_ID_INFORMATION|INVALID_KEY_INFORMATION|INVALID_HASH_INFORMATION|INVALID_SYNTAX|INVALID_MAJOR_VERSION|UNSUPPORTED_CRITICAL_PAYLOAD|INTERNAL_ADDRESS_FAILURE|FAILED_CP_REQUIRED|SINGLE_PAIR_REQUIRED|NO_ADDITIONAL_SAS|TEMPORARY_FAILURE|CHILD_SA_NOT_FOUND|PAYLOAD_MALFORMED)\b/,
    fact: failed('notification'),
  },
];

/** Reads one line of libreswan's log; undefined: it tells of no SA. */
export function plutoLogFact(line: string): FactBody | undefined {
  const read = readPlutoLine(line);
  if (read === undefined) return undefined;
  const { says, ...who } = read;
  for (const { pattern, fact } of patterns) {
    const match = pattern.exec(says);
    if (match !== null) return fact(match.groups ?? {}, who);
  }
  return undefined;
}

function failed(reason: string): LinePattern['fact'] {
  return (groups, who) => ({ kind: 'negotiation-failed', ...who, reason: groups.reason ?? reason });
}

function roleOf(role: string | undefined): { role?: 'initiator' | 'responder' } {
  return role === 'initiator' || role === 'responder' ? { role } : {};
}

/** `using authby=secret and ID_FQDN '@east'`, `certificate 'CN=east' and P-256 ECDSA … issued by 'CN=ca'`. */
function authenticationOf(how: string): { peerId?: string; authentication: string } {
  const peerId = /'([^']*)'/.exec(how)?.[1];
  return { ...defined({ peerId }), authentication: peerId === undefined ? how : how.replace(`'${peerId}'`, '…') };
}

/** `cipher=AES_GCM_16_256 integ=n/a`: words with a value, by name. */
function parameters(text: string): Readonly<Record<string, string>> {
  const pairs = text.split(' ').map((word): [string, string] => {
    const at = word.indexOf('=');
    return at < 0 ? [word, ''] : [word.slice(0, at), word.slice(at + 1)];
  });
  return Object.fromEntries(pairs);
}

function ikeAlgorithms(text: string): { algorithms: string } {
  const { cipher, integ, prf, group } = parameters(text);
  return { algorithms: [cipher, integ, prf, group].filter(Boolean).join('/') };
}

/** `ESPinUDP/ESN=>0x1 <0x2 xfrm=AES_GCM_16_256-NONE NATD=192.1.2.254:4500 DPD=passive username=ann`. */
function ipsecParameters(text: string): Partial<Extract<FactBody, { kind: 'ipsec-established' }>> {
  const [, protocol, encapsulation, suffix] = /^(ESP|AH)(?:in(UDP|TCP))?((?:\/\w+)*)=>/.exec(text) ?? [];
  const { xfrm, NATD, DPD, username } = parameters(text);
  const [outgoing, incoming] = text.match(/[<>]0x\w+/g) ?? [];
  return {
    ...defined({ protocol, encapsulation, algorithms: xfrm, nat: NATD, dpd: DPD, user: username }),
    ...(suffix !== undefined && { esn: suffix.includes('/ESN') }),
    ...(outgoing !== undefined && { spis: `${outgoing} ${incoming ?? ''}`.trimEnd() }),
    compressed: text.includes('IPCOMP='),
  };
}

/** `84B`: octets; larger units (`2KiB`) are rounded by the daemon and stay words. */
function octets(text: string): number | string {
  return /^\d{1,15}B$/.test(text) ? Number(text.slice(0, -1)) : text;
}
