import { checkPrimeSync, createECDH, createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import type { KeyPair } from '../../../connection/authentication.ts';
import { knownPrime } from './known-primes.ts';

/** Kinds of keys, as certificates and IKE use them (RFC 8017, RFC 5480, RFC 8410). */
export type KeyType = 'rsa-2048' | 'rsa-3072' | 'rsa-4096' | 'ecdsa-p256' | 'ecdsa-p384' | 'ed25519';

/** A key made from a seed: the same type, seed and label give the same key, everywhere. */
export interface SeededKey extends KeyPair {
  readonly type: KeyType;
  readonly object: KeyObject;
}

const made = new Map<string, SeededKey>();

/** A key of its own for each name; the same name, kind and seed give the same key, everywhere. */
export function keyPair(name: string, type: KeyType = 'rsa-2048', seed = '1'): KeyPair {
  const { kind, privateKey, publicKey } = seededKey(type, seed, name);
  return { kind, privateKey, publicKey };
}

/** Makes the key of a seed and a label. An RSA key takes up to a second, and a few ms where the cache knows its primes. */
export function seededKey(type: KeyType, seed: string, label: string): SeededKey {
  const name = JSON.stringify([type, seed, label]);
  const known = made.get(name);
  if (known !== undefined) return known;
  const object = privateKey(type, name);
  const key: SeededKey = {
    type,
    kind: type === 'ed25519' ? 'ed25519' : type.startsWith('rsa') ? 'rsa' : 'ecdsa',
    object,
    privateKey: object.export({ format: 'pem', type: 'pkcs8' }).toString(),
    publicKey: createPublicKey(object).export({ format: 'pem', type: 'spki' }).toString(),
  };
  made.set(name, key);
  return key;
}

function privateKey(type: KeyType, name: string): KeyObject {
  if (type === 'ed25519') return ed25519(octets(name, 32));
  if (type === 'ecdsa-p256') return ecdsa(name, { jwk: 'P-256', openssl: 'prime256v1', size: 32 });
  if (type === 'ecdsa-p384') return ecdsa(name, { jwk: 'P-384', openssl: 'secp384r1', size: 48 });
  return rsa(Number(type.slice('rsa-'.length)), name);
}

/** As many octets as wanted, by SHAKE256 of a name. */
function octets(name: string, length: number): Buffer {
  return createHash('shake256', { outputLength: length }).update(name).digest();
}

/** PrivateKeyInfo of RFC 8410, 7: what stands before the 32 octets. */
const ed25519Head = Buffer.from('302e020100300506032b657004220420', 'hex');

function ed25519(secret: Buffer): KeyObject {
  return createPrivateKey({ key: Buffer.concat([ed25519Head, secret]), format: 'der', type: 'pkcs8' });
}

interface Curve {
  readonly jwk: string;
  readonly openssl: string;
  /** Octets of a coordinate. */
  readonly size: number;
}

/** The first bit is cleared, so that the number is below the order of either curve. */
function ecdsa(name: string, { jwk, openssl, size }: Curve): KeyObject {
  const secret = octets(name, size);
  secret[0] = (secret[0] ?? 0) & 0x7f;
  const pair = createECDH(openssl);
  pair.setPrivateKey(secret);
  const point = pair.getPublicKey();
  const [x, y] = [point.subarray(1, 1 + size), point.subarray(1 + size)];
  const text = (part: Buffer): string => part.toString('base64url');
  return createPrivateKey({ format: 'jwk', key: { kty: 'EC', crv: jwk, d: text(secret), x: text(x), y: text(y) } });
}

const exponent = 65537n;

/** RFC 8017, 3.2: two primes of half the length each, whose product has the full length. */
function rsa(bits: number, name: string): KeyObject {
  const p = prime(bits / 2, `${name} p`);
  const q = prime(bits / 2, `${name} q`);
  const [larger, smaller] = p > q ? [p, q] : [q, p];
  const d = inverse(exponent, (p - 1n) * (q - 1n));
  const numbers = {
    n: p * q,
    e: exponent,
    d,
    p: larger,
    q: smaller,
    dp: d % (larger - 1n),
    dq: d % (smaller - 1n),
    qi: inverse(smaller, larger),
  };
  const key = Object.fromEntries(Object.entries(numbers).map(([part, number]) => [part, base64(number)]));
  return createPrivateKey({ format: 'jwk', key: { kty: 'RSA', ...key } });
}

/** The first prime at or after a number drawn from the name; its two highest bits are set. */
function prime(bits: number, name: string): bigint {
  const drawn = octets(name, bits / 8);
  drawn[0] = (drawn[0] ?? 0) | 0xc0;
  const start = BigInt(`0x${drawn.toString('hex')}`) | 1n;
  return knownPrime(`${bits} ${name}`, start, () => {
    let candidate = start;
    while (candidate % exponent === 1n || !checkPrimeSync(candidate)) candidate += 2n;
    return candidate;
  });
}

/** Modular inverse by the extended Euclidean algorithm. */
function inverse(number: bigint, modulus: bigint): bigint {
  let [rest, nextRest, factor, nextFactor] = [modulus, number % modulus, 0n, 1n];
  while (nextRest > 0n) {
    const quotient = rest / nextRest;
    [rest, nextRest] = [nextRest, rest - quotient * nextRest];
    [factor, nextFactor] = [nextFactor, factor - quotient * nextFactor];
  }
  return ((factor % modulus) + modulus) % modulus;
}

function base64(number: bigint): string {
  const digits = number.toString(16);
  return Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, 'hex').toString('base64url');
}
