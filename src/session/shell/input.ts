import { createInterface } from 'node:readline';
import { deadline } from '../../base/deadline.ts';
import { warn } from '../../base/log.ts';
import type { Lab } from '../../lab/substrate/lifecycle.ts';
import type { ConsoleView } from './view.ts';

const millisecond = 1_000_000n;
/** The first step in which lines from a pipe let time pass. */
const firstStep = 20n * millisecond;
/** One beat while a program runs: as much virtual as wall time. */
const beatMs = 50;
/** A lab whose person thinks longer than this is stopped, so that it burns no CPU. */
const thinkMs = 2000;
/** Ctrl-]. */
const escapeKey = 0x1d;

/** One line about the keys. */
export function keysHelp(hosts: readonly string[]): string {
  const numbers = hosts.map((name, index) => `${index + 1} ${name}`).join('  ');
  return `hosts: ${numbers}; Ctrl-] and a number changes, Ctrl-] q leaves`;
}

/** Lines from a pipe wait this long on the lab's clock for their prompt. */
const patience = 24n * 3600n * 1000n * millisecond;

/** Lines from a pipe: each is typed, its output printed when the prompt is back. Returns the exit code. */
export async function followLines(lab: Lab, view: ConsoleView, host: string): Promise<number> {
  // A program that was started first comes to a prompt of its own.
  await promptIsBack(lab, view, host);
  process.stdout.write(view.take(host));
  for await (const line of createInterface({ input: process.stdin })) {
    await lab.send([{ kind: 'input', host, bytes: Buffer.from(`${line}\n`) }]);
    const back = await promptIsBack(lab, view, host);
    process.stdout.write(view.take(host));
    if (view.ended(host)) break;
    if (back) continue;
    warn(`${host}: no prompt after \`${line}\``);
    return 2;
  }
  process.stdout.write('\n');
  return 0;
}

/** Lets time pass in steps of a tenth of what has passed, so that an hour takes no more steps than a minute needs. */
async function promptIsBack(lab: Lab, view: ConsoleView, host: string): Promise<boolean> {
  let passed = 0n;
  while (!lab.over && !view.ended(host) && !view.atPrompt(host)) {
    if (passed > patience) return false;
    const ns = passed / 10n > firstStep ? passed / 10n : firstStep;
    await lab.send([{ kind: 'advance', ns }]);
    passed += ns;
  }
  return !lab.over;
}

/** Keys of a person at a terminal in raw mode; returns when Ctrl-] q was typed, or the shell or the lab has ended. */
export async function followTerminal(lab: Lab, view: ConsoleView, first: string): Promise<number> {
  const keys = new Keys(view.hosts, first);
  const { stdin, stdout } = process;
  const resized = (): void => keys.resize();
  stdin.setRawMode(true);
  stdin.on('data', keys.take);
  stdout.on('resize', resized);
  keys.resize();
  try {
    while (!keys.left && !lab.over && !view.ended(keys.host)) await beat(lab, view, keys);
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
    await lab.send(orders);
  } else if (!view.atPrompt(host) && !keys.tellStopped(view)) {
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
  /** Index of the host whose debugger is known to have stopped, -1: none. */
  #told = -1;
  #orders: KeyOrder[] = [];
  #wake: (() => void) | undefined;

  constructor(hosts: readonly string[], first: string) {
    this.#hosts = hosts;
    this.host = first;
  }

  readonly take = (bytes: Buffer): void => {
    let typed: number[] = [];
    // Keys in front of a change of hosts, which may come in one piece with it, are still the old host's.
    const handOver = (): void => {
      if (typed.length > 0) this.#orders.push({ kind: 'input', host: this.host, bytes: Uint8Array.from(typed) });
      typed = [];
    };
    for (const byte of bytes) {
      if (this.#escaped && byte !== escapeKey) {
        handOver();
        this.#command(String.fromCharCode(byte));
      } else if (this.#escaped || byte !== escapeKey) typed.push(byte);
      this.#escaped = byte === escapeKey && !this.#escaped;
    }
    handOver();
    this.#wake?.();
  };

  /** After Ctrl-]: a host's number or `q`. (Ctrl-] again is the key itself.) */
  #command(key: string): void {
    const host = this.#hosts[Number(key) - 1];
    if (key === 'q') this.left = true;
    else if (host !== undefined) {
      this.host = host;
      this.#orders.push({ kind: 'advance', ns: 0n });
      process.stdout.write(`\r\n-- ${host}\r\n`);
    } else process.stdout.write(`\r\n${keysHelp(this.#hosts)}\r\n`);
  }

  resize(): void {
    const { rows = 24, columns = 80 } = process.stdout;
    for (const host of this.#hosts) this.#orders.push({ kind: 'resize', host, rows, columns });
    this.#wake?.();
  }

  orders(): KeyOrder[] {
    return this.#orders.splice(0);
  }

  /** True where a debugger of another host has stopped: then the clock stands for this one too. Says so once. */
  tellStopped(view: ConsoleView): boolean {
    const stopped = this.#hosts.findIndex((host) => view.atDebugger(host));
    if (stopped >= 0 && stopped !== this.#told) {
      const name = this.#hosts[stopped];
      process.stdout.write(`\r\n-- the debugger on ${name} has stopped; Ctrl-] ${stopped + 1} goes there\r\n`);
    }
    this.#told = stopped;
    return stopped >= 0;
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
