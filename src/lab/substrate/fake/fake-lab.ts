import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { deadline, nextTurn } from '../../../base/deadline.ts';
import { EspalierError } from '../../../base/errors.ts';
import { postMortemStep } from '../../../evidence/records/decode.ts';
import { recordType } from '../../../evidence/records/record.ts';
import type { Step } from '../../../model/scenario.ts';
import type { Activity, BackendEnd, BackendLab, LabRequest, Order } from '../substrate.ts';
import { type FakeEffect, type FakeShell, interpret, randomSource } from './commands.ts';
import { Recorder } from './recorder.ts';

const floodCap = 1 << 20;
/** Commands of a fake take this much virtual time at least. */
const commandNs = 1_000_000n;

/** Thrown through the interpreter to end the lab. */
interface Stop {
  readonly end: BackendEnd;
  /** The guest could still say that it ended. */
  readonly inOrder: boolean;
}

/** A lab whose plan's lines are interpreted in this process. */
export class FakeLab implements BackendLab {
  readonly ended: Promise<BackendEnd>;
  readonly #request: LabRequest;
  readonly #recorder: Recorder;
  readonly #shells: ReadonlyMap<string, FakeShell>;
  readonly #killed = Promise.withResolvers<Stop>();
  readonly #finished = Promise.withResolvers<void>();
  #dead = false;
  readonly #holding = Promise.withResolvers<void>();
  #orders = 0;
  #commands = 0;
  #spinsSince: number | undefined;
  #hangs = false;

  constructor(request: LabRequest) {
    const { plan, dir } = request;
    const names = plan.topology.hosts.map(({ name }) => name);
    const random = randomSource(request.seed);
    this.#request = request;
    this.#recorder = new Recorder(dir, names, plan.timing.start);
    for (const { name } of plan.topology.links) this.#recorder.link(name);
    this.#shells = new Map(
      names.map((host) => [host, { host, cwd: plan.cwd, notice: '', jobs: 0, files: new Map(), random }]),
    );
    this.#recorder.kernel('Linux version 0.0-fake');
    this.ended = Promise.race([this.#killed.promise, this.#course()]).then((stop) => this.#close(stop));
  }

  cpuMs(): number {
    const spun = this.#spinsSince === undefined ? 0 : (performance.now() - this.#spinsSince) * 1000;
    return Math.round(this.#commands + spun);
  }

  activity(): Activity {
    return this.#hangs ? 'asleep' : 'runs';
  }

  async send(orders: readonly Order[]): Promise<void> {
    await Promise.race([this.#holding.promise, this.ended]);
    this.#orders += 1;
    for (const order of orders) {
      if (this.#dead) return;
      if (order.kind === 'end') this.#finished.resolve();
      else if (order.kind === 'advance') this.#recorder.advance(order.ns);
      else if (order.kind === 'command') await this.#ordered(order);
      else if (order.kind === 'input') await this.#input(order.host, Buffer.from(order.bytes).toString());
    }
    if (!this.#dead && !orders.some(({ kind }) => kind === 'end')) this.#recorder.stepEnd(this.#orders);
  }

  kill(): void {
    this.#dead = true;
    this.#killed.resolve({ end: { status: 'SIGKILL' }, inOrder: false });
  }

  async #course(): Promise<Stop> {
    try {
      await this.#runPlan();
      return { end: { status: '0' }, inOrder: true };
    } catch (stop) {
      // The seam's `ended` never rejects: a mistake in the plan shows as a lab that died of it.
      if (stop instanceof Error) return { end: { status: 'error', detail: stop.message }, inOrder: false };
      return stop as Stop;
    }
  }

  async #runPlan(): Promise<void> {
    const { plan, hold } = this.#request;
    this.#recorder.advance(plan.timing.warmup);
    for (const [index, step] of plan.steps.entries()) {
      if (step.kind === 'comment') continue;
      await this.#command(step, index);
      this.#recorder.advance(plan.timing.gap);
    }
    if (hold) {
      this.#recorder.stepEnd(0);
      this.#holding.resolve();
      await this.#finished.promise;
    }
    if (plan.postMortem !== undefined) this.#postMortem(plan.postMortem);
  }

  #postMortem(line: string): void {
    for (const host of this.#shells.keys()) {
      this.#recorder.postMortem(host, true);
      this.#recorder.begin(host, postMortemStep, line);
      this.#recorder.end(host, 0, this.#request.plan.cwd);
      this.#recorder.postMortem(host, false);
    }
  }

  async #input(host: string, text: string): Promise<void> {
    for (const line of text.split('\n').filter((part) => part !== '')) {
      await this.#ordered({ host, line, step: postMortemStep });
    }
  }

  async #ordered(order: Pick<Step, 'host' | 'line'> & { readonly step: number }): Promise<void> {
    await this.#command(order, order.step).catch((stop: Stop) => this.#killed.resolve(stop));
    this.#recorder.advance(this.#request.plan.timing.gap);
  }

  async #command({ host, line }: Pick<Step, 'host' | 'line'>, step: number): Promise<void> {
    const shell = this.#shells.get(host);
    if (shell === undefined) throw new EspalierError('scenario', `no host is named ${host}`, { host, command: line });
    // Gives kill() and the watchdogs a turn between any two commands.
    await nextTurn();
    if (this.#dead) return;
    this.#commands += 1;
    this.#recorder.begin(host, step, line);
    const { output = '', status = 0, ns = 0n, effect, frames = [], kernel = [], traffic } = interpret(line, shell);
    const tables = frames.filter(({ type }) => type === recordType.xfrmStates || type === recordType.xfrmPolicies);
    const events = frames.filter((frame) => !tables.includes(frame));
    for (const { type, payload } of events) this.#recorder.frame(type, host, payload);
    for (const text of kernel) this.#recorder.printk(text);
    if (traffic !== undefined) this.#recorder.link(traffic.link, traffic.frames);
    this.#recorder.output(host, Buffer.from(output));
    if (effect !== undefined) await this.#apply(effect, host);
    if (this.#dead) return;
    const limit = this.#request.plan.timing.deadline;
    this.#recorder.advance(ns > limit ? limit : ns + commandNs);
    if (ns > limit) this.#trouble(host, `timeout after ${limit / 1_000_000_000n} s`);
    this.#recorder.end(host, status, shell.cwd);
    for (const { type, payload } of tables) this.#recorder.frame(type, host, payload);
  }

  async #apply(effect: FakeEffect, host: string): Promise<void> {
    switch (effect.kind) {
      case 'wall':
        return this.#wall(effect.ms);
      case 'spin':
        this.#spinsSince = performance.now();
        return this.#killed.promise.then(() => {});
      case 'hang':
        this.#hangs = true;
        return this.#killed.promise.then(() => {});
      case 'flood':
        this.#recorder.output(host, Buffer.alloc(floodCap, 'flood\n'));
        return this.#trouble(host, `flood of more than ${floodCap} bytes`);
      case 'exit':
        return this.#trouble(host, 'shell-exit status 0');
      case 'panic':
        return this.#crash('Kernel panic - not syncing: asked for', 'panic');
      case 'out-of-memory':
        return this.#crash('Out of memory: Killed process 1 (fake)', 'out-of-memory');
      case 'die':
        this.#recorder.torn();
        throw { end: { status: 'SIGSEGV' }, inOrder: false } satisfies Stop;
    }
  }

  async #wall(ms: number): Promise<void> {
    const over = Promise.withResolvers<void>();
    using _timer = deadline(ms, over.resolve);
    await Promise.race([over.promise, this.#killed.promise]);
  }

  #crash(detail: string, fault: 'panic' | 'out-of-memory'): never {
    this.#recorder.kernel(detail);
    throw { end: { status: '134', fault, detail }, inOrder: false } satisfies Stop;
  }

  #trouble(host: string, text: string): never {
    this.#recorder.trouble(host, text);
    throw { end: { status: '0' }, inOrder: true } satisfies Stop;
  }

  #close({ end, inOrder }: Stop): BackendEnd {
    this.#dead = true;
    if (inOrder) {
      this.#collect();
      this.#recorder.labEnd();
    }
    this.#recorder.close();
    return end;
  }

  #collect(): void {
    for (const { host, files } of this.#shells.values()) {
      for (const [path, content] of files) {
        const target = join(this.#request.dir, 'files', host, path);
        mkdirSync(dirname(target), { recursive: true });
        writeFileSync(target, content);
      }
    }
  }
}
