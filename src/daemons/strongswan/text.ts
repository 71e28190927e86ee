import type { FactBody } from '../../evidence/text/facts.ts';
import { defined, shown } from '../../evidence/text/shown.ts';
import { isUsable } from './states.ts';

type Groups = Readonly<Record<string, string | undefined>>;

interface LinePattern {
  readonly pattern: RegExp;
  readonly fact: (groups: Groups) => FactBody;
}

const name = '(?<connection>[^\\s{}\\[\\]:]{1,100})';
const ike = `${name}\\[(?<sa>\\d+)\\]`;
const child = `${name}\\{(?<sa>\\d+)\\}`;

/**
 * Lines of strongSwan: its log (src/libcharon: ike_sa.c, child_create.c), `ipsec statusall` (stroke_list.c), `swanctl
 * --list-sas` (swanctl/commands/list_sas.c). Names of SAs are `NAME[1]` for IKE and `NAME{1}` for IPsec.
 */
const patterns: readonly LinePattern[] = [
  {
    pattern: new RegExp(`^IKE_SA ${ike} established between (?<ends>.*)$`),
    fact: ({ ends, ...who }) => ({ kind: 'ike-established', ...sa(who), ...defined({ ends }) }),
  },
  {
    pattern: new RegExp(`^CHILD_SA ${child} established with SPIs (?<spis>\\S+ \\S+)(?: and TS (?<selectors>.*))?$`),
    fact: ({ spis, selectors, ...who }) => ({
      kind: 'ipsec-established',
      ...sa(who),
      ...defined({ spis, selectors: selectors?.trim() }),
    }),
  },
  {
    pattern: /^(?:connection '(?<connection>[^']*)' established successfully|initiate completed successfully)$/,
    fact: (who) => ({ kind: 'connection-up', ...sa(who) }),
  },
  {
    pattern: /^(?:establishing connection '(?<connection>[^']*)' failed|initiate failed: (?<state>.*))$/,
    fact: ({ state, ...who }) => ({
      kind: 'negotiation-failed',
      ...sa(who),
      reason: 'not-established',
      ...defined({ state }),
    }),
  },
  {
    pattern: /^failed to establish CHILD_SA/,
    fact: () => ({ kind: 'negotiation-failed', connection: '', reason: 'child-rejected' }),
  },
  {
    pattern: /^received (?<reason>[A-Z][A-Z_]+) (?:error )?notify,? (?:error|no )/,
    fact: ({ reason = '' }) => ({ kind: 'negotiation-failed', connection: '', reason }),
  },
  {
    pattern: new RegExp(`^(?:received DELETE for|deleting) IKE_SA ${ike}`),
    fact: (who) => ({ kind: 'sa-deleted', ...sa(who), of: 'ike', established: true, state: '' }),
  },
  {
    pattern: new RegExp(`^closing CHILD_SA ${child}`),
    fact: (who) => ({ kind: 'sa-deleted', ...sa(who), of: 'ipsec', established: true, state: '' }),
  },
  {
    pattern: new RegExp(`^${ike}: (?<state>[A-Z]{4,20})(?: .{1,40} ago)?(?:, (?<ends>\\S.*))?$`),
    fact: ({ state = '', ends, ...who }) => listed('ike', { ...sa(who), state, ...defined({ ends }) }),
  },
  {
    pattern: new RegExp(
      `^${child}: +(?<state>[A-Z]{4,20}), (?<mode>[A-Z_]+)(?:, reqid (?<reqid>\\w+))?(?:, (?<protocol>[\\w ]+) SPIs: .*)?$`,
    ),
    fact: ({ state = '', mode, reqid, protocol, ...who }) =>
      listed('ipsec', { ...sa(who), state, ...defined({ mode, protocol, reqid: reqid && shown(reqid) }) }),
  },
  { pattern: new RegExp(`^${ike}: IKE proposal: (?<value>.*)$`), fact: status('IKE proposal') },
  {
    pattern: new RegExp(`^${child}: +(?<value>[A-Z0-9_]+(?:/[A-Z0-9_]+)*), .*bytes_i`),
    fact: status('IPsec proposal'),
  },
  { pattern: new RegExp(`^${child}: +(?<value>\\S.* === .*)$`), fact: status('selectors') },
  {
    pattern: new RegExp(`^${name}: #(?<sa>\\d+), (?<state>[A-Z]+), IKEv[12], `),
    fact: ({ state = '', ...who }) => listed('ike', { ...sa(who), state }),
  },
  {
    pattern: new RegExp(
      `^${name}: #(?<sa>\\d+), reqid (?<reqid>\\w+), (?<state>[A-Z]+), (?<mode>[A-Z_]+)(?:-in-\\w+)?, (?<protocol>\\w+):(?<algorithms>.*)$`,
    ),
    fact: ({ state = '', mode, reqid, protocol, algorithms, ...who }) =>
      listed('ipsec', { ...sa(who), state, ...defined({ mode, protocol, algorithms, reqid: reqid && shown(reqid) }) }),
  },
];

const counted = /^Security Associations \((\d{1,9}) up, (\d{1,9}) connecting\)/;

/** Reads one line of strongSwan; `[IKE] ` of swanctl in front and blanks do not matter. */
export function charonFacts(line: string): FactBody[] {
  const says = line.trim().replace(/^\[[A-Z]{3}\] /, '');
  const count = counted.exec(says);
  if (count !== null) {
    const of = 'ike-sas';
    return [
      { kind: 'count', of, what: 'up', count: Number(count[1]) },
      { kind: 'count', of, what: 'connecting', count: Number(count[2]) },
    ];
  }
  for (const { pattern, fact } of patterns) {
    const match = pattern.exec(says);
    if (match !== null) return [fact(match.groups ?? {})];
  }
  return [];
}

function sa({ connection = '', sa: number }: Groups): { connection: string; sa?: string } {
  return { connection, ...defined({ sa: number && `#${number}` }) };
}

type Listed = Extract<FactBody, { kind: 'sa-listed' }>;

function listed(of: 'ike' | 'ipsec', rest: Omit<Listed, 'kind' | 'of' | 'established'>): FactBody {
  return { kind: 'sa-listed', of, established: isUsable(rest.state), ...rest };
}

function status(item: string): LinePattern['fact'] {
  return ({ value = '', ...who }) => ({ kind: 'connection-status', ...sa(who), item, value: value.trim() });
}
