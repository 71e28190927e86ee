/** What becomes of a scenario by what the kernel answers, and by whether the kernel is to have what is asked for. */
import { expect, type Host, type KernelFeature, linux, scenario } from '../../src/suites/scenarios/api/index.ts';

const lab = { hosts: { west: linux() }, links: { wan: ['west'] } } as const;

/** Error number of a question that the tested kernel does answer: an algorithm that nobody knows (ENOSYS), a larval SA that is not there (ESRCH). */
const unknownCipher = 'ip xfrm state add src 192.0.2.1 dst 192.0.2.2 proto esp spi 7 enc "cbc(none)" 0x00';
const noSa = 'ip xfrm state get src 192.0.2.1 dst 192.0.2.2 proto esp spi 7';
const errors = { 'Requested CRYPT algorithm not found': 38, 'No such process': 3 } as const;

async function answerTo(host: Host, line: string): Promise<number> {
  const { status, stdout } = await host.exec(line);
  if (status === 0) return 0;
  const said = Object.entries(errors).find(([text]) => stdout.includes(text));
  if (said === undefined) throw new Error(`an answer that nobody expects: ${stdout}`);
  return said[1];
}

const later = { name: 'a cipher that nobody knows', since: '99.0' } as const;
const refused: KernelFeature = { ...later, ask: (host) => answerTo(host, unknownCipher) };

/** By the name of the scenario; its function does what the feature is for, which fails. */
const needs: Readonly<Record<string, KernelFeature>> = {
  'older, and refused': refused,
  'older, and ignored': { ...later, ask: async () => 'ignored' },
  'older, and there all the same': { ...later, ask: (host) => answerTo(host, 'ip xfrm state flush') },
  'older, with another error': { ...later, ask: (host) => answerTo(host, noSa) },
  'of that release': { ...refused, since: '2.6' },
  'built with it': { ...refused, option: 'CONFIG_XFRM_USER' },
  'built without it': { ...refused, option: 'CONFIG_XFRM_OF_NOBODY' },
};

for (const [name, feature] of Object.entries(needs)) {
  scenario(name, { ...lab, needs: [feature] }, async ({ hosts: { west } }) => {
    await expect(await answerTo(west, unknownCipher), { what: 'the answer' }).toBe(0);
  });
}

scenario('a check of the question fails', { ...lab, needs: [{ ...refused, ask: askWithCheck }] }, async () => {});

async function askWithCheck(host: Host): Promise<'ignored'> {
  await expect.soft(await answerTo(host, noSa), { what: 'the answer to the question' }).toBe(0);
  return 'ignored';
}
