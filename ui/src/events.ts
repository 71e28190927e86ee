/** How a page stands with its server. `lost`: it is tried again. */
export type Connection = 'open' | 'lost';

/** Who hears what a server sends. */
export interface Listener {
  /** By names of events; data as the server sent them. */
  readonly hear: Readonly<Record<string, (data: unknown) => void>>;
  readonly connection: (state: Connection) => void;
}

/** Milliseconds until a server that refused is asked again. */
const againMs = 2000;

/**
 * Listens to server-sent events until the returned function is called. A browser goes on by itself where it was when the
 * server went away; where it gives up (a proxy answered), this asks again, after the last event that came.
 */
export function listen(address: string, after: string, { hear, connection }: Listener): () => void {
  let last = after;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let source: EventSource;
  const open = (): void => {
    source = new EventSource(`${address}?${new URLSearchParams({ after: last })}`);
    source.onopen = () => connection('open');
    source.onerror = () => {
      connection('lost');
      if (source.readyState === EventSource.CLOSED) timer = setTimeout(open, againMs);
    };
    for (const [name, heard] of Object.entries(hear)) {
      source.addEventListener(name, ({ data, lastEventId }: MessageEvent<string>) => {
        last = lastEventId || last;
        heard(JSON.parse(data));
      });
    }
  };
  open();
  return () => {
    clearTimeout(timer);
    source.close();
  };
}
