import { expect, file, type Host, linux } from 'espalier';

/** First addresses of the first link, as `links` gives them out. */
export const addresses = {
  4: { west: '198.18.1.1', east: '198.18.1.2', eastControl: '198.18.2.2' },
  6: { west: '2001:db8:1::1', east: '2001:db8:1::2', eastControl: '2001:db8:2::2' },
} as const;
export type Family = keyof typeof addresses;
export const families = [4, 6] as const;

/** More than a usual machine has: its own scheduler then adds places at which a CPU is left for another. */
const cpus = 4;

/** Shell scripts that run at the same time, by name. */
export type Jobs = Readonly<Record<string, string>>;

/** Batches of ip(8) by name; lines are without `ip`. */
export type Batches = Readonly<Record<string, readonly string[]>>;

export interface Work {
  readonly jobs: Jobs;
  readonly batches: Batches;
}

const [jobFolder, batchFolder] = ['/root/jobs', '/root/batches'];

/** The path of a batch. */
export const batchOf = (name: string): string => `${batchFolder}/${name}`;

function filesOf({ jobs, batches }: Work): Record<string, ReturnType<typeof file> | string> {
  return {
    '/root/together.sh': file('together.sh'),
    '/root/rekey.py': file('rekey.py'),
    '/root/manager.py': file('manager.py'),
    ...Object.fromEntries(Object.entries(jobs).map(([name, script]) => [`${jobFolder}/${name}.sh`, `${script}\n`])),
    ...Object.fromEntries(Object.entries(batches).map(([name, lines]) => [batchOf(name), `${lines.join('\n')}\n`])),
  };
}

/** Two hosts on one link, and on a second one over which they agree. Their kernel has several CPUs. */
export function labOf(west: Work, east: Work) {
  return {
    hosts: { west: linux({ files: filesOf(west) }), east: linux({ files: filesOf(east) }) },
    links: { wan: ['west', 'east'], control: ['west', 'east'] },
    clock: 'real',
    cpus,
    timeout: 90,
    tolerates: [{ what: 'half-open', why: 'SAs are made by hand, first on one host' }],
  } as const;
}

/** Microseconds that all processes get to be there before the first of them begins. */
const head = 2_000_000;

/** Runs all jobs of both hosts at the same time; each has to succeed, and all CPUs take part. */
export async function together({ west, east }: { readonly west: Host; readonly east: Host }): Promise<void> {
  await expect(Number((await west.exec('nproc')).stdout), { what: 'CPUs', host: west }).toBe(cpus);
  const before = await busyTimes(west);
  const moment = (await west.exec(`echo $((\${EPOCHREALTIME/./} + ${head}))`)).stdout.trim();
  const run = `bash /root/together.sh ${moment} ${jobFolder}`;
  await east.exec(`${run} &`);
  await west.exec(run);
  await east.exec('wait');
  for (const host of [west, east]) await expect(await failures(host), { what: 'jobs that failed', host }).toBe('');
  const after = await busyTimes(west);
  const idle = after.filter((ticks, cpu) => ticks === before[cpu]);
  await expect(idle.length, { what: 'CPUs that did nothing' }).toBe(0);
  // It switches itself off once it has reported, or has no room left.
  await expect(west).toRun('cat /proc/lockdep_stats', { prints: /debug_locks: +1\b/ });
}

async function failures(host: Host): Promise<string> {
  const look = `s=$(cat $f.status); [ "$s" = 0 ] || { echo "$f: status $s"; tail -n 3 $f.out; }`;
  return (await host.exec(`for f in $(ls ${jobFolder}/*.sh | sed 's/[.]sh$//'); do ${look}; done`)).stdout;
}

/** Ticks that each CPU has computed so far (proc_stat(5)): all of its line but idle and iowait. */
async function busyTimes(host: Host): Promise<number[]> {
  const lines = (await host.read('/proc/stat')).split('\n').filter((line) => /^cpu\d/.test(line));
  return lines.map((line) => {
    const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0] = line.split(/\s+/).slice(1).map(Number);
    return user + nice + system + irq + softirq;
  });
}

/** The file that is there once a job has ended. */
export const statusOf = (job: string): string => `${jobFolder}/${job}.status`;

/** What a job has printed. */
export const jobOutput = (host: Host, job: string): Promise<string> => host.read(`${jobFolder}/${job}.out`);

/** Packets that a job's `ping -q` has sent and got answers to. */
export async function pinged(host: Host, job: string): Promise<{ readonly sent: number; readonly answered: number }> {
  const [, sent = 'NaN', answered = 'NaN'] =
    /(\d+) packets transmitted, (\d+) received/.exec(await jobOutput(host, job)) ?? [];
  return { sent: Number(sent), answered: Number(answered) };
}

/** Datagrams that a host has not put together of their fragments (ReasmFails of RFC 4293). */
export async function reassemblyFailures(host: Host): Promise<number> {
  const [names = '', values = ''] = (await host.read('/proc/net/snmp'))
    .split('\n')
    .filter((line) => line.startsWith('Ip:'));
  const four = Number(values.split(' ')[names.split(' ').indexOf('ReasmFails')]);
  const six = Number(/^Ip6ReasmFails\s+(\d+)$/m.exec(await host.read('/proc/net/snmp6'))?.[1]);
  return four + six;
}

/** Packets that a host's IPsec has lost so far, by reason; only those that there are. */
export async function lost(host: Host): Promise<Readonly<Record<string, number>>> {
  return Object.fromEntries(Object.entries(await host.xfrmStat()).filter(([, count]) => count > 0));
}
