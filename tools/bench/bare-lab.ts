/**
 * The yardstick of the bench: the same hosts and commands in the same User Mode Linux, started by
 * one shell script in place of Espalier. No console, no records, no captures, no frozen clock.
 */
import { spawn } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EspalierError } from '../../src/base/errors.ts';
import { run, tail } from '../../src/base/processes.ts';
import { shellQuoted } from '../../src/base/text.ts';
import type { LabPlan } from '../../src/model/scenario.ts';
import type { Host } from '../../src/model/topology.ts';
import { readErofs } from '../../src/supply/image/erofs/reader.ts';
import { writeTar } from '../../src/supply/image/erofs/tar-writer.ts';
import { ensureGuest } from '../../src/supply/kernel/guest.ts';
import { memoryFolder } from '../../src/supply/kernel/lab-memory.ts';

/** What the bare process took. */
export interface BareResult {
  readonly cpuMs: number;
  /** Start to the first command, wall. */
  readonly bootMs: number;
  readonly wallMs: number;
  /** Everything the commands printed. */
  readonly output: string;
}

/** Printed by the script when all hosts stand. */
const firstCommand = '@@ first command';

/** Makes a host's root, then waits until it is plugged in and configures its network. */
function hostScript(plan: LabPlan, host: Host): string {
  const images = [...new Set(Object.values(plan.images))];
  const mine = `/tmp/${host.name}`;
  const overlay = (lower: string, name: string, at: string): string =>
    `mkdir -p ${mine}/${name}.up ${mine}/${name}.work ${at}
mount -t overlay -o lowerdir=${lower},upperdir=${mine}/${name}.up,workdir=${mine}/${name}.work overlay ${at}`;
  const root = `${mine}/root`;
  const trees = plan.sharedTrees.map((tree, index) => {
    const lower = tree.layers.map((_, layer) => `/tmp/tree${index}.${layer}`).join(':');
    return overlay(lower, `tree${index}`, `${root}${tree.path}`);
  });
  const routes = host.routes.map(({ to, via }) => `ip route add ${to} via ${via}`);
  const addresses = host.nics.flatMap(({ name, addresses: all }) => all.map((one) => `ip addr add ${one} dev ${name}`));
  return `hostname ${host.name}
${overlay(`/tmp/image${images.indexOf(plan.images[host.name] ?? '')}`, 'root', root)}
${trees.join('\n')}
mount -t proc proc ${root}/proc
mount -t sysfs sys ${root}/sys
mount -t tmpfs tmpfs ${root}/run
mount -t tmpfs tmpfs ${root}/tmp
mount --rbind /dev ${root}/dev
${plan.files
  .map((file, index) => [file, index] as const)
  .filter(([file]) => file.host === '*' || file.host === host.name)
  .map(([{ path, mode }, index]) =>
    path.endsWith('/')
      ? `install -d -m ${mode.toString(8)} ${root}${shellQuoted(path)}`
      : `install -D -m ${mode.toString(8)} /bench/file${index} ${root}${shellQuoted(path)}`,
  )
  .join('\n')}
read -r pid _ </proc/self/stat
echo $pid > ${mine}/made
until [ -e ${mine}/plugged ]; do sleep 0.01; done
ip link set lo up
${host.nics.map(({ name }) => `ip link set ${name} up`).join('\n')}
${host.sysctls.map(([path, value]) => `[ ! -e /proc/sys/${path} ] || echo ${value} > /proc/sys/${path}`).join('\n')}
${[...addresses, ...routes].join('\n')}
cd ${root}
exec chroot ${root} bash -c ': > /run/ready; exec sleep infinity'
`;
}

/** Runs of commands of one host: one shell each. */
function groups(plan: LabPlan): { host: string; lines: string[] }[] {
  const found: { host: string; lines: string[] }[] = [];
  for (const step of plan.steps) {
    if (step.kind !== 'command') continue;
    const last = found.at(-1);
    if (last?.host === step.host) last.lines.push(step.line);
    else found.push({ host: step.host, lines: [step.line] });
  }
  const { postMortem } = plan;
  if (postMortem !== undefined) {
    for (const { name } of plan.topology.hosts) found.push({ host: name, lines: [postMortem] });
  }
  return found;
}

function initScript(plan: LabPlan): string {
  const { hosts, links } = plan.topology;
  const images = [...new Set(Object.values(plan.images))];
  const layers = plan.sharedTrees.flatMap((tree, index) => tree.layers.map((_, layer) => `tree${index}.${layer}`));
  const mounts = [...images.map((_, index) => `image${index}`), ...layers];
  let port = 0;
  const plugs = hosts.flatMap((host) =>
    host.nics.map((nic) => {
      port += 1;
      const bridge = `link${links.findIndex(({ name }) => name === nic.link)}`;
      return `ip link add port${port} up master ${bridge} type veth peer name ${nic.name} address ${nic.mac} netns $pid_${host.name}`;
    }),
  );
  return `#!/usr/bin/bash
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TERM=dumb
mount -t proc proc /proc
mount -t tmpfs tmpfs /tmp
mount -t tmpfs tmpfs /run
mount -t devtmpfs dev /dev
mkdir -p /dev/pts /dev/shm
mount -t devpts devpts /dev/pts
exec >/dev/console 2>&1 </dev/null
${mounts.map((name) => `mkdir /tmp/${name}; mount -t erofs -o ro /bench/${name} /tmp/${name}`).join('\n')}
${hosts.map(({ name }) => `mkdir /tmp/${name}; unshare --net --mount --uts --ipc --pid --fork bash /bench/host.${name} &`).join('\n')}
${links.map((_, index) => `ip link add link${index} up type bridge`).join('\n')}
${hosts.map(({ name }) => `until [ -s /tmp/${name}/made ]; do sleep 0.01; done; read -r pid_${name} </tmp/${name}/made`).join('\n')}
${plugs.join('\n')}
${hosts.map(({ name }) => `: > /tmp/${name}/plugged`).join('\n')}
${hosts.map(({ name }) => `until [ -e /proc/$pid_${name}/root/run/ready ]; do sleep 0.01; done`).join('\n')}
sleep ${Number(plan.timing.warmup / 1_000_000_000n)}
echo '${firstCommand}'
${groups(plan)
  .map(({ host }, index) => `nsenter -t $pid_${host} -a -r -w/ bash -c "$(cat /bench/group${index})" bash`)
  .join('\n')}
perl -e 'syscall(169, 0xfee1dead, 672274793, 0x4321fedc, 0)'
`;
}

/** Boots it once. `unpacked` is the image's tree, which the script's own programs come from. */
async function boot(plan: LabPlan, kernel: string, dir: string): Promise<BareResult> {
  const { path: shim } = (await ensureGuest()).shim;
  const usage = join(dir, 'cpu');
  const started = performance.now();
  const line = `mem=${plan.memory}M root=/dev/root rootfstype=hostfs rootflags=/root hostfs=/proc/self/cwd ro quiet loglevel=5 con=null con0=null,fd:1 ssl=null init=/bench/init time-travel=inf-cpu time-travel-start=${plan.timing.start} seccomp=on uml_dir=${dir}/`;
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', kernel, ...line.split(' ')], {
    cwd: dir,
    // The same CPU for all its processes, as every lab has it.
    env: { LD_PRELOAD: shim, ESPALIER_USAGE: usage, ESPALIER_CPU: '0', TMPDIR: memoryFolder(plan.memory, dir) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let bootMs: number | undefined;
  child.stdout.setEncoding('latin1').on('data', (text: string) => {
    output += text;
    if (output.includes(firstCommand)) bootMs ??= performance.now() - started;
  });
  await new Promise((resolve) => child.once('close', resolve));
  if (bootMs === undefined) {
    throw new EspalierError('infrastructure', 'the bare lab did not come up', { output: tail(output) });
  }
  return { cpuMs: Number(readFileSync(usage, 'utf8')) * 1000, bootMs, wallMs: performance.now() - started, output };
}

/** A prepared folder that can be booted many times. */
export class BareLab {
  readonly #plan: LabPlan;
  readonly #kernel: string;
  readonly #dir: string;

  private constructor(plan: LabPlan, kernel: string, dir: string) {
    this.#plan = plan;
    this.#kernel = kernel;
    this.#dir = dir;
  }

  /** `dir` does not exist yet. */
  static async prepare(plan: LabPlan, kernel: string, dir: string): Promise<BareLab> {
    mkdirSync(dir);
    const images = [...new Set(Object.values(plan.images))];
    const root = join(dir, 'root');
    // Owners and devices cannot be made by an ordinary user, and are not needed.
    const tar = join(dir, 'root.tar');
    await writeTar(readErofs(images[0] ?? ''), tar);
    mkdirSync(root);
    await run('tar', ['--no-same-owner', '--exclude=dev/*', '-xf', tar, '-C', root]);
    rmSync(tar);
    const bench = join(root, 'bench');
    mkdirSync(bench);
    const put = (name: string, text: string | Uint8Array): void => writeFileSync(join(bench, name), text);
    for (const [index, image] of images.entries()) copyFileSync(image, join(bench, `image${index}`));
    for (const [index, tree] of plan.sharedTrees.entries()) {
      for (const [layer, file] of tree.layers.entries()) copyFileSync(file, join(bench, `tree${index}.${layer}`));
    }
    for (const [index, file] of plan.files.entries()) put(`file${index}`, file.content);
    for (const host of plan.topology.hosts) put(`host.${host.name}`, hostScript(plan, host));
    for (const [index, { lines }] of groups(plan).entries()) {
      put(`group${index}`, [`cd ${shellQuoted(plan.cwd)}`, ...plan.shellSetup, ...lines].join('\n'));
    }
    put('init', initScript(plan));
    chmodSync(join(bench, 'init'), 0o755);
    return new BareLab(plan, kernel, dir);
  }

  run(): Promise<BareResult> {
    return boot(this.#plan, this.#kernel, this.#dir);
  }
}
