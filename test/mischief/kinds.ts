import type { Attempt } from '../../src/evidence/attempt/attempt.ts';
import type { LabPlan } from '../../src/model/scenario.ts';
import type { Draw } from './draw.ts';
import { endingLine, type Living, livingDaemons, type Protected, protectedFlows, type Span } from './places.ts';
import { quoted } from './script.ts';

/** What goes wrong in a lab: where, when, and the program that does it. */
export interface Deed {
  readonly host: string;
  /** Virtual nanoseconds since 1970. */
  readonly moment: bigint;
  /** In Perl (script.ts). */
  readonly action: string;
  /** What is told of it, beside its kind. */
  readonly about: string;
}

/** An undisturbed lab, and by what to draw. */
export interface Scene {
  readonly attempt: Attempt;
  readonly plan: LabPlan;
  readonly draw: Draw;
  /** Names of daemons' processes. */
  readonly daemons: readonly string[];
}

/** A kind of mischief; `deed` is undefined where the lab has no place for it. */
export interface Kind {
  readonly id: string;
  readonly deed: (scene: Scene) => Deed | undefined;
  /**
   * Why the deed says nothing of the lab in which it happened, if so; found in that lab, which is not the undisturbed one to the
   * second: another process may wait for a lock. Undefined: it cannot miss.
   */
  readonly missed?: (attempt: Attempt, deed: Pick<Deed, 'host' | 'moment'>) => string | undefined;
}

function somewhere<Place extends Span & { readonly host: string }>(
  { draw }: Scene,
  places: readonly Place[],
  action: (place: Place) => Pick<Deed, 'action' | 'about'>,
): Deed | undefined {
  if (places.length === 0) return undefined;
  const place = draw.of(places);
  return { host: place.host, moment: draw.between(place.from, place.to), ...action(place) };
}

const flows = ({ attempt, plan }: Scene): Protected[] => protectedFlows(attempt, plan);
const living = ({ attempt, daemons }: Scene): Living[] => livingDaemons(attempt, daemons);

const clear = ({ nic, source, destination }: Protected): string =>
  `raw(${quoted(nic)}, 1, datagram(${quoted(nic)}, ${quoted(source)}, ${quoted(destination)}));`;
const flowText = ({ source, destination }: Protected): string => `${source} > ${destination}`;

/** Deletes the policy, lets a packet out, and puts the policy back. */
function hole(place: Protected): string {
  const { selector, templates, priority } = place.policy;
  const ends = [selector.source, selector.destination].map(({ address, prefix }) => `${address}/${prefix}`);
  const which = `src ${ends[0]} dst ${ends[1]} dir out`;
  const how = templates.map(({ source, destination, protocol, mode, reqid }) => {
    const between = mode === 'tunnel' ? `src ${source} dst ${destination} ` : '';
    return `tmpl ${between}proto ${protocol} reqid ${reqid} mode ${mode}`;
  });
  const add = `ip xfrm policy add ${which} priority ${priority} ${how.join(' ')}`;
  return `system(${quoted(`ip xfrm policy delete ${which}`)}); ${clear(place)} system(${quoted(add)});`;
}

/** Policies that choose nothing, a packet between two batches of them. */
function flooded(place: Protected): string {
  const batch = (net: number): string =>
    `open(my $f${net}, '|-', 'ip -batch -'); for my $i (0 .. 39999) { printf $f${net} "xfrm policy add src 240.%d.%d.%d/32 dst 24${net}.0.0.0/8 dir fwd\\n", $i / 62500, $i / 250 % 250, $i % 250; } close $f${net};`;
  return `${batch(1)} ${clear(place)} ${batch(2)}`;
}

const signalled = 'a daemon was signalled';

/** What a deed did goes to the kernel's log, where nothing is judged by it. */
const say = (text: string): string => `open(my $k, '>', '/dev/kmsg'); print $k "<4>mischief: ${text}\\n";`;

function hasSaid(attempt: Attempt, text: string): boolean {
  return Buffer.from(attempt.read('kernel.log') ?? []).includes(`mischief: ${text}`);
}

function signal(id: string): Kind {
  return {
    id: `daemon ended by ${id}`,
    deed: (scene) =>
      somewhere(scene, living(scene), ({ names }) => ({
        action: `my ($daemon) = processes(${names.map(quoted).join(', ')}); if ($daemon && kill('${id}', $daemon)) { ${say(signalled)} }`,
        about: '',
      })),
    missed: (attempt, { host, moment }) => {
      if (!hasSaid(attempt, signalled)) return 'no daemon was there to be signalled';
      const ending = endingLine(attempt, host, moment);
      return ending === undefined ? undefined : `the test itself ends daemons by then: ${ending}`;
    },
  };
}

const ofFlow = (id: string, action: (place: Protected) => string): Kind => ({
  id,
  deed: (scene) => somewhere(scene, flows(scene), (place) => ({ action: action(place), about: flowText(place) })),
});

const anywhere = (id: string, action: (nic: string) => string): Kind => ({
  id,
  deed: (scene) =>
    somewhere(scene, [...living(scene), ...flows(scene)], ({ host }) => {
      const nic = scene.plan.topology.hosts.find(({ name }) => name === host)?.nics[0]?.name ?? 'eth0';
      return { action: action(nic), about: '' };
    }),
});

/** The one table: what a lab must not be green with. */
export const kinds: readonly Kind[] = [
  ...['KILL', 'SEGV', 'ABRT', 'BUS', 'ILL', 'FPE', 'TRAP', 'SYS', 'TERM'].map(signal),
  ofFlow('packet in clear', clear),
  ofFlow('policy away for a packet', hole),
  ofFlow('packet in clear between 80,000 events', flooded),
  ofFlow('packet in clear behind a clock set back', (place) => `system('date -s -2years'); ${clear(place)}`),
  ofFlow(
    'packet in clear behind more than the ring holds',
    (place) =>
      `raw(${quoted(place.nic)}, 14000, ("\\xff" x 6) . hardware(${quoted(place.nic)}) . "\\x88\\xb5" . ("x" x 1480)); ${clear(place)}`,
  ),
  anywhere('console flooded', () => `open(my $t, '>', '/dev/pts/0'); print $t 'flood ' x 200 for 1 .. 20000;`),
  anywhere(
    'program ended by ABRT',
    () => `if (my $child = fork()) { kill('ABRT', $child); wait(); } else { sleep(9); }`,
  ),
  anywhere(
    'ESP of nobody',
    (nic) =>
      `raw(${quoted(nic)}, 1, packet(${quoted(nic)}, '192.0.2.77', '192.0.2.78', 50, pack('NN', 0x77777777, 1) . ('x' x 64)));`,
  ),
  anywhere(
    'warning of the kernel',
    () =>
      `open(my $k, '>', '/dev/kmsg'); print $k "<4>WARNING: CPU: 0 PID: 7 at net/xfrm/xfrm_state.c:1 xfrm_state_gc+0x1/0x2\\n";`,
  ),
];

/** What the control does at some time, so that both labs have the same processes. */
export const nothing = '1;';
