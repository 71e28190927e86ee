import type { MiddlewareHandler } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import { secureHeaders } from 'hono/secure-headers';
import { timingSafeEqual } from 'hono/utils/buffer';

/** Addresses that only this machine reaches. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

/** Name of the cookie that keeps a token given once in an address. */
const tokenCookie = 'espalier-token';

/** No inline script or style, nothing from elsewhere, in no frame; a type is what its header says. */
export const policy: MiddlewareHandler = secureHeaders({
  // This is plain HTTP: the header would be nonsense here, and bind other servers of the same name where a proxy adds TLS.
  strictTransportSecurity: false,
  contentSecurityPolicy: {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'"],
    imgSrc: ["'self'"],
    connectSrc: ["'self'"],
    baseUri: ["'none'"],
    formAction: ["'none'"],
    frameAncestors: ["'none'"],
  },
});

/** Only reading is answered. */
export const readOnly: MiddlewareHandler = async (context, next) => {
  if (context.req.method !== 'GET' && context.req.method !== 'HEAD') return context.text('refused\n', 405);
  context.header('cache-control', 'no-store');
  return next();
};

/**
 * On loopback the Host header must name loopback: a page elsewhere could otherwise point a name of its own at this machine
 * and read.
 */
export const loopbackNames: MiddlewareHandler = async (context, next) => {
  const { hostname } = new URL(context.req.url);
  return isLoopback(hostname.replace(/^\[|\]$/g, '')) ? next() : context.text('refused\n', 403);
};

/** Anywhere else every request has the token. One in an address becomes a cookie, and leaves the address. */
export function tokenOnly(token: string): MiddlewareHandler {
  return async (context, next) => {
    const asked = context.req.query('token');
    const given = [
      asked,
      /^Bearer (.+)$/.exec(context.req.header('authorization') ?? '')?.[1],
      getCookie(context, tokenCookie),
    ];
    const right = await Promise.all(given.map((one) => one !== undefined && timingSafeEqual(one, token)));
    if (!right.includes(true)) return context.text('refused\n', 401);
    if (asked === undefined) return next();
    setCookie(context, tokenCookie, token, { httpOnly: true, sameSite: 'Strict', path: '/' });
    return context.redirect(new URL(context.req.url).pathname.replace(/^\/+/, '/'), 303);
  };
}
