import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { IpsecSa } from '../../../../src/evidence/ipsec.ts';
import { encryptionOf } from '../../../../src/evidence/wire/encryption.ts';
import { openEsp } from '../../../../src/evidence/wire/esp.ts';
import { integrityOf } from '../../../../src/evidence/wire/integrity.ts';
import { bytes, saOf } from './sas.ts';
import { ccm } from './seal.ts';

function icvOf(name: string, key: Uint8Array, { message, bits = 0 }: { message: Uint8Array; bits?: number }): string {
  const integrity = integrityOf(saOf({ integrity: { name, key, truncation: bits } }));
  assert.ok('icv' in integrity, `${name} is implemented`);
  return Buffer.from(integrity.icv([message])).toString('hex');
}

const hiThere = Buffer.from('Hi There');
const repeated = (byte: number, length: number): Buffer => Buffer.alloc(length, byte);
const counted = (length: number): Buffer => Buffer.from(Array.from({ length }, (_, i) => i));

/** [source, algorithm, key, message, bits, ICV]. */
const integrityAnswers: readonly (readonly [string, string, Buffer, Buffer, number, string])[] = [
  ['RFC 2202, 2 case 1', 'hmac(md5)', repeated(11, 16), hiThere, 128, '9294727a3638bb1c13f48ef8158bfc9d'],
  [
    'RFC 2202, 2 case 5',
    'hmac(md5)',
    repeated(12, 16),
    Buffer.from('Test With Truncation'),
    96,
    '56461ef2342edc00f9bab995',
  ],
  ['RFC 2202, 3 case 1', 'hmac(sha1)', repeated(11, 20), hiThere, 160, 'b617318655057264e28bc0b6fb378c8ef146be00'],
  [
    'RFC 2202, 3 case 5',
    'hmac(sha1)',
    repeated(12, 20),
    Buffer.from('Test With Truncation'),
    96,
    '4c1a03424b55e07fe7f27be1',
  ],
  [
    'RFC 4231, 4.2',
    'hmac(sha256)',
    repeated(11, 20),
    hiThere,
    256,
    'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7',
  ],
  [
    'RFC 4231, 4.6',
    'hmac(sha256)',
    repeated(12, 20),
    Buffer.from('Test With Truncation'),
    128,
    'a3b6167473100ee06e0c796c2955552b',
  ],
  ['RFC 4868, 2.7.2.1', 'hmac(sha256)', repeated(11, 32), hiThere, 128, '198a607eb44bfbc69903a0f1cf2bbdc5'],
  [
    'RFC 4868, 2.7.2.2',
    'hmac(sha384)',
    repeated(11, 48),
    hiThere,
    192,
    'b6a8d5636f5c6a7224f9977dcf7ee6c7fb6d0c48cbdee973',
  ],
  [
    'RFC 4868, 2.7.2.3',
    'hmac(sha512)',
    repeated(11, 64),
    hiThere,
    256,
    '637edc6e01dce7e6742a99451aae82df23da3e92439e590e43e761b33e910fb8',
  ],
  ['RFC 2286, 2 case 1', 'hmac(rmd160)', repeated(11, 20), hiThere, 160, '24cb4bd67d20fc1a5d2ed7732dcc39377f0a5668'],
  [
    'GM/T 0042, D.3',
    'hmac(sm3)',
    counted(33).subarray(1),
    Buffer.from('abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq'.repeat(2)),
    256,
    'ca05e144ed05d1857840d1f318a4a8669e559fc8391f414485bfdf7bb408963a',
  ],
  ['RFC 3566, 4.6 case 1', 'xcbc(aes)', counted(16), counted(0), 128, '75f0251d528ac01c4573dfd584d79f29'],
  ['RFC 3566, 4.6 case 2', 'xcbc(aes)', counted(16), counted(3), 128, '5b376580ae2f19afe7219ceef172756f'],
  ['RFC 3566, 4.6 case 3', 'xcbc(aes)', counted(16), counted(16), 128, 'd2a246fa349b68a79998a4394ff7a263'],
  ['RFC 3566, 4.6 case 4', 'xcbc(aes)', counted(16), counted(20), 128, '47f51b4564966215b8985c63055ed308'],
  ['RFC 3566, 4.6 case 5', 'xcbc(aes)', counted(16), counted(32), 128, 'f54f0ec8d2b9f3d36807734bd5283fd4'],
  ['RFC 3566, 4.6 case 6', 'xcbc(aes)', counted(16), counted(34), 96, 'becbb3bccdb518a30677d548'],
  ['RFC 3566, 4.6 case 7', 'xcbc(aes)', counted(16), repeated(0, 1000), 96, 'f0dafee895db30253761103b'],
];

const cmacKey = bytes('2b7e1516 28aed2a6 abf71588 09cf4f3c');
const cmacMessage = bytes(`6bc1bee2 2e409f96 e93d7e11 7393172a ae2d8a57 1e03ac9c 9eb76fac 45af8e51
  30c81c46 a35ce411 e5fbc119 1a0a52ef f69f2445 df4f9b17 ad2b417b e66c3710`);
/** [length of the message, CMAC] (RFC 4493, section 4). */
const cmacAnswers: readonly (readonly [number, string])[] = [
  [0, 'bb1d6929e95937287fa37d129b756746'],
  [16, '070a16b46b4d4144f79bdd9dd04a287c'],
  [40, 'dfa66747de9ae63030ca32611497c827'],
  [64, '51f0bebf7e3b9d92fc49741779363cfe'],
];

test('integrity algorithms give the answers of their specifications', () => {
  for (const [source, name, key, message, bits, expected] of integrityAnswers) {
    assert.equal(icvOf(name, key, { message, bits }), expected, source);
  }
  for (const [length, expected] of cmacAnswers) {
    const message = cmacMessage.subarray(0, length);
    assert.equal(icvOf('cmac(aes)', cmacKey, { message, bits: 128 }), expected, `RFC 4493, ${length} bytes`);
  }
});

test('an ICV without a given truncation has the bits that Linux gives it', () => {
  const bits = (name: string, key: number): number => icvOf(name, counted(key), { message: hiThere }).length * 4;
  const expected = { 'hmac(md5)': 96, 'hmac(sha1)': 96, 'hmac(sha256)': 96, 'hmac(sha384)': 192, 'hmac(sha512)': 256 };
  for (const [name, length] of Object.entries(expected)) assert.equal(bits(name, 20), length, name);
  assert.equal(bits('xcbc(aes)', 16), 96);
  assert.equal(bits('cmac(aes)', 16), 96);
  assert.equal(bits('digest_null', 0), 0);
});

/** [source, algorithm, key, IV, ciphertext, cleartext]. */
const cipherAnswers: readonly (readonly [string, string, string, string, string, string])[] = [
  [
    'RFC 3602, 4 case 1',
    'cbc(aes)',
    '06a9214036b8a15b512e03d534120006',
    '3dafba429d9eb430b422da802c9fac41',
    'e353779c1079aeb82708942dbe77181a',
    Buffer.from('Single block msg').toString('hex'),
  ],
  [
    'RFC 3602, 4 case 2',
    'cbc(aes)',
    'c286696d887c9aa0611bbb3e2025a45a',
    '562e17996d093d28ddb3ba695a2e6f58',
    'd296cd94c2cccf8a3a863028b5e1dc0a7586602d253cfff91b8266bea6d61ab1',
    counted(32).toString('hex'),
  ],
  [
    'RFC 3686, 6 case 1',
    'rfc3686(ctr(aes))',
    'ae6852f8121067cc4bf7a5765577f39e 00000030',
    '0000000000000000',
    'e4095d4fb7a7b3792d6175a3261311b8',
    Buffer.from('Single block msg').toString('hex'),
  ],
  [
    'RFC 3686, 6 case 2',
    'rfc3686(ctr(aes))',
    '7e24067817fae0d743d6ce1f32539163 006cb6db',
    'c0543b59da48d90b',
    '5104a106168a72d9790d41ee8edad388eb2e1efc46da57c8fce630df9141be28',
    counted(32).toString('hex'),
  ],
  [
    'RFC 3713, appendix A',
    'cbc(camellia)',
    '0123456789abcdeffedcba9876543210',
    '00'.repeat(16),
    '67673138549669730857065648eabe43',
    '0123456789abcdeffedcba9876543210',
  ],
  [
    'GB/T 32907, appendix A',
    'cbc(sm4)',
    '0123456789abcdeffedcba9876543210',
    '00'.repeat(16),
    '681edf34d206965e86b3e94f536e4246',
    '0123456789abcdeffedcba9876543210',
  ],
  [
    'SP 800-67, B.1, first block',
    'cbc(des3_ede)',
    '0123456789abcdef 23456789abcdef01 456789abcdef0123',
    '00'.repeat(8),
    'a826fd8ce53b855f',
    '5468652071756663',
  ],
  ['FIPS 81, B1, first block', 'cbc(des)', '0123456789abcdef', '00'.repeat(8), '3fa40e8a984d4815', '4e6f772069732074'],
];

test('ciphers give the answers of their specifications', () => {
  for (const [source, name, key, iv, cipher, clear] of cipherAnswers) {
    const encryption = encryptionOf(saOf({ encryption: { name, key: bytes(key) } }));
    assert.ok('decrypt' in encryption, `${name} is implemented`);
    assert.equal(Buffer.from(encryption.decrypt(bytes(iv), bytes(cipher))).toString('hex'), clear, source);
    assert.equal(Buffer.from(encryption.encrypt(bytes(iv), bytes(clear))).toString('hex'), cipher, source);
  }
});

test('the CCM that seals for these tests gives the answer of RFC 3610, packet vector 1', () => {
  const key = bytes('c0c1c2c3c4c5c6c7c8c9cacbcccdcecf');
  const text = { associated: counted(8), clear: counted(31).subarray(8), icv: 8 };
  const sealed = ccm(key, bytes('00000003020100a0a1a2a3a4a5'), text);
  assert.equal(sealed.toString('hex'), '588c979a61c663d2f066d0c2c0f989806d5f6b61dac38417e8d12cfdf926e0');
});

interface Packet {
  readonly source: string;
  readonly sa: Partial<IpsecSa>;
  readonly esp: string;
  readonly high?: number;
  readonly nextHeader: number;
  readonly inner: string;
}

const gcm = (key: string): Partial<IpsecSa> => ({ aead: { name: 'rfc4106(gcm(aes))', key: bytes(key), icv: 128 } });
const cbc = (key: string): Partial<IpsecSa> => ({ encryption: { name: 'cbc(aes)', key: bytes(key) } });
const esn = { esn: true };

/** Whole ESP packets. The cases of draft-mcgrew-gcm-test-01 stand in the order of its section 4. */
const packets: readonly Packet[] = [
  {
    source: 'RFC 3602, 4 case 5',
    sa: cbc('90d382b410eeba7ad938c46cec1a82bf'),
    esp: `00004321 00000001 e96e8c08 ab465763 fd098d45 dd3ff893
      f663c25d 325c18c6 a9453e19 4e120849 a4870b66 cc6b9965 330013b4 898dc856
      a4699e52 3a55db08 0b59ec3a 8e4b7e52 775b07d1 db34ed9c 538ab50c 551b874a a269add0 47ad2d59 13ac19b7 cfbad4a6`,
    nextHeader: 1,
    inner: `08000ebd a70a0000 8e9c083d b95b0700 08090a0b 0c0d0e0f 10111213 14151617
      18191a1b 1c1d1e1f 20212223 24252627 28292a2b 2c2d2e2f 30313233 34353637`,
  },
  {
    source: 'RFC 3602, 4 case 7',
    sa: cbc('0123456789abcdef0123456789abcdef'),
    esp: `00008765 00000002 f4e76524 4f6407ad f13dc138 0f673f37
      773b5241 a4c44922 5e4f3ce5 ed611b0c 237ca96c f74a9301 3c1b0ea1 a0cf70f8
      e4ecaec7 8ac53aad 7a0f022b 859243c6 47752e94 a859352b 8a4d4d2d ecd136e5
      c177f132 ad3fbfb2 201ac990 4c74ee0a 109e0ca1 e4dfe9d5 a100b842 f1c22f0d`,
    nextHeader: 4,
    inner: `45000054 09040000 4001f988 c0a87b03 c0a87bc8 08009f76 a90a0100 b49c083d
      02a20400 08090a0b 0c0d0e0f 10111213 14151617 18191a1b 1c1d1e1f 20212223 24252627 28292a2b 2c2d2e2f 30313233 34353637`,
  },
  {
    source: 'draft-mcgrew-gcm-test-01, ESN',
    sa: { ...gcm('4c80cdefbb5d10da906ac73c3613a634 2e443b68'), ...esn },
    high: 0x87654321,
    esp: `00004321 00000000 4956ed7e3b244cfe
      fecf537e729d5b07dc30df528dd22b768d1b98736696a6fd348509fa13ceac34cfa2436f14a3f3cf65925bf1f4a13c5d
      15b21e1884f5ff6247aeabb786b93bce61bc17d768fd9732 459018148f6cbe722fd04796562dfdb4`,
    nextHeader: 1,
    inner: `45000048699a000080114db7c0a80102c0a801010a9bf15638d3010000010000
      00000000045f736970045f756470037369700963796265726369747902646b0000210001`,
  },
  {
    source: 'draft-mcgrew-gcm-test-01, 128 bits',
    sa: gcm('feffe9928665731c6d6a8f9467308308 cafebabe'),
    esp: `0000a5f8 0000000a facedbaddecaf888
      deb22cd9b07c72c16e3a65beeb8df304a5a5897d33ae530f1ba76d5d114d2a5c3de81827c10e9a4f51330d0eec416642
      cfbb85a5b47e48a4ec3b9ba95d918bd1 83b70d3aa8bc6ee4c309e9d85a41ad4a`,
    nextHeader: 1,
    inner: `4500003e698f000080114dccc0a80102c0a801010a980035002a2343b2d00100
      0001000000000000037369700963796265726369747902646b00000100 01`,
  },
  {
    source: 'draft-mcgrew-gcm-test-01, 256 bits',
    sa: gcm('abbccddef00112233445566778899aababbccddef00112233445566778899aab 11223344'),
    esp: `4a2cbfe3 00000002 0102030405060708
      ff425c9b724599df7a3bcd510194e00d6a78107f1b0b1cbf06efae9d65a5d763748a637985771d347f0545659f14e99def842d8e
      b335f4eecfdbf831824b4c4915956c96`,
    nextHeader: 1,
    inner: '4500003069a6400080062690c0a801029389155e0a9e008b2dc57ee0000000007002400020bf0000020405b401010402',
  },
  {
    source: 'draft-mcgrew-gcm-test-01, 192 bits',
    sa: gcm('feffe9928665731c6d6a8f9467308308feffe9928665731c cafebabe'),
    esp: `0000a5f8 0000000a facedbaddecaf888
      a5b1f8066029aea40e598b8122de02420938b3ab33f828e687b8858b5bfbdbd0315b27452144cc77 95457b9652037f5318027b5b4cd7a636`,
    nextHeader: 1,
    inner: '45000028a4ad4000400678800a01038f0a010612802306b8cb712602dd6bb03e501016d07568',
  },
  {
    source: 'draft-mcgrew-gcm-test-01, 256 bits and ESN',
    sa: { ...gcm('6c6567616c697a656d6172696a75616e61616e64646f69746265666f72656961 7475726e'), ...esn },
    high: 0xffffffff,
    esp: `796b6963 ffffffff 333021696765746d
      f97ab2aa356d8edce17644ac8c78e25dd24dedbb29ebf1b64a274b39b49c3a864cd3d78ca4ae68a32b42458fb57dbe821dcc63b9
      d0937ba2945f669368661a329fb4c053`,
    nextHeader: 1,
    inner: '45000030da3a00008001df3bc0a80005c0a800010800c6cd020007006162636465666768696a6b6c6d6e6f7071727374',
  },
  {
    source: 'draft-mcgrew-gcm-test-01, GMAC (RFC 4543)',
    sa: { aead: { name: 'rfc4543(gcm(aes))', key: bytes('4c80cdefbb5d10da906ac73c3613a634 22433c64'), icv: 128 } },
    esp: `00004321 00000007 0000000000000000
      45000030da3a00008001df3bc0a80005c0a800010800c6cd020007006162636465666768696a6b6c6d6e6f707172737401020201
      f2a9a836e155106aa8dcd618e4099aaa`,
    nextHeader: 1,
    inner: '45000030da3a00008001df3bc0a80005c0a800010800c6cd020007006162636465666768696a6b6c6d6e6f7071727374',
  },
  {
    source: 'RFC 7634, appendix A',
    sa: {
      aead: {
        name: 'rfc7539esp(chacha20,poly1305)',
        key: bytes('808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f a0a1a2a3'),
        icv: 128,
      },
    },
    esp: `01020304 00000005 1011121314151617
      24039428b97f417e3c13753a4f05087b67c352e6a7fab1b982d466ef407ae5c614ee8099d52844eb61aa95dfab4c02f7
      2aa71e7c4c4f64c9befe2facc638e8f3cbec163fac469b502773f6fb94e664da9165b82829f641e0 76aaa8266b7fb0f7b11b369907e1ad43`,
    nextHeader: 4,
    inner: `45000054a6f200004001e778c6336405c000020508005b7a3a080000553bec100007362708090a0b0c0d0e0f1011121314151617
      18191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f3031323334353637`,
  },
];

test('whole ESP packets of RFCs and drafts open', () => {
  for (const { source, sa, esp, high, nextHeader, inner } of packets) {
    const opened = openEsp(saOf(sa), bytes(esp), high);
    assert.equal(opened.word, 'opened', source);
    if (opened.word !== 'opened') continue;
    assert.equal(Buffer.from(opened.inner).toString('hex'), bytes(inner).toString('hex'), source);
    assert.equal(opened.nextHeader, nextHeader, source);
    assert.equal(opened.authenticated, sa.aead !== undefined, source);
    assert.equal(opened.paddingValid, true, source);
    const sequence = bytes(esp).readUInt32BE(4);
    assert.equal(opened.sequence, sequence, source);
    const sequence64 = high === undefined ? undefined : (BigInt(high) << 32n) | BigInt(sequence);
    assert.equal(opened.sequence64, sequence64, source);
  }
});
