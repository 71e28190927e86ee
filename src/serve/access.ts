import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** Addresses that only this machine reaches. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

/** Name of the cookie that keeps a token given once in an address. */
export const tokenCookie = 'espalier-token';

/**
 * Why a request is refused: its status, or nothing. Without a token (on loopback) the Host header must name loopback: a page
 * elsewhere could otherwise point a name of its own at this machine and read.
 */
export function refusal(request: IncomingMessage, url: URL, token: string | undefined): 401 | 403 | 405 | undefined {
  if (request.method !== 'GET' && request.method !== 'HEAD') return 405;
  if (token === undefined) return isLoopback(url.hostname.replace(/^\[|\]$/g, '')) ? undefined : 403;
  const given = [
    url.searchParams.get('token'),
    /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1],
    new RegExp(`(?:^|; )${tokenCookie}=([^;]+)`).exec(request.headers.cookie ?? '')?.[1],
  ];
  return given.some((one) => typeof one === 'string' && equal(one, token)) ? undefined : 401;
}

/** Takes the same time whatever differs. */
function equal(one: string, other: string): boolean {
  const [a, b] = [one, other].map((text) => createHash('sha256').update(text).digest());
  return a !== undefined && b !== undefined && timingSafeEqual(a, b);
}
