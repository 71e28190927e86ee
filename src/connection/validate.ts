import { excerptOf } from '../base/text.ts';
import { encryptions, integrities, isAead, keyExchanges, prfs } from './algorithms.ts';
import { type Authentication, keyOf } from './authentication.ts';
import type { Connection, End } from './connection.ts';
import { identityType } from './identity.ts';
import { addressFamily } from './network.ts';
import { type Found, flat, type Problem, problem, problemsOfName, problemsOfWord, within } from './problems.ts';
import type { EspProposal, IkeProposal } from './sas.ts';
import { problemsOfConfiguration } from './validate-configuration.ts';
import { problemsOfIkev1 } from './validate-ikev1.ts';
import { problemsOfKnowledge } from './validate-knowledge.ts';
import { problemsOfPolicies } from './validate-policies.ts';
import { problemsOfRadius } from './validate-radius.ts';
import { problemsOfSelector } from './validate-selector.ts';
import { problemsOfZone } from './validate-zone.ts';

/** Everything that is wrong with a connection, whoever is to use it. What one daemon cannot do is in its folder. */
export function problemsOf(connection: Connection): Problem[] {
  const [first, second] = connection.ends;
  return flat([
    problemsOfName(connection.name, 'name'),
    problemsOfEnd(first, 'ends[0]'),
    problemsOfEnd(second, 'ends[1]'),
    first.host === second.host && problem('ends[1].host', `is ${excerptOf(second.host)} at both ends`),
    familiesDiffer(first, second) && problem('ends[1].address', 'is of another address family than ends[0].address'),
    secretsDiffer(first, second) && problem('ends[1].authentication.secret', 'is not the secret of ends[0]'),
    problemsOfZone(first, second, 'ends[0]'),
    problemsOfZone(second, first, 'ends[1]'),
    problemsOfEap(first, second, 'ends[1]'),
    problemsOfEap(second, first, 'ends[0]'),
    (connection.ike?.proposals ?? []).flatMap((one, i) => problemsOfIke(one, `ike.proposals[${i}]`)),
    (connection.child?.proposals ?? []).flatMap((one, i) => problemsOfEsp(one, `child.proposals[${i}]`)),
    problemsOfTimes(connection),
    problemsOfFurther(connection),
    problemsOfPpk(connection),
    problemsOfIkev1(connection),
    problemsOfConfiguration(first, second, 'ends[0]'),
    problemsOfConfiguration(second, first, 'ends[1]'),
    problemsOfRadius(first, second, 'ends[0]'),
    problemsOfRadius(second, first, 'ends[1]'),
    problemsOfPolicies(connection),
    problemsOfKnowledge(connection),
  ]);
}

function problemsOfPpk({ ppk }: Connection): Found {
  if (ppk === undefined) return [];
  return [
    !/^[\x21\x23-\x2b\x2d-\x5b\x5d-\x7e]{1,64}$/.test(ppk.id) &&
      problem('ppk.id', 'must be 1 to 64 printable ASCII characters without blanks, commas, " and \\'),
    !/^[\x20-\x21\x23-\x5b\x5d-\x7e]{32,128}$/.test(ppk.secret) &&
      problem('ppk.secret', 'must be 32 to 128 printable ASCII characters without " and \\'),
  ];
}

function problemsOfFurther({ name: first, ends, rekey, furtherChildren = [] }: Connection): Found {
  const names = [first, ...furtherChildren.map(({ name }) => name)];
  return furtherChildren.flatMap(({ name, selectors, ...child }, i) => {
    const at = `furtherChildren[${i}]`;
    const hosts = ends.map(({ host }) => host);
    const missing = hosts.find((host) => (selectors[host] ?? []).length === 0);
    const strange = Object.keys(selectors).find((host) => !hosts.includes(host));
    const problems = problemsOfTimes({ child, ...(rekey !== undefined && { rekey }) });
    return [
      problemsOfName(name, `${at}.name`),
      names.indexOf(name) <= i && problem(`${at}.name`, `is ${excerptOf(name)} once more`),
      missing !== undefined && problem(`${at}.selectors`, `has none for ${missing}`),
      strange !== undefined &&
        problem(`${at}.selectors`, `names ${excerptOf(strange)}; the ends are ${hosts.join(', ')}`),
      Object.entries(selectors).flatMap(([host, list]) =>
        list.flatMap((one, j) => problemsOfSelector(one, `${at}.selectors.${host}[${j}]`)),
      ),
      (child.proposals ?? []).flatMap((one, j) => problemsOfEsp(one, `${at}.proposals[${j}]`)),
      flat([problems]).map(({ field, message }) => problem(field.replace('child.', `${at}.`), message)),
    ];
  });
}

function problemsOfEnd(end: End, at: string): Problem[] {
  const { address, seenAs, identity, selectors = [], authentication } = end;
  return flat([
    !/^[a-z][a-z0-9-]*$/.test(end.host) && problem(`${at}.host`, `${excerptOf(end.host)} is no name of a host`),
    addressFamily(address) === undefined &&
      problem(`${at}.address`, `${excerptOf(address)} is no IPv4 or IPv6 address`),
    seenAs !== undefined &&
      seenAs !== 'any' &&
      addressFamily(seenAs) === undefined &&
      problem(`${at}.seenAs`, `${excerptOf(seenAs)} is neither an address nor "any"`),
    identity !== undefined &&
      identityType(identity) === undefined &&
      problem(
        `${at}.identity`,
        `${excerptOf(identity)} is no address, FQDN, user@FQDN, distinguished name or keyid:NAME`,
      ),
    selectors.flatMap((one, i) => problemsOfSelector(one, `${at}.selectors[${i}]`)),
    problemsOfInterface(end, at),
    problemsOfKey(authentication, `${at}.authentication`),
    wordsOf(authentication).map(([field, text]) => problemsOfWord(text, `${at}.authentication.${field}`)),
  ]);
}

function problemsOfKey(authentication: Authentication, at: string): Found {
  const key = keyOf(authentication);
  if (key === undefined) return [];
  const field = authentication.method === 'raw-key' ? 'key' : 'credential';
  return [
    !/^-----BEGIN (RSA |EC )?PRIVATE KEY-----\n/.test(key.privateKey) &&
      problem(`${at}.${field}.privateKey`, 'must be a private key in PEM, without a password'),
    !/^-----BEGIN PUBLIC KEY-----\n/.test(key.publicKey) &&
      problem(`${at}.${field}.publicKey`, 'must be a SubjectPublicKeyInfo in PEM: -----BEGIN PUBLIC KEY-----'),
  ];
}

/** What a person chose as secret or name. */
function wordsOf(authentication: Authentication): [field: string, text: string][] {
  if (authentication.method === 'psk') return [['secret', authentication.secret]];
  if (authentication.method !== 'eap' || authentication.eap === 'tls') return [];
  const { user, password } = authentication;
  return [
    ['user', user],
    ['password', password],
  ];
}

/**
 * Who is authenticated by EAP initiates, and the other end signs (RFC 7296, 2.16), or is authenticated by the same method, where that
 * authenticates both (RFC 5998).
 */
function problemsOfEap(one: End, other: End, place: string): Found {
  if (one.authentication.method !== 'eap') return [];
  if (other.authentication.method === 'eap') {
    const isMutual = one.authentication.eap === 'tls' && other.authentication.eap === 'tls';
    return !isMutual && problem(`${place}.authentication`, 'is EAP at both ends, and EAP-TLS alone authenticates both');
  }
  return [
    keyOf(other.authentication) === undefined &&
      problem(`${place}.authentication`, 'must be a certificate or a raw key, since the other end uses EAP'),
    other.start !== undefined &&
      other.start !== 'none' &&
      problem(`${place}.start`, 'must be "none": the end that uses EAP initiates'),
  ];
}

function problemsOfIke({ encryption, integrity = [], prf, keyExchange }: IkeProposal, at: string): Found {
  return flat([
    problemsOfCipher(encryption, integrity, at),
    unknown(prf, prfs, `${at}.prf`),
    unknown(keyExchange, keyExchanges, `${at}.keyExchange`),
    prf.length === 0 && problem(`${at}.prf`, 'must name a pseudo-random function'),
    keyExchange.length === 0 && problem(`${at}.keyExchange`, 'must name a key exchange method'),
  ]);
}

function problemsOfEsp({ encryption, integrity = [], keyExchange = [] }: EspProposal, at: string): Found {
  return flat([problemsOfCipher(encryption, integrity, at), unknown(keyExchange, keyExchanges, `${at}.keyExchange`)]);
}

function problemsOfCipher(
  encryption: EspProposal['encryption'],
  integrity: NonNullable<EspProposal['integrity']>,
  at: string,
): Found {
  const aead = encryption.filter((one) => Object.hasOwn(encryptions, one) && isAead(one));
  return flat([
    unknown(encryption, Object.keys(encryptions), `${at}.encryption`),
    unknown(integrity, integrities, `${at}.integrity`),
    encryption.length === 0 && problem(`${at}.encryption`, 'must name an algorithm'),
    aead.length > 0 &&
      aead.length < encryption.length &&
      problem(`${at}.encryption`, 'has AEAD and other algorithms, which RFC 7296 (3.3) wants in separate proposals'),
    aead.length > 0 && integrity.length > 0 && problem(`${at}.integrity`, 'must be left out with AEAD algorithms'),
    aead.length === 0 && integrity.length === 0 && problem(`${at}.integrity`, 'must name an algorithm'),
  ]);
}

function problemsOfTimes({ ike, child, rekey, liveness }: Omit<Connection, 'name' | 'ends'>): Found {
  const margin = rekey === false || rekey === undefined ? undefined : rekey.margin;
  const shortest = Math.min(ike?.lifetime ?? Number.POSITIVE_INFINITY, child?.lifetime ?? Number.POSITIVE_INFINITY);
  const seconds = (value: number | undefined, field: string): Found =>
    value !== undefined && !within(value, 1, 31_536_000) && problem(field, 'must be whole seconds, from 1 to a year');
  return flat([
    seconds(ike?.lifetime, 'ike.lifetime'),
    seconds(child?.lifetime, 'child.lifetime'),
    seconds(margin, 'rekey.margin'),
    seconds(liveness?.delay, 'liveness.delay'),
    margin !== undefined &&
      margin >= shortest &&
      problem('rekey.margin', `must be less than a lifetime (${shortest} s)`),
    octetsOrPackets(child?.lifetimeBytes, 'child.lifetimeBytes'),
    octetsOrPackets(child?.lifetimePackets, 'child.lifetimePackets'),
    child?.replayWindow !== undefined &&
      !within(child.replayWindow, 0, 4096) &&
      problem('child.replayWindow', 'must be from 0 to 4096 packets'),
  ]);
}

function octetsOrPackets(value: number | undefined, field: string): Found {
  return (
    value !== undefined &&
    !within(value, 1, Number.MAX_SAFE_INTEGER) &&
    problem(field, 'must be a whole number from 1 on')
  );
}

function problemsOfInterface({ interface: own }: End, at: string): Found {
  if (own === undefined) return [];
  return [
    own.kind !== 'xfrm' && own.kind !== 'vti' && problem(`${at}.interface.kind`, 'must be "xfrm" or "vti"'),
    !within(own.id, 1, 0xffff_ffff) && problem(`${at}.interface.id`, 'must be a whole number from 1 to 4294967295'),
  ];
}

function familiesDiffer(first: End, second: End): boolean {
  const [one, other] = [addressFamily(first.address), addressFamily(second.address)];
  return one !== undefined && other !== undefined && one !== other;
}

function secretsDiffer({ authentication: one }: End, { authentication: other }: End): boolean {
  return one.method === 'psk' && other.method === 'psk' && one.secret !== other.secret;
}

function unknown(names: readonly string[], known: readonly string[], field: string): Found {
  const strange = names.find((name) => !known.includes(name));
  return strange !== undefined && problem(field, `${excerptOf(strange)} is not known; known: ${known.join(', ')}`);
}
