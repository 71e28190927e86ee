/** Debian as its CD of Espalier's installs it, from an empty disk: by the questions of the installer, on a real machine of QEMU's. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { cacheDir, projectDir } from '../../src/base/folders.ts';
import { run } from '../../src/base/processes.ts';
import { debian } from '../../src/dialogue/systems/debian.ts';
import { uBoot } from '../../src/dialogue/systems/u-boot.ts';
import { imageStore } from '../../src/supply/image/image.ts';
import { debianCd } from '../../src/supply/system/debian-cd.ts';
import { installSystem } from '../../src/supply/system/install-system.ts';

const needed = [debian.recipe, 'debian-trixie-kernel'];
const [image, kernel] = needed.map((name) => imageStore.list().find(({ facts }) => facts.name === name));
const [absent] = ['qemu-system-x86_64'].filter((one) => spawnSync(one, ['--version']).error !== undefined);
const skip = absent
  ? `there is no ${absent}`
  : (image === undefined || kernel === undefined) && `the cache does not hold the images ${needed.join(' and ')}`;

// Each run of these tests installs anew, from the images that are there.
const images = cacheDir('image');
const folder = mkdtempSync(join(tmpdir(), 'espalier-installed-'));
process.env.ESPALIER_CACHE = join(folder, 'cache');
mkdirSync(process.env.ESPALIER_CACHE);
symlinkSync(images, join(process.env.ESPALIER_CACHE, 'image'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** What happened at a console, without its times. */
function steps(part: string): string[] {
  const text = readFileSync(join(folder, 'cache/system-transcripts', part), 'utf8');
  return text
    .split('\n')
    .map((line) => /^ *[\d.]+ [>=.] .*/.exec(line)?.[0].replace(/^ *[\d.]+ /, ''))
    .filter((line) => line !== undefined);
}

test('Debian is installed on an empty disk by the questions of its installer, and root logs in on it', {
  skip,
}, async (t) => {
  assert.ok(image);
  const cd = await debianCd(image);
  const { facts } = await installSystem(debian, cd.path, { progress: () => {} });
  t.diagnostic(`installed in ${facts.installed} s, started, logged in and off in ${facts.started} s`);
  assert.deepEqual(steps('debian-install'), [
    '> guest\\r   (host name)',
    '> \\r   (disk)',
    '> ttyS0\\r   (console)',
    '> espalier\\r   (password of root)',
    '> espalier\\r   (password of root again)',
    '> yes\\r   (consent)',
    '= (file system)',
    '= (tree)',
    '= (boot loader)',
    '= (end of the installation)',
    '. the machine is off',
  ]);
  const started = readFileSync(join(folder, 'cache/system-transcripts/debian-start'), 'utf8');
  // Its own boot loader from its own disk, the host name that was answered, a kernel of Debian's.
  assert.match(
    started,
    /Booting from Hard Disk\.\.\.[\s\S]*SYSLINUX[\s\S]*guest login:[\s\S]*Linux 6\.12\.\d+\+deb13-cloud-amd64\n/,
  );
  assert.equal(steps('debian-start').at(-1), '. the machine is off');
});

/** Runs the scenarios of a folder on machines; gives the verdict of the only one. */
async function verdictOf(name: string) {
  const out = join(folder, name);
  const main = join(projectDir, 'src/cli/main.ts');
  const scenarios = join(import.meta.dirname, name);
  const { status, stdout, stderr } = await run(process.execPath, [
    ...[main, 'run', scenarios, '--substrate', 'qemu', '--output', out],
  ]);
  assert.equal(status, 0, `${stdout}${stderr}`);
  const [verdict = ''] = globSync(join(out, '*/attempts/*/*/0/verdict.json'));
  return JSON.parse(readFileSync(verdict, 'utf8'));
}

test('two clones of it are the hosts of a scenario: a tunnel comes up, and every packet in it is opened with the keys that they list', {
  skip,
}, async () => {
  const { word, facts } = await verdictOf('installed');
  // A request and its answer.
  assert.deepEqual([word, facts.pairs, facts.packets.verified, facts.packets.unjudged], ['passed', 2, 2, 0]);
});

const { firmware } = uBoot;
const noLoader = firmware !== undefined && !existsSync(firmware.file) && `there is no ${firmware.file}`;

test('U-Boot pings and fetches a file by TFTP through a tunnel between two clones', {
  skip: skip || noLoader,
}, async () => {
  const { word, facts } = await verdictOf('boot-loader');
  // 49 blocks of 1024 octets, and an answer to each.
  assert.equal(word, 'passed');
  assert.ok(facts.packets.verified >= 2 * 49, `${facts.packets.verified} packets`);
  assert.equal(facts.packets.unjudged, 0);
});
