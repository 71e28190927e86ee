/** A farm whose workers are killed, stopped and cut off, whose database ends in disorder, and whose driver is killed. */
import { deadline, every, until } from '../../../src/base/deadline.ts';
import { type Ended, reference } from '../sandbox.ts';
import type { Running } from './cluster.ts';
import type { Field } from './field.ts';
import { Line } from './line.ts';

/** How much of it. */
export interface ChaosOptions {
  readonly jobs: number;
  readonly workers: number;
  /** Wall milliseconds of a job. */
  readonly jobMs: number;
  /** Milliseconds between two disturbances. */
  readonly everyMs: number;
  /** Milliseconds for which a worker is stopped or cut off. */
  readonly awayMs: number;
  /** How often the database ends without order in the middle. */
  readonly restarts: number;
}

const kinds = ['killed', 'stopped', 'broken', 'silent'] as const;
type Kind = (typeof kinds)[number];

/** Something that was done to a worker, or to the database. */
export interface Disturbance {
  /** Absent: all workers meet it. */
  readonly worker?: string;
  readonly kind: Kind | 'restart';
  /** Wall clock, milliseconds. */
  readonly at: number;
}

/** What came of it. */
export interface ChaosEnd {
  readonly wallMs: number;
  readonly disturbances: readonly Disturbance[];
  /** Late results of which workers heard that they were refused. */
  readonly refused: number;
}

interface Place {
  worker: Running;
  readonly line: Line;
  away: boolean;
}

const nameOf = (at: number): string => `job-${String(at).padStart(5, '0')}`;
const nameOfPlace = (at: number): string => `place-${at}`;

/**
 * Has a run made under disturbance: its driver is killed once the farm has all of it. Which worker meets what follows from its
 * turn, so that every kind comes as often. The run is collected at the end.
 */
export class Chaos {
  readonly #field: Field;
  readonly #options: ChaosOptions;
  readonly #places: Place[] = [];
  readonly #all: Running[] = [];
  readonly #disturbances: Disturbance[] = [];
  #turn = 0;

  constructor(field: Field, options: ChaosOptions) {
    this.#field = field;
    this.#options = options;
  }

  /** Goes on until every job has a result at the farm and everybody was back; no worker is left. */
  async run(): Promise<ChaosEnd> {
    const { jobs, workers, everyMs, restarts } = this.#options;
    await this.#send();
    for (let at = 0; at < workers; at += 1) this.#places.push(await this.#place(at));
    await this.#done(1);
    const started = performance.now();
    {
      using _disturbing = every(everyMs, () => this.#disturb());
      for (let restart = 1; restart <= restarts; restart += 1) {
        await this.#done(Math.floor((jobs * restart) / (restarts + 2)));
        this.#disturbances.push({ kind: 'restart', at: Date.now() });
        this.#field.cluster.down('immediate');
        await this.#field.cluster.up();
      }
      await this.#done(jobs);
    }
    const wallMs = performance.now() - started;
    await this.#idle();
    for (const { worker } of this.#places) worker.child.kill('SIGTERM');
    for (const { worker } of this.#places) await worker.ended(60_000);
    const refused = this.#all.reduce((sum, { said }) => sum + said.split('a result came too late').length - 1, 0);
    return { wallMs, disturbances: this.#disturbances, refused };
  }

  /** A driver comes back for the results. */
  collect(): Promise<Ended> {
    return this.#field.espalier(['run', '--attach', 'latest'], this.#field.driverEnvironment);
  }

  /** Sends the run by a driver that is killed then. */
  async #send(): Promise<void> {
    const { jobs, jobMs } = this.#options;
    const line = `fake: wall ${jobMs}`;
    const test = { 'eastinit.sh': `${line}\n`, 'east.console.txt': reference('east', [line]) };
    this.#field.box.add(Object.fromEntries(Array.from({ length: jobs }, (_, at) => [nameOf(at), test])));
    const driver = this.#field.driver(['run', '--substrate', 'fake', '--suite', 'testing']);
    const sent = async () => {
      if (driver.child.exitCode !== null) throw new Error(driver.said);
      return (await this.#count('task')) === jobs;
    };
    await until(sent, { what: 'the farm to have the run', timeoutMs: 3_600_000, intervalMs: 300 });
    driver.child.kill('SIGKILL');
    await driver.ended();
  }

  async #place(at: number): Promise<Place> {
    const line = await Line.open(this.#field.scope, Number(new URL(this.#field.address).port));
    return { line, away: false, worker: this.#start(at, line) };
  }

  #start(at: number, line: Line): Running {
    const name = nameOfPlace(at);
    const worker = this.#field.worker(['--name', name, '--machine', name], { ESPALIER_FARM: line.address });
    this.#all.push(worker);
    return worker;
  }

  #disturb(): void {
    const at = this.#turn % this.#places.length;
    const kind = kinds[this.#turn % kinds.length] as Kind;
    // Every worker meets every kind.
    this.#turn += at === this.#places.length - 1 ? 2 : 1;
    const place = this.#places[at];
    if (place === undefined || place.away) return;
    this.#disturbances.push({ worker: nameOfPlace(at), kind, at: Date.now() });
    if (kind === 'killed') {
      place.worker.child.kill('SIGKILL');
      place.worker = this.#start(at, place.line);
      return;
    }
    place.away = true;
    if (kind === 'stopped') place.worker.child.kill('SIGSTOP');
    else place.line.cut(kind);
    deadline(this.#options.awayMs, () => {
      place.worker.child.kill('SIGCONT');
      place.line.mend();
      place.away = false;
    });
  }

  async #done(wanted: number): Promise<void> {
    const ask = async () => {
      for (const { worker } of this.#places) if (worker.child.exitCode !== null) throw new Error(worker.said);
      return (await this.#count('result')) >= wanted;
    };
    await until(ask, { what: `${wanted} results`, timeoutMs: 3_600_000, intervalMs: 200 });
  }

  /** Whoever is away comes back with what nobody waits for any more. */
  async #idle(): Promise<void> {
    const isBack = () => this.#places.every(({ away }) => !away);
    await until(isBack, { what: 'all workers to be back', timeoutMs: 2 * this.#options.awayMs });
    const isIdle = async () => (await this.#count('lease')) === 0;
    await until(isIdle, { what: 'the farm to be idle', timeoutMs: 60_000, intervalMs: 200 });
  }

  /** Rows of a table; -1 while the database is away. */
  async #count(table: 'task' | 'result' | 'lease'): Promise<number> {
    const rows = await this.#field.sql(`select count(*)::int as rows from espalier_farm.${table}`).catch(() => []);
    return (rows as { rows: number }[])[0]?.rows ?? -1;
  }
}
