import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readCapture } from '../../../src/evidence/capture/reader.ts';
import { consoles } from '../../../src/evidence/records/consoles.ts';
import { decode } from '../../../src/evidence/records/decode.ts';
import { readRecords } from '../../../src/evidence/records/reader.ts';
import { encodeOrders } from '../../../src/lab/agent/orders.ts';
import { encodePlan } from '../../../src/lab/agent/plan.ts';
import { drive, skip, u16 } from './driver.ts';
import { plan as samplePlan } from './plan.ts';

const seed = 11;
const numRuns = Number(process.env.ESPALIER_FUZZ ?? 150);

/** Inputs of one kind, the same in every run. */
const samples = <T>(arbitrary: fc.Arbitrary<T>): T[] => fc.sample(arbitrary, { seed, numRuns });

const nonce = '0123456789abcdef';
const opening = `\x1d${nonce}:`;
const prompt = (status: number): string => `${opening}${status}:/root\x1e`;

const anyPrompt = new RegExp(`${opening}\\d+:[^\\x1e]*\\x1e`, 'g');

/** A terminal's output, in the chunks in which it is read. */
const chunked = (chunks: readonly string[]): Buffer =>
  Buffer.concat(chunks.flatMap((chunk) => [u16(Buffer.byteLength(chunk, 'latin1')), Buffer.from(chunk, 'latin1')]));

test('what the driver writes for a lab is what the agent reads', { skip }, () => {
  const [outcome] = drive('plan', [encodePlan({ ...samplePlan, cpus: 2 }, { hold: true, nonce }).bytes]);
  assert.deepEqual(outcome?.written.toString().trimEnd().split('\n'), [
    'host east images d0/over.erofs d1/debian.erofs',
    'nic eth0 lan 01 enp1s0 ens1',
    'host west images d1/debian.erofs',
    'nic eth0 lan 02 -',
    'file -1 644 4 294 /etc/x',
    'file 0 700 0 0 /root/',
    'net 0 0 sysctl net/ipv4/ip_forward 1',
    'net 0 0 addr eth0 192.0.2.1/24',
    'net 0 0 addr eth0 2001:db8::1/64',
    'net 0 0 route 0.0.0.0/0 192.0.2.254',
    'net 0 1 addr eth0 192.0.2.2/24',
    'setup 0 -1 PS1=x',
    'step 0 0 echo one  two',
    'step 2 1 ',
    'collect 0 -1 /var/log/x',
    'runs on east',
    'runs on west',
  ]);
});

const planWords =
  `warmup gap deadline cap nonce cwd image folder tree link host nic addr route sysctl setup step postmortem
  collect counters fallback-tunnels first-network cpus mark-output hold put x`.split(/\s+/);
const values = [
  'east',
  'west',
  '*',
  '0',
  '1',
  '99',
  '-1',
  '18446744073709551615',
  '',
  'eth0',
  'lan',
  '12:00:00:00:00:01',
];
const others = ['0,1', '644', '/etc/x', '10.0.0.1/24', '::1/200', '10.0.0.1', 'a'.repeat(300), 'b '.repeat(400), 'é\0'];

/** Lines of words that a parser knows and arguments that it may not expect. */
const linesOf = (words: readonly string[]): fc.Arbitrary<string[]> => {
  const argument = fc.oneof(fc.constantFrom(...values, ...others), fc.string({ maxLength: 8 }));
  const line = fc.tuple(fc.constantFrom(...words), fc.array(argument, { maxLength: 5 }));
  return fc.array(
    line.map(([word, rest]) => [word, ...rest].join(' ')),
    { minLength: 1, maxLength: 4 },
  );
};

test('a plan that is not as it should be ends in words, not in a fault', { skip }, () => {
  const good = encodePlan(samplePlan, { hold: false, nonce }).bytes.toString('latin1').split('\n');
  const mixed = fc.tuple(linesOf(planWords), fc.nat(good.length), fc.nat(good.length), fc.boolean());
  const inputs = samples(mixed).map(([lines, kept, at, ended]) => {
    const text = good
      .slice(0, Math.max(kept, 8))
      .toSpliced(at, 0, ...lines)
      .join('\n');
    return Buffer.from(ended ? `${text}\n` : text, 'latin1');
  });
  const outcomes = drive('plan', inputs);
  for (const { gaveUp, errors } of outcomes) assert.equal(gaveUp, /espalier: agent .+/.test(errors), errors);
  assert.ok(outcomes.some(({ gaveUp }) => gaveUp) && outcomes.some(({ gaveUp }) => !gaveUp));
});

for (const [text, why] of [
  ['step 0 * echo\n', 'a step is for one host'],
  ['step 0 east\n', 'cut short'],
  ['host north 5\n', 'unknown image 5'],
  ['host north -1\n', 'unknown image -1'],
  ['put east 644 9 /etc/x\nabc\n', 'bad file 644 9'],
  ['put east 644 18446744073709551615 /etc/x\nabc\n', 'bad file 644 18446744073709551615'],
  ['put east 644 1 etc/x\na\n', 'bad file 644 1 etc'],
  ['nic eth1\n', 'cut short'],
  ['addr eth0 10.0.0.1\n', 'cut short'],
  ['addr eth0 10.0.0.1/33\n', 'bad prefix length 33'],
  ['addr\n', 'unknown word addr'],
  [`nic eth1 lan 12:00:00:00:00:09 ${'name '.repeat(300)}\n`, 'more than 200 letters of names'],
  ['hold 1', 'last line is cut short'],
]) {
  test(`the plan's line ${text?.slice(0, 40).trim()} is refused: ${why}`, { skip }, () => {
    const before = encodePlan(samplePlan, { hold: false, nonce }).bytes;
    const [outcome] = drive('plan', [Buffer.concat([before, Buffer.from(text ?? '')])]);
    assert.match(outcome?.errors ?? '', new RegExp(`espalier: agent .*${why}`));
    assert.equal(outcome?.gaveUp, true);
  });
}

test('orders are done as the driver writes them', { skip }, () => {
  const text = encodeOrders([
    { kind: 'input', host: 'east', bytes: Buffer.from('ls\xe9', 'latin1') },
    { kind: 'advance', ns: 5n },
    { kind: 'command', host: 'west', step: 3, line: 'echo  two ' },
    { kind: 'resize', host: 'east', rows: 24, columns: 80 },
    { kind: 'jump', ns: -5n },
    { kind: 'interactive', host: 'west' },
  ]);
  const [outcome] = drive('orders', [Buffer.from(text)]);
  assert.equal(outcome?.errors, '');
  const { records } = readRecords(outcome?.written ?? Buffer.alloc(0));
  const typed = records.filter(({ type }) => type === 99);
  assert.deepEqual(
    typed.map(({ host, payload }) => [host, Buffer.from(payload).toString('latin1')]),
    [
      [0, 'ls\xe9'],
      [1, 'echo  two '],
      [1, '\n'],
    ],
  );
  const [west] = consoles({ hosts: ['east', 'west'], records }).filter(({ host }) => host === 'west');
  assert.deepEqual(
    west?.commands.map(({ line, status }) => [line, status]),
    [['echo  two ', 0]],
  );
});

test('orders that are not as they should be end in words, not in a fault', { skip }, () => {
  const words = ['input', 'command', 'advance', 'jump', 'resize', 'interactive', 'carrier', 'end', 'x'];
  const inputs = samples(fc.tuple(linesOf(words), fc.boolean())).map(([lines, ended]) =>
    Buffer.from(lines.join('\n') + (ended ? '\n' : ''), 'latin1'),
  );
  const outcomes = drive('orders', inputs);
  for (const { gaveUp, errors } of outcomes) assert.equal(gaveUp, errors.startsWith('espalier: agent '), errors);
});

test('a command ends at its prompt, however the terminal cuts the bytes up', { skip }, () => {
  const output = fc
    .string({ unit: 'binary-ascii', maxLength: 40 })
    .map((text) => text.replaceAll('\x1d', '.').replaceAll('\x1e', '.'));
  const cuts = fc.array(fc.nat(200), { maxLength: 6 });
  const cases = samples(fc.tuple(output, fc.nat(255), cuts));
  const inputs = cases.map(([text, status, at]) => {
    const whole = `${text}${prompt(status)}`;
    const places = [0, ...at.filter((place) => place < whole.length).sort((a, b) => a - b), whole.length];
    return chunked(places.slice(1).map((end, index) => whole.slice(places[index], end)));
  });
  drive('console', inputs).forEach(({ written }, index) => {
    const { records, damage } = readRecords(written);
    assert.equal(damage, undefined);
    const [first] = consoles({ hosts: ['east'], records })[0]?.commands ?? [];
    const said = first && Buffer.from(first.output).toString('latin1');
    assert.deepEqual([said, first?.status], cases[index]?.slice(0, 2));
  });
});

test('no bytes of a terminal are a fault, and none but prompts are lost', { skip }, () => {
  const pieces = [
    prompt(0),
    opening,
    `\x1d${nonce}`,
    '\x1d',
    '\x1e',
    ':',
    '0',
    '7:/x\x1e',
    'text',
    '\0',
    '\n',
    '/'.repeat(5000),
  ];
  const chunk = fc.array(fc.oneof(fc.constantFrom(...pieces), fc.string({ unit: 'binary-ascii' })), { maxLength: 4 });
  const inputs = samples(
    fc.array(
      chunk.map((parts) => parts.join('')),
      { maxLength: 10 },
    ),
  );
  drive('console', inputs.map(chunked)).forEach(({ written }, index) => {
    const { records, damage } = readRecords(written);
    assert.equal(damage, undefined);
    const said = records
      .map(decode)
      .map((one) => (one.type === 'output' ? Buffer.from(one.bytes).toString('latin1') : ''));
    const without = (text: string): string => text.replace(anyPrompt, '');
    assert.equal(without(said.join('')), without(inputs[index]?.join('') ?? ''));
  });
});

test('records are read as they were written; output of one moment is one frame', { skip }, () => {
  const frame = fc.record({
    later: fc.boolean(),
    type: fc.constantFrom(3, 3, 3, 4, 5, 8),
    host: fc.constantFrom(0, 1),
    payload: fc.uint8Array({ maxLength: 300 }),
  });
  const cases = samples(fc.array(frame, { maxLength: 30 }));
  const inputs = cases.map((frames) =>
    Buffer.concat(
      frames.flatMap(({ later, type, host, payload }) => [
        Buffer.of(type + (later ? 128 : 0), host),
        u16(payload.length),
        payload,
      ]),
    ),
  );
  drive('records', inputs).forEach(({ written }, index) => {
    const expected: { type: number; host: number; time: number; payload: Buffer }[] = [];
    let time = 0;
    for (const { later, type, host, payload } of cases[index] ?? []) {
      time += later ? 1 : 0;
      const last = expected.at(-1);
      const joins = type === 3 && last?.type === 3 && last.host === host && last.time === time;
      if (joins) last.payload = Buffer.concat([last.payload, payload]);
      else expected.push({ type, host, time, payload: Buffer.from(payload) });
    }
    const { records, damage } = readRecords(written);
    assert.equal(damage, undefined);
    assert.deepEqual(
      records.map((one) => ({ ...one, time: Number(one.time - 1_000_000_000n), payload: Buffer.from(one.payload) })),
      expected.map((one, sequence) => ({ ...one, sequence })),
    );
  });
});

test('frames are taken from the ring as they came, through full blocks and while the kernel fills one', {
  skip,
}, () => {
  const size = fc.oneof(fc.nat(200), fc.integer({ min: 1400, max: 1600 }), fc.integer({ min: 60_000, max: 65_535 }));
  const frame = fc.record({ size, cut: fc.nat(3), fill: fc.nat(255) });
  const cases = fc.sample(fc.array(frame, { minLength: 1, maxLength: 60 }), { seed, numRuns: 60 });
  const inputs = cases.map((frames) =>
    Buffer.concat(frames.flatMap(({ size, cut, fill }) => [u16(size, cut), Buffer.alloc(size, fill)])),
  );
  drive('capture', inputs).forEach(({ written }, index) => {
    const { packets } = readCapture(written);
    assert.deepEqual(
      packets.map(({ frame, length }) => [frame.length, length, frame[0]]),
      cases[index]?.map(({ size, cut, fill }) => [size, size + cut, size === 0 ? undefined : fill]),
    );
  });
});
