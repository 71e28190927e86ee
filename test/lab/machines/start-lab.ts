/** Starts a lab of four machines in the folder that it is given, and waits to be killed. */
import { startLab } from '../../../src/lab/substrate/lifecycle.ts';
import { backends, planOf } from '../../conformance/backends.ts';

const [dir = ''] = process.argv.slice(2);
const backend = (await backends()).find(({ substrate }) => substrate.name === 'qemu');
if (backend === undefined) throw new TypeError('there is no substrate qemu');
const { topology, images } = planOf(backend, []);
const hosts = [1, 2, 3, 4].map((number) => ({
  name: `host${number}`,
  nics: [{ name: 'eth0', link: 'l', mac: `12:00:00:00:00:0${number}`, addresses: [`192.0.2.${number}/24`] }],
  routes: [],
  sysctls: [],
}));
const plan = planOf(backend, [], {
  topology: { ...topology, hosts },
  images: Object.fromEntries(hosts.map(({ name }) => [name, images.east ?? ''])),
});
const lab = await startLab(backend.substrate, { dir, plan, kernel: backend.kernel, seed: undefined, hold: true });
await lab.ended;
