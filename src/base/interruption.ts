/**
 * Ctrl-C, TERM and HUP. A command that can stop in order asks for the signal; any other is
 * simply ended, and so is an orderly one when the user asks a second time.
 */
const controller = new AbortController();
let asked = false;

/** Fires when the user asks to stop; the command then has to end by itself. */
export function interruption(): AbortSignal {
  asked = true;
  return controller.signal;
}

/** Called once by main. */
export function watchForInterruption(): void {
  const stop = (): void => {
    if (!asked || controller.signal.aborted) process.exit(130);
    controller.abort();
  };
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, stop);
}
