import { useEffect, useState } from 'preact/hooks';
import type { LiveState, RunData, TestRow } from '../../src/report/page/data.ts';
import { type Connection, listen } from './events.ts';
import { loadPart } from './load.ts';
import { withRows } from './merge-rows.ts';

/** Where a run is that goes on, and how the page knows. */
export interface Live {
  readonly connection: Connection;
  /** Absent until the server has told. */
  readonly state?: LiveState | undefined;
}

/** A run as it goes on, where its data say that it does; nothing is connected to otherwise. */
export function useLiveRun(first: RunData): { readonly run: RunData; readonly live: Live | undefined } {
  const [run, setRun] = useState(first);
  const [connection, setConnection] = useState<Connection>('open');
  const [state, setState] = useState<LiveState>();
  const { live } = run;
  useEffect(() => {
    if (live === undefined) return undefined;
    const waiting: TestRow[] = [];
    const show = (): void => {
      const rows = waiting.splice(0);
      if (rows.length > 0) setRun((old) => withRows(old, rows));
    };
    const hear = {
      result: (row: unknown): void => {
        // Many come at once to a page that was away: they are shown together.
        if (waiting.push(row as TestRow) === 1) requestAnimationFrame(show);
      },
      state: (told: unknown): void => setState(told as LiveState),
      end: (): void => {
        stop();
        loadPart<RunData>('run', { ended: '1' }).then(setRun, () => setConnection('lost'));
      },
    };
    const stop = listen(live.events, live.after, { hear, connection: setConnection });
    return stop;
  }, [live?.events, live?.after]);
  return { run, live: live && { connection, state } };
}
