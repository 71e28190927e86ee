import { dataVersion } from '../../src/report/page/data.ts';
import type { PageData } from '../../src/report/page/write-report.ts';

/** The part of the Trusted Types API that is used; browsers without it need none. */
interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): { createScriptURL(url: string): string };
}

/** Scripts come from data/ beside the page, from names made of letters, digits and slashes, and from nowhere else. */
function checkedUrl(address: string): string {
  const [name = '', query] = address.split('?');
  if (!/^[a-z0-9/]+$/.test(name)) throw new TypeError(`no data file can be called ${name}`);
  return `data/${name}.js${query ? `?${query}` : ''}`;
}

const trusted = (globalThis as unknown as { trustedTypes?: TrustedTypes }).trustedTypes;
const policy = trusted?.createPolicy('espalier-data', { createScriptURL: checkedUrl }) ?? {
  createScriptURL: checkedUrl,
};

const arrived = new Map<string, PageData>();
const asked = new Map<string, Promise<PageData>>();

/** Data files call this. */
Object.defineProperty(globalThis, 'espalierData', {
  value: (name: string, data: PageData): void => {
    arrived.set(name, data);
  },
});

/** Loads a data file once. Rejects where it is missing, or of another version than this page. */
export function load<T extends PageData>(name: string): Promise<T> {
  const known = asked.get(name) ?? fetchScript(name);
  asked.set(name, known);
  return known as Promise<T>;
}

/** The current data that a query asks a server for. From disk the query changes nothing. */
export function loadPart<T extends PageData>(name: string, query: Readonly<Record<string, string>>): Promise<T> {
  return fetchScript(`${name}?${new URLSearchParams(query)}`) as Promise<T>;
}

function fetchScript(address: string): Promise<PageData> {
  const { promise, resolve, reject } = Promise.withResolvers<PageData>();
  const name = address.split('?')[0] ?? '';
  const script = document.createElement('script');
  script.src = policy.createScriptURL(address);
  script.onerror = () => reject(new TypeError(`data/${name}.js is missing or cannot be read`));
  // The `load` event follows directly after the script ran, so what arrived under this name is its data.
  script.onload = () => {
    script.remove();
    const data = arrived.get(name);
    arrived.delete(name);
    if (data?.version === dataVersion) resolve(data);
    else reject(new TypeError(`data/${name}.js is not of version ${dataVersion}, which this page shows`));
  };
  document.head.append(script);
  return promise;
}
