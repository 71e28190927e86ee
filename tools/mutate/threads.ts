/** Work spread over threads. */
import { Thread } from './thread.ts';

/** Does `work` for each item on so many threads; results in the order of the items. */
export async function onThreads<T, R>(
  count: number,
  items: readonly T[],
  work: (item: T, thread: Thread) => Promise<R>,
): Promise<R[]> {
  const results: R[] = new Array(items.length);
  const queue = items.entries();
  const lane = async (): Promise<void> => {
    const thread = new Thread();
    for (const [index, item] of queue) results[index] = await work(item, thread);
    await thread.stop();
  };
  await Promise.all(Array.from({ length: count }, lane));
  return results;
}
