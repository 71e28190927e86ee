import type {
  XfrmLimits,
  XfrmMark,
  XfrmPolicy,
  XfrmPolicyId,
  XfrmSa,
  XfrmSaId,
  XfrmSaParts,
  XfrmSelector,
  XfrmTemplate,
} from '../api/xfrm.ts';

/** Words of a command line, without those that are not there. */
type Words = readonly (string | number | undefined | false)[];

/** A command line of these words. */
export function line(...words: Words): string {
  return words
    .filter((word) => word !== undefined && word !== false && word !== '')
    .map((word) => String(word))
    .join(' ');
}

/** Keys of SAs whose scenario does not care: AES-128-GCM with its salt, and HMAC-SHA-256. */
const defaults = {
  gcm: ['rfc4106(gcm(aes))', `${'11'.repeat(16)}${'22'.repeat(4)}`, 128],
  sha: ['hmac(sha256)', '33'.repeat(32), 128],
} as const;

/** The words of an SA behind `ip xfrm state add` and `update`. */
export function saWords(sa: XfrmSa): string {
  const { mode = 'transport', reqid } = sa;
  return line(saIdWords(sa), 'mode', modeWord(mode), reqid !== undefined && `reqid ${reqid}`, saPartWords(sa));
}

/** The words of what an SA has beside identity, mode and reqid, algorithms included. */
export function saPartWords(sa: XfrmSaParts & { readonly protocol?: XfrmSaId['protocol'] }): string {
  const { sent, received, encapsulation: encap, outputMark } = sa;
  return line(
    algorithmWords(sa),
    sa.replayWindow !== undefined && `replay-window ${sa.replayWindow}`,
    received !== undefined && sequenceWords('replay-seq', received),
    sent !== undefined && sequenceWords('replay-oseq', sent),
    flagWords(sa),
    sa.extraFlags && `extra-flag ${sa.extraFlags.join(' ')}`,
    encap && `encap ${encap.type} ${encap.sourcePort} ${encap.destinationPort} ${encap.original ?? '0.0.0.0'}`,
    sa.selector && `sel ${selectorWords(sa.selector)}`,
    limitWords(sa.limits),
    outputMark && line('output-mark', outputMark.value, outputMark.mask !== undefined && `mask ${outputMark.mask}`),
    sa.ifId !== undefined && `if_id ${sa.ifId}`,
    sa.direction && `dir ${sa.direction}`,
    sa.tfcPadding !== undefined && `tfcpad ${sa.tfcPadding}`,
    sa.careOf && `coa ${sa.careOf}`,
    sa.more,
  );
}

/** The words by which an SA is found. */
export function saIdWords({ source, destination, protocol = 'esp', spi, mark }: XfrmSaId): string {
  return line(
    source && `src ${source}`,
    `dst ${destination}`,
    `proto ${protocolWord(protocol)}`,
    `spi 0x${spi.toString(16)}`,
    markWords(mark),
  );
}

export function markWords(mark: XfrmMark | undefined): string {
  return mark === undefined ? '' : line('mark', mark.value, mark.mask !== undefined && `mask ${mark.mask}`);
}

export function protocolWord(protocol: string): string {
  return protocol === 'ipcomp' ? 'comp' : protocol;
}

/** iproute2 has its own words for two modes. */
function modeWord(mode: string): string {
  return { 'in-trigger': 'in_trigger', routeoptimization: 'ro' }[mode] ?? mode;
}

function algorithmWords(sa: XfrmSaParts & { readonly protocol?: XfrmSaId['protocol'] }): string {
  const { protocol = 'esp', encryption, integrity, compression } = sa;
  const isBare = sa.aead === undefined && encryption === undefined && integrity === undefined;
  const aead = sa.aead ?? (protocol === 'esp' && isBare ? defaults.gcm : undefined);
  const auth = integrity ?? (protocol === 'ah' && isBare ? defaults.sha : undefined);
  const comp = compression ?? (protocol === 'ipcomp' && isBare ? 'deflate' : undefined);
  return line(
    aead && `aead '${aead[0]}' ${keyWord(aead[1])} ${aead[2]}`,
    encryption && `enc '${encryption[0]}' ${keyWord(encryption[1])}`,
    auth && `auth-trunc '${auth[0]}' ${keyWord(auth[1])} ${auth[2]}`,
    comp && `comp ${comp}`,
  );
}

/** An empty key is an empty word. */
function keyWord(key: string): string {
  return key === '' ? "''" : `0x${key}`;
}

function sequenceWords(word: string, value: bigint): string {
  const high = value >> 32n;
  return line(`${word} 0x${(value & 0xffffffffn).toString(16)}`, high > 0n && `${word}-hi 0x${high.toString(16)}`);
}

function flagWords({ flags = [], esn = false }: XfrmSaParts): string {
  const all = [...flags, ...(esn ? ['esn'] : [])];
  return all.length === 0 ? '' : `flag ${all.join(' ')}`;
}

/** `sel` and policies have the same words. Without an address iproute2 takes that of the other end's family. */
export function selectorWords({ source, destination, protocol, dev, ...rest }: XfrmSelector): string {
  const { sourcePort, destinationPort, type, code, key } = rest;
  return line(
    source && `src ${source}`,
    destination && `dst ${destination}`,
    dev && `dev ${dev}`,
    protocol !== undefined && `proto ${protocol}`,
    sourcePort !== undefined && `sport ${sourcePort}`,
    destinationPort !== undefined && `dport ${destinationPort}`,
    type !== undefined && `type ${type}`,
    code !== undefined && `code ${code}`,
    key !== undefined && `key ${key}`,
  );
}

const limitNames = {
  softPackets: 'packet-soft',
  hardPackets: 'packet-hard',
  softBytes: 'byte-soft',
  hardBytes: 'byte-hard',
  softSeconds: 'time-soft',
  hardSeconds: 'time-hard',
  softUseSeconds: 'time-use-soft',
  hardUseSeconds: 'time-use-hard',
} as const satisfies Record<keyof XfrmLimits, string>;

function limitWords(limits: XfrmLimits = {}): string {
  return Object.entries(limitNames)
    .flatMap(([key, name]) => {
      const value = limits[key as keyof XfrmLimits];
      return value === undefined ? [] : [`limit ${name} ${value}`];
    })
    .join(' ');
}

/** The words of a policy behind `ip xfrm policy add` and `update`. */
export function policyWords(policy: XfrmPolicy): string {
  const { action, priority, index, templates = [], flags } = policy;
  return line(
    policyIdWords(policy),
    index !== undefined && `index ${index}`,
    action && `action ${action}`,
    priority !== undefined && `priority ${priority}`,
    flags && `flag ${flags.join(' ')}`,
    limitWords(policy.limits),
    ...templates.map(templateWords),
  );
}

/** The words by which a policy is found. */
export function policyIdWords({ direction, mark, ifId, set, ...selector }: XfrmPolicyId): string {
  return line(
    selectorWords(selector),
    `dir ${direction}`,
    set && `ptype ${set}`,
    markWords(mark),
    ifId !== undefined && `if_id ${ifId}`,
  );
}

function templateWords({ source, destination, protocol = 'esp', mode = 'transport', ...rest }: XfrmTemplate): string {
  const { spi, reqid, level } = rest;
  return line(
    'tmpl',
    source && `src ${source}`,
    destination && `dst ${destination}`,
    `proto ${protocolWord(protocol)}`,
    spi !== undefined && `spi 0x${spi.toString(16)}`,
    reqid !== undefined && `reqid ${reqid}`,
    `mode ${modeWord(mode)}`,
    level && `level ${level}`,
  );
}
