import { EspalierError } from '../../base/errors.ts';

/** Where a farm is, and what opens it. */
export interface FarmAddress {
  /** Origin without credentials: what messages and files may hold. */
  readonly origin: string;
  readonly token: string;
  /** SHA-256 of the certificate, hex, where it is pinned: `#sha256=…` in the address. */
  readonly fingerprint?: string;
}

/** Names of the environment. */
export const farmVariables = { address: 'ESPALIER_FARM', token: 'ESPALIER_FARM_TOKEN' } as const;

/**
 * Reads an address as people give it: `https://HOST:PORT`, with `#sha256=HEX` where the certificate is the farm's own. The token
 * is in ESPALIER_FARM_TOKEN, or in the address as its user. Throws `usage`; no message holds the token.
 */
export function parseFarmAddress(word: string, environment: NodeJS.ProcessEnv = process.env): FarmAddress {
  const url = URL.canParse(word) ? new URL(word) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || !['', '/'].includes(url.pathname)) {
    throw wrong('is not the address of a farm', 'give https://HOST:PORT, as `espalier farm start` prints it');
  }
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    throw wrong(`${url.origin} is not encrypted`, 'use https; http is for 127.0.0.1 only');
  }
  const token = decodeURIComponent(url.password || url.username) || environment[farmVariables.token] || '';
  if (token === '') {
    throw wrong(`no token for ${url.origin}`, `set ${farmVariables.token}; \`espalier farm token add\` makes one`);
  }
  const [, fingerprint] = /^#sha256=([0-9a-f]{64})$/i.exec(url.hash) ?? [];
  if (url.hash !== '' && fingerprint === undefined) {
    throw wrong('the part behind # is no fingerprint', 'give #sha256= and 64 hex digits, or leave it out');
  }
  return { origin: url.origin, token, ...(fingerprint !== undefined && { fingerprint: fingerprint.toLowerCase() }) };
}

/** Whether a host, as in an address or as a name, is this machine and no other can be meant. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host);
}

function wrong(what: string, remedy: string): EspalierError {
  return new EspalierError('usage', `--farm: ${what}`, { remedy });
}
