import { deadline } from '../base/deadline.ts';

/** Waits before a failed request is tried again; ends at once when the signal fires. */
export async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return;
  const over = Promise.withResolvers<void>();
  using _timer = deadline(ms, over.resolve);
  const stop = (): void => over.resolve();
  signal?.addEventListener('abort', stop, { once: true });
  await over.promise;
  signal?.removeEventListener('abort', stop);
}
