import { type EspProposal, type IkeProposal, scenario } from 'espalier';
import { establish } from './bodies.ts';
import { between2, commonEsp, commonIke, end } from './connections.ts';
import { column, current, pairs } from './daemons.ts';
import { direct, inner, outer } from './labs.ts';

interface Choice {
  /** Left out: what the daemons propose by themselves. */
  readonly ike?: readonly IkeProposal[];
  readonly esp?: readonly EspProposal[];
}

const { integrity: _, ...gcm } = commonEsp;

const choices: Readonly<Record<string, Choice>> = {
  'own defaults': {},
  'AES-GCM-128': {
    ike: [{ ...commonIke, encryption: ['aes-128-gcm'] }],
    esp: [{ ...gcm, encryption: ['aes-128-gcm'] }],
  },
  'AES-GCM-256 with ESN': { ike: [commonIke], esp: [{ ...gcm, encryption: ['aes-256-gcm'], esn: 'yes' }] },
  'ChaCha20-Poly1305': { ike: [commonIke], esp: [{ ...gcm, encryption: ['chacha20-poly1305'] }] },
  'AES-CBC with SHA-1 and MODP-2048': {
    ike: [{ encryption: ['aes-128-cbc'], integrity: ['hmac-sha1-96'], prf: ['hmac-sha1'], keyExchange: ['modp-2048'] }],
    esp: [{ encryption: ['aes-128-cbc'], integrity: ['hmac-sha1-96'] }],
  },
  'AES-CBC with SHA-256 and curve25519': {
    ike: [
      {
        encryption: ['aes-256-cbc'],
        integrity: ['hmac-sha2-256-128'],
        prf: ['hmac-sha2-256'],
        keyExchange: ['curve25519'],
      },
    ],
    esp: [{ encryption: ['aes-256-cbc'], integrity: ['hmac-sha2-256-128'] }],
  },
  'AES-CBC with SHA-384 and ECP-384': {
    ike: [
      {
        encryption: ['aes-256-cbc'],
        integrity: ['hmac-sha2-384-192'],
        prf: ['hmac-sha2-384'],
        keyExchange: ['ecp-384'],
      },
    ],
    esp: [{ encryption: ['aes-256-cbc'], integrity: ['hmac-sha2-384-192'] }],
  },
  'AES-CTR with SHA-512 and ECP-521': {
    ike: [{ ...commonIke, prf: ['hmac-sha2-512'], keyExchange: ['ecp-521'] }],
    esp: [{ encryption: ['aes-256-ctr'], integrity: ['hmac-sha2-512-256'] }],
  },
  'AES-192 and MODP-4096': {
    ike: [
      {
        encryption: ['aes-192-cbc'],
        integrity: ['hmac-sha2-512-256'],
        prf: ['hmac-sha2-512'],
        keyExchange: ['modp-4096'],
      },
    ],
    esp: [{ encryption: ['aes-192-cbc'], integrity: ['hmac-sha2-512-256'] }],
  },
  'a second proposal in common': {
    ike: [{ ...commonIke, keyExchange: ['ecp-521', 'ecp-256'] }],
    esp: [{ encryption: ['aes-128-cbc'], integrity: ['hmac-sha2-384-192'] }, commonEsp],
  },
  'ML-KEM-768 beside curve25519': {
    ike: [{ ...commonIke, keyExchange: ['curve25519'], additionalKeyExchange: ['ml-kem-768'] }],
    esp: [commonEsp],
  },
};

const { westNet, eastNet, ...path } = inner[4];

for (const pair of pairs(current, current)) {
  for (const [name, { ike, esp }] of Object.entries(choices)) {
    const west = end('west', 'psk', { address: outer[4].west, selectors: [westNet] });
    const east = end('east', 'psk', { address: outer[4].east, selectors: [eastNet] });
    const proposals = { ike: ike ? { proposals: ike } : {}, child: esp ? { proposals: esp } : {} };
    const lab = { ...direct(pair), connections: [between2(west, east, proposals)], limits: 'unsupported' } as const;
    scenario(`${column(pair)}, ${name}`, lab, ({ hosts }) => establish(hosts, path));
  }
}
