import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sentSignals } from '../../../../../src/judge/oracles/incidents/sent-signals.ts';
import { dumpsCore, signalName, signalNumber } from '../../../../../src/judge/oracles/incidents/signals.ts';

const endedBy = [/\bipsec stop\b/];
const concerns = (word: string): boolean => ['pluto', 'starter'].some((name) => name.includes(word));

/** Numbers in order; `any`, `later`, `script` where they hold. */
function told(line: string): string {
  const { named, any, later, byScript } = sentSignals(line, { endedBy, concerns });
  return [...[...named].sort((a, b) => a - b), any ? 'any' : '', later ? 'later' : '', byScript ? 'script' : '']
    .filter(Boolean)
    .join(', ');
}

const lines: readonly (readonly [line: string, signals: string])[] = [
  ['kill $(pidof charon)', '15'],
  ['./scan.sh', 'script'],
  [' LIMIT=20 MORE=1 ./scan.sh 2>&1', 'script'],
  ['sh ./scan.sh', 'script'],
  ['/bin/bash -e -u ./scan.sh', 'script'],
  ['true && ./scan.sh', 'script'],
  ['A= B=1  ./scan.sh', 'script'],
  ['/sh  ./scan.sh', 'script'],
  ['dash ./scan.sh', 'script'],
  ['sh - ./scan.sh', 'script'],
  ['sh -eu  -x ./scan.sh', 'script'],
  ['=1 ./scan.sh', ''],
  ['A=1./scan.sh', ''],
  ['badash ./scan.sh', ''],
  ['sh./scan.sh', ''],
  ['sh -e./scan.sh', ''],
  ['sh sh ./scan.sh', ''],
  ['./scan.sh &', 'later, script'],
  ['../../guestbin/wait-until-alive 192.0.2.1', ''],
  ['cat ./scan.sh', ''],
  ['echo > ./scan.log', ''],
  ['# ./scan.sh', ''],
  ['bash', ''],
  ['kill -KILL $(pidof pluto); rm -f /run/pluto/pluto.pid', '9'],
  ['kill -9 12', '9'],
  ['kill -SIGSEGV 12', '11'],
  ['kill -s USR1 12', '10'],
  ['kill -n 6 12', '6'],
  ['/bin/kill --signal=ABRT 12', '6'],
  ['pkill --signal TRAP pluto', '5'],
  ['killall -9 pluto', '9'],
  ['killall5 -HUP', '1'],
  ['fuser -k -TERM 500/udp', '9, 15'],
  ["run 'pkill tcpdump; while pkill -0 tcpdump; do sleep 0.01; done'", ''],
  ['/usr/bin/pkill -TERM -x dhcpd', ''],
  ['killall -9 radvd dhcpd', ''],
  ['killall -9 radvd pluto', '9'],
  ['pkill -9 plut', '9'],
  ['pkill starter', '15'],
  ['pkill -f tcpdump', '15'],
  ['pkill -P 1', '15'],
  ['pkill -SEGV tcp.*', '11'],
  ['timeout 5 pkill tcpdump', '15'],
  ['pkill tcpdump; kill 12', '15'],
  ['skill 12', '15'],
  ['kill -sUSR1 12', '15'],
  ['kill -SIGNALS 12', '15'],
  ['kill --signal INT 12', '2'],
  ['kill -s SIGINT 12', '2'],
  ['kill --signal=$x 12', 'any'],
  ['kill --signal $x 12', 'any'],
  ['kill -n $x 12', 'any'],
  ['kill -99 12', '99'],
  ['kill -123 12', '15'],
  ['ping -n 9 192.0.2.1; kill 12', '15'],
  ['ping -s $size 192.0.2.1; kill 12', '15'],
  ['ping -s $size -9 192.0.2.1', ''],
  ['start-stop-daemon --stop --pidfile /run/x.pid', '15'],
  ['pgrep iked | xargs kill -INT', '2'],
  ['kill -$signal 12', 'any'],
  ['kill -s "$signal" 12', 'any'],
  ['kill -$ 12', 'any'],
  ['kill -NOSUCH 12', '15'],
  ['kill -0 12', ''],
  ['kill a-9 b', '15'],
  ['kill a9 b', '15'],
  ['kill -', '15'],
  ['kill -s', '15'],
  ['true; reboot', 'any'],
  ['killer.sh', 'any'],
  ['timeout a5 b', ''],
  ['systemctl stop x /etc/init.d/y', 'any'],
  ['echo stop systemctl', ''],
  ['kill -s "USR1" 12', '10'],
  ["kill '-9' 12", '9'],
  ['kill -9 12; kill 13', '9, 15'],
  ['timeout 5 /usr/sbin/iked -d', '15'],
  ['timeout -s INT 5 iked -d', '2'],
  ['timeout -k 2 5 iked -d', '9, 15'],
  ['timeout --kill-after=2 5 iked -d', '9, 15'],
  ['timeout  -s $sig 5 iked -d', 'any'],
  ['( sleep 5; kill -9 12 ) &', '9, later'],
  ['kill 12 &', '15, later'],
  ['kill 12 && true', '15'],
  ['kill 12 2>&1 &> /dev/null <&1', '15'],
  ['ipsec stop', 'any'],
  ['ipsec stop & sleep 1', 'any, later'],
  ['systemctl stop strongswan', 'any'],
  ['systemctl --no-block restart ipsec', 'any'],
  ['systemctl kill -s SEGV strongswan', '11, any'],
  ['systemctl reload strongswan', ''],
  ['systemctl try-restart ipsec', 'any'],
  ['systemctl reload-or-restart ipsec', 'any'],
  ['service strongswan restart', 'any'],
  ['service strongswan stop', 'any'],
  ['rc-service strongswan stop', 'any'],
  ['service strongswan status', ''],
  ['/etc/init.d/ipsec restart', 'any'],
  ['/etc/init.d/ipsec start', ''],
  ['stop', ''],
  ['reboot', 'any'],
  ['halt', 'any'],
  ['/sbin/shutdown now', 'any'],
  ['ppkill.sh', ''],
  ['timeout --foreground 5 x', '15'],
  ['timeoutless 5 x', ''],
  ['echo timeout', ''],
  ['echo timeout of it', ''],
  ['/etc/init.d/ipsec stop', 'any'],
  ['poweroff', 'any'],
  ['/root/kill-them.sh', 'any'],
  ['./pkill.py 9', 'any, script'],
  ['ip xfrm state flush', ''],
  ['ping -4 -c 9 192.0.2.1', ''],
  ['# kill -9 $(cat /tmp/tcpdump.pid)', ''],
  ["../../guestbin/wait-for.sh --timeout 60 --match x -- cat '/tmp/pluto.log'", ''],
  ["wait-for-pluto.sh ' 5 second timeout exceeded'", ''],
  ['ls /root/skills my-kill kill_list overkill', ''],
  ['echo shutdown-hook poweroffs', ''],
  ['', ''],
  ['#&', ''],
];

test('what sends nothing has all of it', () => {
  for (const line of ['', '# kill 12 &', 'ls'])
    assert.deepEqual(sentSignals(line, { endedBy, concerns }), {
      named: new Set(),
      any: false,
      later: false,
      byScript: false,
    });
});

for (const [line, signals] of lines) {
  test(`${JSON.stringify(line)} sends ${signals || 'nothing'}`, () => assert.equal(told(line), signals));
}

test('signals by number and name are those of signal(7)', () => {
  const names = [
    ...[
      'HUP',
      'INT',
      'QUIT',
      'ILL',
      'TRAP',
      'ABRT',
      'BUS',
      'FPE',
      'KILL',
      'USR1',
      'SEGV',
      'USR2',
      'PIPE',
      'ALRM',
      'TERM',
    ],
    ...[
      'STKFLT',
      'CHLD',
      'CONT',
      'STOP',
      'TSTP',
      'TTIN',
      'TTOU',
      'URG',
      'XCPU',
      'XFSZ',
      'VTALRM',
      'PROF',
      'WINCH',
      'IO',
    ],
    ...['PWR', 'SYS'],
  ];
  for (const [index, name] of names.entries()) {
    assert.equal(signalName(index + 1), `SIG${name}`);
    for (const text of [name, `SIG${name}`, name.toLowerCase(), String(index + 1)])
      assert.equal(signalNumber(text), index + 1, text);
  }
  const all = Array.from({ length: 70 }, (_, number) => number);
  assert.deepEqual(all.filter(dumpsCore), [3, 4, 5, 6, 7, 8, 11, 24, 25, 31]);
  assert.deepEqual(['IOT', 'POLL', 'UNUSED'].map(signalNumber), [6, 29, 31]);
  assert.deepEqual(['123', 'KILLS', 'KSIGILL', ''].map(signalNumber), [undefined, undefined, undefined, undefined]);
  assert.deepEqual([signalName(34), signalName(0)], ['signal 34', 'signal 0']);
});
