import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readCapture } from '../../src/evidence/capture/reader.ts';
import { readWire } from '../../src/evidence/packet/wire.ts';
import { type Decoded, decode } from '../../src/evidence/records/decode.ts';
import { hostOf } from '../../src/evidence/records/reader.ts';
import { type Ran, runLab, skip } from './lab.ts';

type Named<T extends Decoded['type']> = Extract<Decoded, { type: T }> & {
  readonly host: string;
  readonly time: bigint;
};

/** What frames of a type say, with their host. */
function told<T extends Decoded['type']>(ran: Ran, type: T): Named<T>[] {
  return ran.file.records.flatMap((record) => {
    const said = decode(record);
    const place = { host: hostOf(ran.file, record) ?? 'the lab', time: record.time };
    return said.type === type ? [{ ...said, ...place } as Named<T>] : [];
  });
}

const second = 1_000_000_000n;
const pings = (ran: Ran): readonly bigint[] =>
  readWire(readCapture(ran.captures['l.pcapng'] ?? Buffer.alloc(0)).packets)
    .filter(({ dissected: { ip } }) => ip?.upper.kind === 'icmp' && ip.upper.type === 8)
    .map(({ time }) => time);

test('whoever ends by a signal is told by name, host and signal, jobs and inner namespaces included', {
  skip,
}, async () => {
  const ran = await runLab([
    'east: sleep 100 & sleep 1; kill -SEGV $!; wait',
    `west: sh -c 'kill -9 $$'`,
    `west: unshare -pf bash -c 'bash -c "kill -ABRT \\$\\$"; true'`,
    'east: false; sh -c "exit 9"; (exec -a pluto sleep 0)',
    `west: (sleep 5; kill -TERM $(pidof tail)) & tail -f /dev/null`,
    `west: setsid sh -c 'sleep 2; exit 3'; sleep 3; setsid true; sleep 1 &`,
  ]);
  assert.deepEqual(ran.result.end, { word: 'completed' });
  // A script has other children, which end by themselves.
  const byProgram = told(ran, 'death').filter(({ signal, program }) => signal !== 0 || program === 'sh');
  assert.deepEqual(
    byProgram.map(({ host, program, signal, core, forked }) => [host, program, signal, core, forked]),
    [
      ['east', 'sleep', 11, true, false],
      ['west', 'sh', 9, false, false],
      ['west', 'bash', 6, true, false],
      ['west', 'tail', 15, false, false],
      ['west', 'sh', 0, false, false],
    ],
  );
  assert.equal(byProgram.at(-1)?.status, 3);
});

test('the clock of hosts may be set: times of records and frames are the lab’s, in true order', { skip }, async () => {
  const ping = 'ping -c 1 192.0.2.2 > /dev/null';
  const set = (date: string): string => `date -s '${date}' > /dev/null`;
  const ran = await runLab([
    `east: ${ping}; ${set('2001-01-01')}; ${ping}; ${set('2040-06-01')}; ${ping}; sleep 3; ${ping}; ${set('+1 second')}; ${ping}`,
    'east: date +%Y',
    `east: ${ping}`,
  ]);
  const [first, year] = ran.commands;
  assert.equal(year?.output, '2040\n');
  const times = pings(ran);
  assert.equal(times.length, 6);
  assert.ok(times.every((time, at) => at === 0 || (times[at - 1] as bigint) < time));
  const [start, ...rest] = ran.file.records.map(({ time }) => time);
  assert.ok(start && rest.every((time, at) => time >= ([start, ...rest][at] as bigint)));
  const spans = times.slice(1, 5).map((time, at) => (time - (times[at] as bigint)) / second);
  assert.deepEqual(spans, [0n, 0n, 3n, 0n]);
  assert.ok((first?.ns ?? 0n) / second === 3n);
  const offsets = told(ran, 'clockSet').map(({ offset }) => offset / second);
  assert.equal(offsets.length, 3);
  assert.equal((offsets[2] as bigint) - (offsets[1] as bigint), 1n);
});

test('an event has the time of its making, and frames of one command lie between those of its policies', {
  skip,
}, async () => {
  const policy = 'src 192.0.2.9 dst 192.0.2.2 dir out';
  const ping = 'ping -c 1 192.0.2.2 > /dev/null';
  const ran = await runLab([
    `east: ${ping}; ip xfrm policy add ${policy}; ${ping}; ip xfrm policy delete ${policy}; ${ping}; sleep 1`,
  ]);
  const [added, deleted] = told(ran, 'xfrmEvent').map(({ made }) => made ?? 0n) as [bigint, bigint];
  const [before, between, after] = pings(ran) as [bigint, bigint, bigint];
  assert.ok(before < added && added <= between && between < deleted && deleted <= after);
});

test('ten thousand policies in one go are all told of', { skip, timeout: 120_000 }, async () => {
  const line = 'policy add src 10.$((i / 250)).$((i % 250)).0/24 dst 10.99.0.0/16 dir out';
  const ran = await runLab(
    [
      `east: for i in {0..9999}; do echo "xfrm ${line}"; done > batch`,
      'east: ip -batch batch 2>&1 | head; ip xfrm policy count | head -1',
    ],
    { change: { cwd: '/tmp' } },
  );
  assert.deepEqual(told(ran, 'trouble'), []);
  assert.equal(told(ran, 'xfrmEvent').length, 10_000, ran.commands[1]?.output);
});

test('the books name what was captured and what came in', {
  skip,
}, async () => {
  const ran = await runLab(['east: ping -c 3 192.0.2.2', 'west: ip link set eth0 down', 'east: ping -c 1 192.0.2.2']);
  const [books] = told(ran, 'books');
  const frames = readCapture(ran.captures['l.pcapng'] ?? Buffer.alloc(0)).packets.length;
  assert.deepEqual(books?.lines, [`link l captured=${frames} received=${frames}`, 'ring all lost=0']);
  const [uptime] = told(ran, 'uptime');
  assert.ok(uptime && uptime.uptime < second);
});

test('a host makes user namespaces: its processes are not below a chroot', { skip }, async () => {
  const ran = await runLab([`east: unshare -Ur sh -c 'id -u; ip link add in-user type dummy' || true`]);
  assert.deepEqual(ran.result.end, { word: 'completed' });
  const lines = told(ran, 'output').map(({ bytes }) => Buffer.from(bytes).toString());
  assert.match(lines.join(''), /^0\r?\n.*Operation not permitted/s);
});
