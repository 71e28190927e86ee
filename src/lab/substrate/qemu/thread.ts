/** A lab's thread: nobody else's work holds up its frames, whose times are taken here. */
import { parentPort, workerData } from 'node:worker_threads';
import { Conductor } from './conductor.ts';
import type { LabScore, ToThread } from './messages.ts';

const port = parentPort;
if (port !== null) {
  const conductor = new Conductor(workerData as LabScore, (message) => port.postMessage(message));
  port.on('message', (message: ToThread) => conductor.hear(message));
  await conductor.run();
  port.close();
}
