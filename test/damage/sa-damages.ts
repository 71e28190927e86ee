import type { Algorithm, IpsecSa, Selector } from '../../src/evidence/ipsec.ts';
import { excuseFor } from '../../src/judge/oracles/excuses.ts';
import type { Verdict } from '../../src/model/verdict.ts';
import { type ChosenSa, isSame, pairedSas } from './choose-sa.ts';
import type { Damage, Damaged } from './damage.ts';
import { editSas } from './edit-tables.ts';
import type { StoredAttempt } from './stored-attempt.ts';

/** What becomes of one end of an SA; undefined: this one cannot be damaged so. */
type Change = (sa: IpsecSa) => readonly IpsecSa[] | undefined;

interface Kind {
  readonly id: string;
  readonly change: Change;
  /** Why events that contradict dumps cannot be; why the other end cannot be. */
  readonly why: { readonly dumps: string; readonly events: string };
  /** Why the damage may be what the test wants where the events tell it too. */
  readonly limit: (chosen: ChosenSa, place: { attempt: StoredAttempt; verdict: Verdict }) => string | undefined;
}

const swapped = ({ source, destination, sourcePort, destinationPort, ...rest }: Selector): Selector => ({
  ...rest,
  source: destination,
  destination: source,
  sourcePort: destinationPort,
  destinationPort: sourcePort,
});

/** Two ends that see other addresses are so by NAT; the SA's own limits are the judge's. */
const byNat: Kind['limit'] = (chosen, { attempt: { evidence } }) =>
  chosen.sa.encapsulation && chosen.peer.encapsulation
    ? 'both ends are encapsulated, as behind NAT, where addresses differ'
    : excuseFor({ fact: 'addresses', ...chosen }, evidence)?.id;

const never: Kind['limit'] = () => undefined;

const kinds: readonly Kind[] = [
  {
    id: 'drop-sa',
    change: () => [],
    why: { dumps: 'an event told of the SA', events: 'the other end has the SA still' },
    limit: ({ sa }, { verdict }) => excuseOf(sa, verdict),
  },
  {
    id: 'change-key',
    change: (sa) => withKey(sa, (key) => key.map((byte, index) => (index === 0 ? byte ^ 1 : byte))),
    why: { dumps: 'keys never change without an event', events: 'the other end has another key' },
    limit: never,
  },
  {
    id: 'change-algorithm',
    change: (sa) => withName(sa),
    why: { dumps: 'algorithms never change without an event', events: 'the other end has another algorithm' },
    limit: never,
  },
  {
    id: 'swap-addresses',
    change: (sa) => [{ ...sa, source: sa.destination, destination: sa.source, selector: swapped(sa.selector) }],
    why: { dumps: 'the kernel announces every SA', events: 'the other end has the SA the right way round' },
    limit: byNat,
  },
  {
    id: 'duplicate-sa',
    change: (sa) => [sa, sa],
    why: { dumps: 'events told of one', events: 'a kernel has one SA of an identity, and adds it once' },
    limit: never,
  },
  {
    id: 'extra-sa',
    change: (sa) => [sa, { ...sa, spi: (sa.spi ^ 1) >>> 0 }],
    why: { dumps: 'no event told of the second', events: 'no other host has the second' },
    limit: ({ sa }, { verdict }) => excuseOf({ ...sa, spi: (sa.spi ^ 1) >>> 0 }, verdict),
  },
];

/** Damages to one end of an SA: in the dumps alone, and in dumps and events from its birth on. */
export const saDamages: readonly Damage[] = kinds.flatMap((kind): Damage[] => [
  {
    id: `${kind.id} in dumps`,
    expected: 'major',
    why: kind.why.dumps,
    apply: (attempt) => applied(attempt, kind, false),
  },
  {
    id: `${kind.id} from birth on`,
    expected: 'major',
    why: kind.why.events,
    apply: (attempt) => applied(attempt, kind, true),
  },
]);

function applied(attempt: StoredAttempt, { change, limit }: Kind, consistent: boolean): Damaged | undefined {
  const chosen = pairedSas(attempt).find(({ sa }) => change(sa) !== undefined);
  if (chosen === undefined) return undefined;
  const { host, sa } = chosen;
  const files = editSas(attempt.records, {
    host,
    chosen: (one) => isSame(one, sa),
    change: (one) => changedOrKept(one, change),
    consistent,
  });
  const where = `${attempt.hosts[host]} ${sa.protocol} 0x${sa.spi.toString(16)}`;
  if (!consistent) return { files, where };
  return { files, where, limit: (verdict) => limit(chosen, { attempt, verdict }) };
}

/** A larval SA has nothing to change, and goes where the whole SA goes. */
function changedOrKept(sa: IpsecSa, change: Change): readonly IpsecSa[] {
  const changed = change(sa) ?? [sa];
  return sa.larval && changed.length > 0 ? [sa] : changed;
}

/** Why an SA may be half there: a rule by which the test means it, or `in flight`. It is a fact of the verdict, and none that counts. */
function excuseOf({ spi }: IpsecSa, { facts }: Verdict): string | undefined {
  const name = `0x${spi.toString(16).padStart(8, '0')}`;
  const why = facts?.halfOpen
    .find((text) => text.includes(name))
    ?.split(': ')
    .at(-1);
  return why === 'without excuse' ? undefined : why;
}

const slots = ['aead', 'encryption', 'integrity'] as const;

function withKey(sa: IpsecSa, edit: (key: Uint8Array) => Uint8Array): readonly IpsecSa[] | undefined {
  for (const slot of slots) {
    const algorithm: Algorithm | undefined = sa[slot];
    if (algorithm?.key.length) return [{ ...sa, [slot]: { ...algorithm, key: edit(algorithm.key) } }];
  }
  return undefined;
}

/** Algorithms by another of the same key sizes. */
const others: Readonly<Record<string, string>> = {
  'rfc4106(gcm(aes))': 'rfc4309(ccm(aes))',
  'cbc(aes)': 'cbc(camellia)',
  'rfc3686(ctr(aes))': 'cbc(aes)',
  'cbc(des3_ede)': 'cbc(aes)',
  'hmac(sha1)': 'hmac(rmd160)',
  'hmac(sha256)': 'hmac(sm3)',
  'hmac(sha384)': 'hmac(sha512)',
  'hmac(sha512)': 'hmac(sha3-512)',
};

function withName(sa: IpsecSa): readonly IpsecSa[] | undefined {
  for (const slot of slots) {
    const algorithm: Algorithm | undefined = sa[slot];
    const name = algorithm && others[algorithm.name];
    if (name !== undefined) return [{ ...sa, [slot]: { ...algorithm, name } }];
  }
  return undefined;
}
