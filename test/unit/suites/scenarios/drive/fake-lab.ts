/** A lab without a lab: what would be typed is kept, and answered by a function. */
import { slices } from '../../../../../src/daemons/table.ts';
import type { Check } from '../../../../../src/model/checks.ts';
import type { Stack } from '../../../../../src/model/stacks.ts';
import type { Matchers } from '../../../../../src/suites/scenarios/api/matchers.ts';
import { CheckBook } from '../../../../../src/suites/scenarios/drive/check-book.ts';
import { DrivenDaemonHost } from '../../../../../src/suites/scenarios/drive/daemon-host.ts';
import type { HostInputs } from '../../../../../src/suites/scenarios/drive/host.ts';
import { makeMatchers } from '../../../../../src/suites/scenarios/drive/matchers.ts';
import type { Stepper, Typed } from '../../../../../src/suites/scenarios/drive/stepper.ts';

export interface Answer {
  readonly status: number;
  readonly stdout: string;
}

export interface FakeLab {
  readonly west: DrivenDaemonHost;
  readonly east: DrivenDaemonHost;
  readonly typed: readonly Typed[];
  readonly stepper: Stepper;
  readonly book: CheckBook;
  readonly checks: Check[];
  readonly expect: (host: DrivenDaemonHost) => Matchers;
}

/** Virtual time passes in it by waiting alone. */
export function fakeLab(
  answer: (line: string) => Partial<Answer> = () => ({}),
  daemon = 'strongswan',
  stack?: Stack,
): FakeLab {
  const typed: Typed[] = [];
  let now = 0n;
  const type = async (one: Typed) => {
    typed.push(one);
    return { status: 0, stdout: '', begin: now, end: now, line: one.line, ...answer(one.line) };
  };
  const stepper = {
    get now() {
      return now;
    },
    wall: 0n,
    gone: false,
    deaths: () => [],
    sightings: () => [],
    tables: () => ({ sas: [], policies: [] }),
    called: (_: unknown, work: () => unknown) => work(),
    advance: async (ns: bigint) => {
      now += ns;
    },
    type,
    must: type,
  } as unknown as Stepper;
  const book = new CheckBook(stepper);
  const matchers: HostInputs['matchers'] = (host, soft) => makeMatchers({ host, soft, stepper, book, links: [] });
  const slice = slices.find(({ name }) => name === daemon) ?? slices[0];
  if (slice === undefined) throw new Error('there is no daemon');
  const version = slice.default;
  const control = slice.control(version, stack ?? slice.stacks[0]);
  const hostOf = (name: string, address: string): DrivenDaemonHost =>
    new DrivenDaemonHost(
      {
        host: { name, nics: [{ name: 'eth0', link: 'net', mac: '02:00:00:00:00:01', addresses: [address] }] } as never,
        stepper,
        book,
        matchers,
      },
      { daemon: { id: slice.name, slice, version, stack: stack ?? slice.stacks[0], image: '', control }, views: [] },
    );
  const [west, east] = [hostOf('west', '192.0.2.1/24'), hostOf('east', '192.0.2.2/24')];
  const expect = (host: DrivenDaemonHost): Matchers => matchers(host, true);
  return { west, east, typed, stepper, book, checks: book.checks, expect };
}
