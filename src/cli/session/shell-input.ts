import { createInterface } from 'node:readline';
import { deadline } from '../../base/deadline.ts';
import type { Lab } from '../../substrate/lifecycle.ts';
import type { ConsoleView } from './shell-view.ts';

const millisecond = 1_000_000n;
/** Virtual time a keystroke gets at once; a program that needs more is paced. */
const keystroke = 20n * millisecond;
/** One beat while a program runs: as much virtual as wall time. */
const beatMs = 50;
/** A lab whose person thinks longer than this is stopped, so that it burns no CPU. */
const thinkMs = 2000;
/** Ctrl-]. */
const escapeKey = 0x1d;

/** Lines from a pipe: each is typed, its output printed when the prompt is back. Exit code 0. */
export async function followLines(lab: Lab, view: ConsoleView, host: string): Promise<number> {
  process.stdout.write(view.take(host));
  for await (const line of createInterface({ input: process.stdin })) {
    await lab.send([
      { kind: 'input', host, bytes: Buffer.from(`${line}\n`) },
      { kind: 'advance', ns: keystroke },
    ]);
    while (!lab.over && !view.atPrompt(host)) await lab.send([{ kind: 'advance', ns: 1000n * millisecond }]);
    process.stdout.write(view.take(host));
    if (lab.over) break;
  }
  process.stdout.write('\n');
  return 0;
}

/** Keys of a person at a terminal in raw mode; returns when Ctrl-] q was typed or the lab is over. */
export async function followTerminal(lab: Lab, view: ConsoleView, first: string): Promise<number> {
  const keys = new Keys(view.hosts, first);
  const { stdin, stdout } = process;
  const resized = (): void => keys.resize();
  stdin.setRawMode(true);
  stdin.on('data', keys.take);
  stdout.on('resize', resized);
  keys.resize();
  try {
    while (!keys.left && !lab.over) await beat(lab, view, keys);
  } finally {
    stdin.setRawMode(false);
    stdin.off('data', keys.take);
    stdout.off('resize', resized);
    stdin.pause();
  }
  stdout.write('\n');
  return 0;
}

async function beat(lab: Lab, view: ConsoleView, keys: Keys): Promise<void> {
  const { host } = keys;
  const orders = keys.orders();
  if (orders.length > 0) {
    await lab.send([...orders, { kind: 'advance', ns: keystroke }]);
  } else if (!view.atPrompt(host)) {
    await Promise.all([lab.send([{ kind: 'advance', ns: BigInt(beatMs) * millisecond }]), pause(beatMs)]);
  } else if (!(await keys.pressed(thinkMs))) {
    lab.rest();
    await keys.pressed(undefined);
  }
  process.stdout.write(view.take(keys.host));
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    deadline(ms, resolve);
  });
}

type KeyOrder = Parameters<Lab['send']>[0][number];

/** What was typed and not yet handed over, and to which host it goes. */
class Keys {
  host: string;
  left = false;
  readonly #hosts: readonly string[];
  #escaped = false;
  #orders: KeyOrder[] = [];
  #wake: (() => void) | undefined;

  constructor(hosts: readonly string[], first: string) {
    this.#hosts = hosts;
    this.host = first;
  }

  readonly take = (bytes: Buffer): void => {
    const typed: number[] = [];
    for (const byte of bytes) {
      if (this.#escaped) this.#command(byte, typed);
      else if (byte === escapeKey) this.#escaped = true;
      else typed.push(byte);
    }
    if (typed.length > 0) this.#orders.push({ kind: 'input', host: this.host, bytes: Uint8Array.from(typed) });
    this.#wake?.();
  };

  /** After Ctrl-]: a host's number, `q`, or Ctrl-] for itself. */
  #command(byte: number, typed: number[]): void {
    this.#escaped = false;
    const key = String.fromCharCode(byte);
    const host = this.#hosts[Number(key) - 1];
    if (byte === escapeKey) typed.push(byte);
    else if (key === 'q') this.left = true;
    else if (host !== undefined) {
      this.host = host;
      this.#orders.push({ kind: 'advance', ns: 0n });
      process.stdout.write(`\r\n-- ${host}\r\n`);
    }
  }

  resize(): void {
    const { rows = 24, columns = 80 } = process.stdout;
    for (const host of this.#hosts) this.#orders.push({ kind: 'resize', host, rows, columns });
    this.#wake?.();
  }

  orders(): KeyOrder[] {
    return this.#orders.splice(0);
  }

  /** Resolves true at the next key, false when none came in time. */
  pressed(timeoutMs: number | undefined): Promise<boolean> {
    if (this.#orders.length > 0 || this.left) return Promise.resolve(true);
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const clock = timeoutMs === undefined ? undefined : deadline(timeoutMs, () => resolve(false));
    this.#wake = () => resolve(true);
    return promise.finally(() => {
      clock?.stop();
      this.#wake = undefined;
    });
  }
}
