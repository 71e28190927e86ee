import { dataVersion, type RunData, type TestData } from '../../src/report/page/data.ts';

type Data = RunData | TestData;

/** The part of the Trusted Types API that is used; browsers without it need none. */
interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): { createScriptURL(url: string): string };
}

/** Scripts come from data/ beside the page, from names made of letters, digits and slashes, and from nowhere else. */
function checkedUrl(name: string): string {
  if (!/^[a-z0-9/]+$/.test(name)) throw new TypeError(`no data file can be called ${name}`);
  return `data/${name}.js`;
}

const trusted = (globalThis as unknown as { trustedTypes?: TrustedTypes }).trustedTypes;
const policy = trusted?.createPolicy('espalier-data', { createScriptURL: checkedUrl }) ?? {
  createScriptURL: checkedUrl,
};

const arrived = new Map<string, Data>();
const asked = new Map<string, Promise<Data>>();

/** Data files call this. */
Object.defineProperty(globalThis, 'espalierData', {
  value: (name: string, data: Data): void => {
    arrived.set(name, data);
  },
});

/** Loads a data file once. Rejects where it is missing, or of another version than this page. */
export function load<T extends Data>(name: string): Promise<T> {
  const known = asked.get(name) ?? fetchScript(name);
  asked.set(name, known);
  return known as Promise<T>;
}

function fetchScript(name: string): Promise<Data> {
  const { promise, resolve, reject } = Promise.withResolvers<Data>();
  const script = document.createElement('script');
  script.src = policy.createScriptURL(name);
  script.onerror = () => reject(new TypeError(`data/${name}.js is missing or cannot be read`));
  script.onload = () => {
    script.remove();
    const data = arrived.get(name);
    if (data?.version === dataVersion) resolve(data);
    else reject(new TypeError(`data/${name}.js is not of version ${dataVersion}, which this page shows`));
  };
  document.head.append(script);
  return promise;
}
