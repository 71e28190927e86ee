import { expect, type Host, scenario } from 'espalier';
import {
  addresses,
  batchOf,
  type Family,
  families,
  jobOutput,
  labOf,
  lost,
  statusOf,
  together,
  type Work,
} from './labs.ts';
import { policyLine, type Sa, saLine } from './lines.ts';

/** Destinations, each with an SA of its own; senders that ping all of them, so often. */
const [destinations, pings] = [32, 40];
const senders = [1, 2, 3];
/** An SA carries so many packets; then the next packet asks for another one. */
const life = 20;
/** SPIs of a destination, taken in turns, so that the end of an SA is not taken for that of the next one. */
const turns = 16;

const numbers = Array.from({ length: destinations }, (_, at) => at + 1);
const addressOf = (family: Family, number: number): string =>
  family === 4 ? `198.18.1.${100 + number}` : `2001:db8:1::${100 + number}`;

/** An SA from west to a destination. One that comes again begins to count anew, so nobody looks for replays. */
function saOf(family: Family, number: number, turn: number): Sa {
  return {
    from: addresses[family].west,
    to: addressOf(family, number),
    spi: 0x1000 * (turn + 1) + number,
    reqid: number,
  };
}

const all = <T>(of: (number: number, turn: number) => T): T[] =>
  numbers.flatMap((number) => Array.from({ length: turns }, (_, turn) => of(number, turn)));

function policiesOf(family: Family, direction: 'in' | 'out'): string[] {
  return numbers.map((number) =>
    policyLine('add', { from: addresses[family].west, to: addressOf(family, number), direction }, number),
  );
}

const dumps = 'for round in $(seq 20); do ip -s xfrm state list && ip xfrm policy list || exit 1; done >/dev/null';

const atWest = (family: Family): Work => ({
  batches: {
    'set-up': policiesOf(family, 'out'),
    lasting: numbers.map((number) => saLine('add', saOf(family, number, 0))),
    ...Object.fromEntries(
      all((number, turn) => [
        `answers/${addressOf(family, number)}-${turn}`,
        [saLine('add', saOf(family, number, turn), `limit packet-hard ${life}`)],
      ]),
    ),
  },
  jobs: {
    manager: `python3 /root/manager.py ${batchOf('answers')} ${turns} ${senders.map((one) => statusOf(`sender-${one}`)).join(' ')}`,
    dumps,
    ...Object.fromEntries(
      senders.map((sender) => [
        `sender-${sender}`,
        `fping -q -c ${pings} -p 150 -i 1 ${numbers.map((number) => addressOf(family, number)).join(' ')}; true`,
      ]),
    ),
  },
});

const atEast = (family: Family): Work => ({
  batches: {
    'set-up': [
      ...numbers.map(
        (number) => `address add ${addressOf(family, number)}${family === 4 ? '/24' : '/64 nodad'} dev eth0`,
      ),
      ...all((number, turn) => saLine('add', saOf(family, number, turn))),
      ...policiesOf(family, 'in'),
    ],
  },
  jobs: { dumps },
});

/** Pings of a sender, and answers. */
async function counts(host: Host, sender: number): Promise<{ readonly sent: number; readonly answered: number }> {
  const lines = [...(await jobOutput(host, `sender-${sender}`)).matchAll(/= (\d+)\/(\d+)\//g)];
  const sum = (group: number): number => lines.reduce((all, line) => all + Number(line[group]), 0);
  return { sent: sum(1), answered: sum(2) };
}

for (const family of families) {
  // RFC 2367, 3.1.6; net/xfrm/xfrm_state.c, xfrm_state_find: packets of several CPUs ask for SAs that expire under them.
  scenario(
    `SAs of IPv${family} are asked for, added and used up beside traffic`,
    labOf(atWest(family), atEast(family)),
    async ({ hosts: { west, east }, clock }) => {
      for (const host of [west, east]) await expect(host).toRun(`ip -batch ${batchOf('set-up')}`);
      await expect(west).toRun('sysctl -qw net.core.xfrm_acq_expires=2');
      await together({ west, east });
      let [sent, answered] = [0, 0];
      for (const sender of senders) {
        const count = await counts(west, sender);
        [sent, answered] = [sent + count.sent, answered + count.answered];
      }
      await expect(sent, { what: 'pings sent' }).toBe(senders.length * destinations * pings);
      await expect(answered, { what: 'pings answered' }).toBeAtLeast(sent / 10);
      await expect(west).toSeeXfrm('expire', { hard: true }, { count: { atLeast: destinations / 2 }, within: 0 });
      const asked = Number((await jobOutput(west, 'manager')).trim());
      await expect(asked, { what: 'acquires that were answered' }).toBeAtLeast(destinations);

      const { XfrmOutNoStates = 0, XfrmOutStateExpired = 0, XfrmOutStateInvalid = 0, ...others } = await lost(west);
      await expect(others, { what: 'packets lost otherwise than for want of an SA', host: west }).toEqual({});
      await expect(sent - answered, { what: 'pings without an answer' }).toBeAtMost(
        XfrmOutNoStates + XfrmOutStateExpired + XfrmOutStateInvalid,
      );
      await expect(await lost(east), { what: 'packets lost by IPsec', host: east }).toEqual({});

      await clock.advance('4s');
      const left = await west.xfrm.state.list();
      await expect(left.filter(({ larval }) => larval).length, { what: 'larval SAs left' }).toBe(0);
      await expect(left.length, { what: 'SAs left', host: west }).toBeAtMost(destinations);
      await expect((await east.xfrm.state.list()).length, { what: 'SAs', host: east }).toBe(destinations * turns);
      for (const host of [west, east]) {
        await expect((await host.xfrm.policy.list()).length, { what: 'policies', host }).toBe(destinations);
      }
      await west.xfrm.state.flush();
      await expect(west).toRun(`ip -batch ${batchOf('lasting')}`);
      const targets = numbers.map((number) => addressOf(family, number));
      await expect(west).toRun(`fping -q -c 1 ${targets.join(' ')}`);
      for (const to of targets) await expect(west).not.toHaveSentInClear({ to });
    },
  );
}
