import { shellQuoted } from '../../base/text.ts';
import type { Step } from '../../model/scenario.ts';
import { type Check, weightOf } from './check.ts';
import type { CheckLine, CommandLine } from './dat-lines.ts';
import type { Service } from './services.ts';
import type { TestConf } from './test-conf.ts';
import type { TestFiles } from './test-files.ts';

/** The commands of a test, and the checks of their output. */
export interface CommandOrder {
  readonly steps: readonly Step[];
  readonly checks: readonly Check[];
}

/** Steps that are in no file of the test: what the suite's driver and machines do by themselves. */
const driver = 'the driver';

/** What an order of commands is made from. */
export interface OrderInputs extends Pick<TestFiles, 'pretest' | 'evaltest' | 'posttest'> {
  readonly conf: TestConf;
  readonly services: readonly Service[];
}

/** Puts a test's lines into the driver's order: captures, pretest, evaltest, posttest, and no SAs and policies left. */
export function commandOrder(test: OrderInputs): CommandOrder {
  return new Composer(test).compose();
}

class Composer {
  readonly #test: OrderInputs;
  readonly #steps: Step[] = [];
  readonly #checks: Check[] = [];
  readonly #capturing: Set<string>;

  constructor(test: OrderInputs) {
    this.#test = test;
    this.#capturing = new Set(test.conf.tcpdumpHosts);
  }

  compose(): CommandOrder {
    const { conf, pretest, evaltest, posttest } = this.#test;
    this.#boot();
    for (const line of pretest.lines) this.#command(line, 'pretest.dat');
    for (const line of evaltest.lines) this.#check(line);
    for (const line of posttest.lines) this.#command(line, 'posttest.dat');
    for (const host of conf.ipsecHosts) this.#clean(host);
    return { steps: this.#steps, checks: this.#checks };
  }

  #type(host: string, remote: string, origin = { file: driver, line: 0 }): number {
    this.#steps.push({ kind: 'command', host, line: `run ${shellQuoted(remote)}`, origin });
    return this.#steps.length - 1;
  }

  #command({ host, remote, line }: CommandLine, file: string): void {
    this.#type(host, remote, { file, line });
  }

  /** What the machines start when they boot, and the driver before a test. */
  #boot(): void {
    const { conf, services } = this.#test;
    for (const host of new Set([...conf.ipsecHosts, ...conf.radiusHosts])) this.#type(host, 'rsyslogd');
    for (const host of conf.dbHosts) this.#type(host, makeDatabases);
    for (const { host, line } of services) this.#type(host, line);
    for (const host of conf.tcpdumpHosts) this.#type(host, startCapture);
  }

  #check({ host, remote, line, tcpdump, pattern, hit }: CheckLine): void {
    const origin = { file: 'evaltest.dat', line };
    if (tcpdump && this.#capturing.delete(host)) this.#type(host, stopCapture);
    const step = this.#type(host, remote, origin);
    const weight = tcpdump ? 'major' : weightOf(remote);
    this.#checks.push({ step, pattern, hit, weight });
  }

  /** Companions of IPComp's SAs may be left; nothing else may. */
  #clean(host: string): void {
    const states = this.#type(host, "ip xfrm state | grep 'proto.*spi' | grep -v 'proto 4'");
    const policies = this.#type(host, 'ip xfrm policy');
    for (const step of [states, policies]) this.#checks.push({ step, pattern: '.', hit: 'NO', weight: 'major' });
  }
}

/** In memory there, as the whole file system of a lab is. */
const makeDatabases = 'mkdir -p /etc/db.d; chgrp www-data /etc/db.d; chmod g+w /etc/db.d';

const startCapture =
  'tcpdump -l --immediate-mode -i eth0 not port ssh and not port domain >/tmp/tcpdump.log 2>/tmp/tcpdump.err.log </dev/null &';
/** No packet is lost: a command starts only when nothing else can run, tcpdump included. */
const stopCapture = 'pkill tcpdump; while pkill -0 tcpdump; do sleep 0.01; done';
