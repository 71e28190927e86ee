import type { JSX } from 'preact';
import { leftText } from '../../src/base/text.ts';
import type { Connection } from './events.ts';
import type { Live } from './use-live-run.ts';
import { grouped } from './words.ts';

/** Names of running tests beyond these are counted. */
const namesShown = 3;

/** Where a run is that goes on. */
export function LiveLine({ live }: { readonly live: Live }): JSX.Element {
  const { connection, state } = live;
  const names = state?.running ?? [];
  return (
    <p class={`live-line ${connection}`} role="status">
      <span class="pulse" aria-hidden="true" />
      {connection === 'lost' ? (
        <Lost />
      ) : (
        <>
          <b>running</b>
          {state && (
            <span>
              {grouped(names.length)} in a lab, {grouped(state.pending - names.length)} waiting
              {state.leftMs !== undefined && `, ${leftText(state.leftMs)}`}
            </span>
          )}
          <bdi class="running-names">
            {names.slice(0, namesShown).join(', ')}
            {names.length > namesShown && ` and ${names.length - namesShown} more`}
          </bdi>
        </>
      )}
    </p>
  );
}

function Lost(): JSX.Element {
  return (
    <>
      <b>server gone</b> <span>trying again; what you see is what was there before</span>
    </>
  );
}

/** The same of pages that need no more than the connection. */
export function ConnectionLine({ connection }: { readonly connection: Connection }): JSX.Element | null {
  if (connection === 'open') return null;
  return (
    <p class="live-line lost" role="status">
      <span class="pulse" aria-hidden="true" />
      <Lost />
    </p>
  );
}
