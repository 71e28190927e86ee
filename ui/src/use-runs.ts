import { useEffect, useState } from 'preact/hooks';
import type { RunLine, RunsData } from '../../src/report/page/data-of-runs.ts';
import { type Connection, listen } from './events.ts';
import { loadPart } from './load.ts';

/** All runs, as they change. */
export function useRuns(first: RunsData): { readonly runs: readonly RunLine[]; readonly connection: Connection } {
  const [runs, setRuns] = useState(first.runs);
  const [connection, setConnection] = useState<Connection>('open');
  useEffect(() => {
    const hear = {
      changed: (): void => {
        loadPart<RunsData>('runs', { now: String(Date.now()) }).then(
          (data) => setRuns(data.runs),
          () => {},
        );
      },
    };
    return listen('api/events', '', { hear, connection: setConnection });
  }, []);
  return { runs, connection };
}
