import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { hostSystems } from '../../../../../../src/dialogue/systems/all.ts';
import { settings } from '../../../../../../src/dialogue/systems/profile.ts';
import { readListing } from '../../../../../../src/evidence/listings/listing.ts';
import { type LabRecord, recordType } from '../../../../../../src/evidence/records/record.ts';
import { ConsoleLine } from '../../../../../../src/lab/substrate/qemu/console/console-line.ts';
import type { LabClock } from '../../../../../../src/lab/substrate/qemu/lab-clock.ts';

const date = 1_750_000_000n * 1_000_000_000n;

/** Time that passes when nothing else happens. */
class Clock {
  #passed = 0n;
  #due: { readonly at: bigint; readonly act: () => void }[] = [];

  passed(): bigint {
    return this.#passed;
  }

  now(): bigint {
    return date + this.#passed;
  }

  after(ns: bigint, act: () => void): Disposable {
    const due = { at: this.#passed + ns, act };
    this.#due.push(due);
    return {
      [Symbol.dispose]: () => {
        this.#due = this.#due.filter((one) => one !== due);
      },
    };
  }

  /** The next thing that is due. */
  pass(): void {
    const [next] = this.#due.toSorted((a, b) => Number(a.at - b.at));
    if (next === undefined) return;
    this.#due = this.#due.filter((one) => one !== next);
    this.#passed = next.at;
    next.act();
  }
}

/** The console of an installed system: a login, then shells with the prompt that they are given. `prints` is what commands print. */
class Console {
  readonly typed: string[] = [];
  readonly say: (text: string) => void;
  readonly #prints: (line: string) => string;
  #line = '';
  #phase: 'name' | 'password' | 'shell' = 'name';
  #echo = true;
  #prompt = '# ';

  constructor(say: (text: string) => void, prints: (line: string) => string) {
    this.say = (text) => setImmediate(() => say(text));
    this.#prints = prints;
  }

  type(text: string): void {
    for (const key of text) {
      if (key === '\r') this.#enter();
      else this.#line += key;
    }
  }

  #enter(): void {
    const line = this.#line;
    this.#line = '';
    if (this.#phase === 'name') {
      this.#phase = 'password';
      this.say(`${line}\r\nPassword:`);
    } else if (this.#phase === 'password') {
      assert.equal(line, settings.password);
      this.#phase = 'shell';
      this.say('\r\nWelcome.\r\nguest# ');
    } else this.#run(line);
  }

  #run(line: string): void {
    const echo = this.#echo ? `${line}\r\n` : '';
    const [, first = '', second = ''] = /; PS1=(\w+); PS1="\$PS1"'(\w+> )'$/.exec(line) ?? [];
    if (first !== '') this.#prompt = first + second;
    if (line.startsWith('stty -echo')) this.#echo = false;
    const isAsked = line.startsWith('espalier=$?;');
    if (!isAsked) this.typed.push(line.replace(/; PS1=.*/, ''));
    this.say(`${echo}${isAsked ? '0:/root\n' : this.#prints(line)}${this.#prompt}`);
  }
}

const larval: Readonly<Record<string, string>> = {
  'ip -s xfrm state': `src 192.0.2.2 dst 192.0.2.1
\tproto esp spi 0x00002001(8193) reqid 1(0x00000001) mode tunnel
\treplay-window 0 seq 0x00000000 flag  (0x00000000)
`,
  'ipsecctl -k -v -s sa': `esp transport from 192.0.2.2 to 192.0.2.1 spi 0x00002001
\tsa: spi 0x00002001 auth none enc none
\t\tstate larval replay 0 flags 0<>
`,
  'setkey -D': `192.0.2.2 192.0.2.1
\tesp mode=any spi=8193(0x00002001) reqid=0(0x00000000)
\tseq=0x00000000 replay=0 flags=0x00000000 state=larval${' '}
\tsadb_seq=0 pid=811 refcnt=1
`,
};

for (const { name, host: profile } of hostSystems.filter((one) => one.firmware === undefined)) {
  test(`a host of ${name} is logged into, set up, and asked for its tables after a command`, async () => {
    const records: Pick<LabRecord, 'type' | 'payload'>[] = [];
    const refused: unknown[] = [];
    const clock = new Clock();
    const nics = [{ name: 'eth0', link: 'wan', mac: '12:00:00:00:01:01', addresses: ['192.0.2.1/24'] }];
    const line = new ConsoleLine({
      host: { name: 'west', nics, routes: [], sysctls: [] },
      ...{ profile, number: 0, nonce: 'ab12cd34', clock: clock as unknown as LabClock },
      events: {
        record: (record) => records.push(record),
        progress: () => {},
        refuse: (error) => refused.push(error),
        aside: () => {},
      },
    });
    const socket = { write: (bytes: Buffer) => system.type(bytes.toString()) } as unknown as Socket;
    const system: Console = new Console(
      (text) => line.hear(socket, Buffer.from(text)),
      (typed) => larval[typed] ?? '',
    );
    const until = async (done: Promise<void>): Promise<void> => {
      let isDone = false;
      void done.then(() => {
        isDone = true;
      });
      // Looks at a login go on for ever: so many turns are more than any of this takes.
      for (let turns = 0; turns < 2000 && !isDone && refused.length === 0; turns += 1) {
        await turn();
        await turn();
        if (turns % 20 === 19) clock.pass();
      }
      assert.deepEqual([isDone, refused], [true, []]);
    };
    line.begin();
    system.say('booting\r\n\r\nguest (tty00)\r\n\r\nlogin: ');
    await until(line.ready);
    const [shell, quiet, clockLine, files, ...setUp] = system.typed;
    assert.match(shell ?? '', /^(?:unset [A-Z ]+; )?exec .*\bsh\b/);
    assert.equal(quiet, profile.quiet);
    assert.match(clockLine ?? '', /^date -u .*1750000\d\d\d/);
    assert.equal(files, profile.files);
    assert.ok(setUp.length > 0 && setUp.every((one) => /\b(?:192\.0\.2\.1\/24|up)\b/.test(one)), setUp.join('\n'));

    await until(line.order('command 1 0 a command'));
    assert.deepEqual(system.typed.slice(4 + setUp.length), ['a command', ...profile.tables]);
    const listings = records
      .filter(({ type }) => type === recordType.listing)
      .map(({ payload }) => readListing(payload));
    assert.deepEqual(
      listings.map(({ sas }) => sas?.map(({ spi, larval: is }) => [spi, is])),
      [[[0x2001, true]]],
    );
  });
}
