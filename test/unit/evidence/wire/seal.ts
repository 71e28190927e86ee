/**
 * A sender of ESP for tests, written from the RFCs on its own: it shares no code with src/wire, so that both would have
 * to be wrong in the same way.
 */
import { type CipherGCMTypes, createCipheriv, createHmac } from 'node:crypto';
import type { IpsecSa } from '../../../../src/evidence/ipsec.ts';
import { saOf } from './sas.ts';

/** What goes into one packet. */
export interface Clear {
  readonly sequence: number;
  readonly high: number;
  readonly nextHeader: number;
  readonly inner: Uint8Array;
  /** Whole blocks of padding beyond what alignment wants. */
  readonly extraBlocks: number;
}

/** One combination of algorithms: the SA and the way to seal for it. */
export interface Suite {
  readonly name: string;
  readonly sa: IpsecSa;
  readonly seal: (clear: Clear, esn: boolean) => Buffer;
}

const spi = 0x1000;
const key = (length: number, from = 7): Buffer => Buffer.from(Array.from({ length }, (_, i) => (i * 31 + from) & 255));
const iv = (length: number, { sequence }: Clear): Buffer => key(length, sequence & 255);

function u32(...values: number[]): Buffer {
  const out = Buffer.alloc(values.length * 4);
  for (const [i, value] of values.entries()) out.writeUInt32BE(value >>> 0, i * 4);
  return out;
}

/** Inner bytes, padding 1, 2, 3 …, its length, next header (RFC 4303, 2.4). */
function padded({ inner, nextHeader, extraBlocks }: Clear, block: number): Buffer {
  const unit = Math.max(4, block);
  const missing = (unit - ((inner.length + 2) % unit)) % unit;
  const length = Math.min(missing + extraBlocks * unit, 255 - ((255 - missing) % unit));
  return Buffer.concat([inner, Uint8Array.from({ length }, (_, i) => i + 1), Uint8Array.of(length, nextHeader)]);
}

type Encrypt = { readonly iv: number; readonly block: number; run(iv: Buffer, clear: Buffer): Buffer };
type Authenticate = (message: Buffer) => Buffer;

function cbc(name: string, secret: Buffer, block: number): Encrypt {
  return {
    iv: block,
    block,
    run: (vector, clear) => createCipheriv(name, secret, vector).setAutoPadding(false).update(clear),
  };
}

function counter(secret: Buffer): Encrypt {
  const run = (vector: Buffer, clear: Buffer): Buffer => {
    const start = Buffer.concat([secret.subarray(16), vector, u32(1)]);
    return createCipheriv('aes-128-ctr', secret.subarray(0, 16), start).update(clear);
  };
  return { iv: 8, block: 4, run };
}

const none: Encrypt = { iv: 0, block: 4, run: (_vector, clear) => clear };

function composed(name: string, encrypt: Encrypt, authenticate: Authenticate, change: Partial<IpsecSa>): Suite {
  return {
    name,
    sa: saOf(change),
    seal: (clear, esn) => {
      const vector = iv(encrypt.iv, clear);
      const text = encrypt.run(vector, padded(clear, encrypt.block));
      const covered = Buffer.concat([u32(spi, clear.sequence), vector, text]);
      return Buffer.concat([covered, authenticate(esn ? Buffer.concat([covered, u32(clear.high)]) : covered)]);
    },
  };
}

const hmac = (hash: string, secret: Buffer, length: number): Authenticate => {
  return (message) => createHmac(hash, secret).update(message).digest().subarray(0, length);
};

/** CBC-MAC chaining by hand, one block at a time (RFC 3566, section 4; RFC 4493, 2.4). */
export function chain(secret: Buffer, message: Buffer, whole: Buffer, cut: Buffer): Buffer {
  const ecb = (block: Buffer): Buffer =>
    createCipheriv('aes-128-ecb', secret, null).setAutoPadding(false).update(block);
  const xor = (a: Buffer, b: Buffer): Buffer => Buffer.from(a.map((byte, i) => byte ^ (b[i] ?? 0)));
  const count = Math.max(1, Math.ceil(message.length / 16));
  let state: Buffer = Buffer.alloc(16);
  for (let i = 0; i < count - 1; i++) state = ecb(xor(state, message.subarray(i * 16, i * 16 + 16)));
  const rest = message.subarray((count - 1) * 16);
  const last = Buffer.alloc(16);
  last.set(rest);
  if (rest.length < 16) last[rest.length] = 0x80;
  return ecb(xor(state, xor(last, rest.length < 16 ? cut : whole)));
}

function xcbc(secret: Buffer): Authenticate {
  const derive = (byte: number): Buffer =>
    createCipheriv('aes-128-ecb', secret, null).setAutoPadding(false).update(Buffer.alloc(16, byte));
  return (message) => chain(derive(1), message, derive(2), derive(3)).subarray(0, 12);
}

/** CCM by hand with a length field of 4 bytes, as nonces of 11 bytes have it (RFC 3610; RFC 4309, section 4). */
export function ccm(secret: Buffer, nonce: Buffer, text: { associated: Buffer; clear: Buffer; icv: number }): Buffer {
  const ecb = (block: Buffer): Buffer =>
    createCipheriv(`aes-${secret.length * 8}-ecb`, secret, null)
      .setAutoPadding(false)
      .update(block);
  const width = 15 - nonce.length;
  const numbered = (flags: number, value: number): Buffer => {
    const tail = Buffer.alloc(width);
    tail.writeUIntBE(value, 0, width);
    return Buffer.concat([Buffer.of(flags), nonce, tail]);
  };
  const aligned = (part: Buffer): Buffer => Buffer.concat([part, Buffer.alloc((16 - (part.length % 16)) % 16)]);
  const { associated, clear, icv } = text;
  const flags = 64 + ((icv - 2) / 2) * 8 + (width - 1);
  const head = Buffer.concat([Buffer.of(associated.length >> 8, associated.length & 255), associated]);
  const blocks = Buffer.concat([numbered(flags, clear.length), aligned(head), aligned(clear)]);
  let mac: Buffer = Buffer.alloc(16);
  for (let at = 0; at < blocks.length; at += 16) {
    mac = ecb(Buffer.from(mac.map((byte, i) => byte ^ (blocks[at + i] ?? 0))));
  }
  const stream = (index: number): Buffer => ecb(numbered(width - 1, index));
  const cipher = Buffer.from(clear.map((byte, i) => byte ^ (stream(1 + (i >> 4))[i & 15] ?? 0)));
  const mask = stream(0);
  return Buffer.concat([cipher, Buffer.from(mac.subarray(0, icv).map((byte, i) => byte ^ (mask[i] ?? 0)))]);
}

function associatedOf({ sequence, high }: Clear, esn: boolean): Buffer {
  return esn ? u32(spi, high, sequence) : u32(spi, sequence);
}

interface AeadPlan {
  readonly linux: string;
  readonly secret: Buffer;
  readonly icv: number;
  readonly run: (nonce: { salt: Buffer; vector: Buffer; secret: Buffer }, associated: Buffer, clear: Buffer) => Buffer;
  readonly salt: number;
}

function aead(name: string, { linux, secret, icv, run, salt }: AeadPlan): Suite {
  const end = secret.length - salt;
  return {
    name,
    sa: saOf({ aead: { name: linux, key: secret, icv: icv * 8 } }),
    seal: (clear, esn) => {
      const vector = iv(8, clear);
      const nonce = { salt: secret.subarray(end), vector, secret: secret.subarray(0, end) };
      const sealed = run(nonce, associatedOf(clear, esn), padded(clear, 4));
      return Buffer.concat([u32(spi, clear.sequence), vector, sealed]);
    },
  };
}

const openssl =
  (name: string, icv: number): AeadPlan['run'] =>
  ({ salt, vector, secret }, associated, clear) => {
    const cipher = createCipheriv(name as CipherGCMTypes, secret, Buffer.concat([salt, vector]), {
      authTagLength: icv,
    });
    cipher.setAAD(associated, { plaintextLength: clear.length });
    return Buffer.concat([cipher.update(clear), cipher.final(), cipher.getAuthTag()]);
  };

const gmac: AeadPlan['run'] = ({ salt, vector, secret }, associated, clear) => {
  const cipher = createCipheriv('aes-128-gcm', secret, Buffer.concat([salt, vector]));
  cipher.setAAD(Buffer.concat([associated, vector, clear]));
  cipher.final();
  return Buffer.concat([clear, cipher.getAuthTag()]);
};

const gcm = (bits: number, icv: number): Suite => {
  const secret = key(bits / 8 + 4);
  const plan = { linux: 'rfc4106(gcm(aes))', secret, icv, salt: 4, run: openssl(`aes-${bits}-gcm`, icv) };
  return aead(`gcm ${bits} with an ICV of ${icv}`, plan);
};

const ccmSuite = (bits: number, icv: number): Suite => {
  const run: AeadPlan['run'] = ({ salt, vector, secret }, associated, clear) =>
    ccm(secret, Buffer.concat([salt, vector]), { associated, clear, icv });
  const plan = { linux: 'rfc4309(ccm(aes))', secret: key(bits / 8 + 3), icv, salt: 3, run };
  return aead(`ccm ${bits} with an ICV of ${icv}`, plan);
};

const authentications: readonly (readonly [string, number, number, Authenticate])[] = [
  ['hmac(md5)', 16, 12, hmac('md5', key(16), 12)],
  ['hmac(sha1)', 20, 12, hmac('sha1', key(20), 12)],
  ['hmac(sha256)', 32, 12, hmac('sha256', key(32), 12)],
  ['hmac(sha256)', 32, 16, hmac('sha256', key(32), 16)],
  ['hmac(sha384)', 48, 24, hmac('sha384', key(48), 24)],
  ['hmac(sha512)', 64, 32, hmac('sha512', key(64), 32)],
  ['hmac(rmd160)', 20, 12, hmac('ripemd160', key(20), 12)],
  ['hmac(sm3)', 32, 32, hmac('sm3', key(32), 32)],
  ['xcbc(aes)', 16, 12, xcbc(key(16))],
];

const encryptions: readonly (readonly [string, Buffer, Encrypt])[] = [
  ['ecb(cipher_null)', key(0), none],
  ['cbc(aes)', key(16), cbc('aes-128-cbc', key(16), 16)],
  ['cbc(aes)', key(24), cbc('aes-192-cbc', key(24), 16)],
  ['cbc(aes)', key(32), cbc('aes-256-cbc', key(32), 16)],
  ['cbc(camellia)', key(32), cbc('camellia-256-cbc', key(32), 16)],
  ['cbc(sm4)', key(16), cbc('sm4-cbc', key(16), 16)],
  ['cbc(des3_ede)', key(24), cbc('des-ede3-cbc', key(24), 8)],
  ['rfc3686(ctr(aes))', key(20), counter(key(20))],
];

/** All combinations worth telling apart, each with integrity. */
export const suites: readonly Suite[] = [
  ...authentications.flatMap(([name, length, icv, authenticate]) =>
    composed(`cbc(aes) and ${name} of ${icv}`, cbc('aes-128-cbc', key(16), 16), authenticate, {
      encryption: { name: 'cbc(aes)', key: key(16) },
      integrity: { name, key: key(length), truncation: icv * 8 },
    }),
  ),
  ...encryptions.map(([name, secret, encrypt]) =>
    composed(`${name} of ${secret.length} and hmac(sha1)`, encrypt, hmac('sha1', key(20), 12), {
      encryption: { name, key: secret },
      integrity: { name: 'hmac(sha1)', key: key(20), truncation: 96 },
    }),
  ),
  ...[8, 12, 16].flatMap((icv) => [gcm(128, icv), gcm(256, icv), ccmSuite(128, icv), ccmSuite(256, icv)]),
  gcm(192, 16),
  aead('gmac', { linux: 'rfc4543(gcm(aes))', secret: key(20), icv: 16, salt: 4, run: gmac }),
  aead('chacha20-poly1305', {
    linux: 'rfc7539esp(chacha20,poly1305)',
    secret: key(36),
    icv: 16,
    salt: 4,
    run: openssl('chacha20-poly1305', 16),
  }),
];
