import { useEffect, useState } from 'preact/hooks';

/** The part behind `#`, as it changes. */
export function useHash(): string {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const change = (): void => setHash(location.hash);
    addEventListener('hashchange', change);
    return () => removeEventListener('hashchange', change);
  }, []);
  return hash;
}

/** Changes the address without a step in the browser's history. */
export function replaceHash(hash: string): void {
  history.replaceState(undefined, '', hash);
  dispatchEvent(new HashChangeEvent('hashchange'));
}
