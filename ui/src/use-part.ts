import { useEffect, useState } from 'preact/hooks';
import type { PageData } from '../../src/report/page/write-report.ts';
import { loadPart } from './load.ts';
import type { Query } from './route.ts';

/** Data of a page, by what it asks for. A text: why there are none. `undefined`: they are being loaded. */
export function usePart<T extends PageData>(name: string, query: Query): T | string | undefined {
  const [data, setData] = useState<T | string>();
  const asked = JSON.stringify(query);
  useEffect(() => {
    let wanted = true;
    const take = (value: T | string): void => {
      if (wanted) setData(() => value);
    };
    loadPart<T>(name, query).then(take, (error: unknown) => take((error as Error).message));
    return () => {
      wanted = false;
    };
  }, [name, asked]);
  return data;
}
