/**
 * Ctrl-C, TERM and HUP. A command that can stop in order asks for the signal; any other is
 * simply ended, and so is an orderly one when the user asks a second time.
 */
const controller = new AbortController();
let asked = false;
/** Programs that Ctrl-C belongs to at the moment. */
let others = 0;

/** Fires when the user asks to stop; the command then has to end by itself. */
export function interruption(): AbortSignal {
  asked = true;
  return controller.signal;
}

/** Ctrl-C is another program's, which has the same terminal, until the scope is left. */
export function leaveInterrupts(): Disposable {
  others += 1;
  return {
    [Symbol.dispose]: () => {
      others -= 1;
    },
  };
}

/** Called once by main. */
export function watchForInterruption(): void {
  const stop = (signal: NodeJS.Signals): void => {
    if (signal === 'SIGINT' && others > 0) return;
    if (!asked || controller.signal.aborted) process.exit(130);
    controller.abort();
  };
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, stop);
}
