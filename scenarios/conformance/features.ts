/** What rows need of Linux that not every kernel has. */
import type { Host, KernelFeature } from 'espalier';
import { addIptfs } from './iptfs.ts';
import { addresses } from './labs.ts';
import { algorithm, attribute, attributes, attributesOf, converse, message, saBody, saId, types } from './netlink.ts';

/** Of SAs that are there for the question alone. */
const spi = 0xfea7;
const acknowledgement = 2;
const saOctets = 224;

const aead = attribute('aead', algorithm('rfc4106(gcm(aes))', Buffer.alloc(20, 0x5a), 128));
/** XFRM_SA_DIR_OUT. */
const outbound = attribute('direction', Uint8Array.of(2));

/** Whether an SA can have an attribute: it is added with it, listed and deleted. Kernels pass over attributes that they do not know. */
async function askForAttribute(
  host: Host,
  name: keyof typeof attributes,
  parts: readonly Uint8Array[],
): Promise<number | 'ignored'> {
  const messages = [
    message('new-sa', saBody(4, [aead, ...parts], spi), { number: 1 }),
    message('get-sa', saId(4, spi), { number: 2 }),
    message('delete-sa', saId(4, spi), { number: 3 }),
  ];
  const told = await converse(host, messages);
  const added = told.find(({ type, number }) => type === acknowledgement && number === 1);
  const error = -(added?.body.readInt32LE(0) ?? 0);
  const listed = told.find(({ type, number }) => type === types['new-sa'] && number === 2);
  if (error !== 0 || listed === undefined) return error;
  return attributesOf(listed, saOctets).has(attributes[name]) ? 0 : 'ignored';
}

/** XFRMA_SA_DIR. */
export const saDirection: KernelFeature = {
  name: 'SAs with a direction',
  since: '6.10',
  ask: (host) => askForAttribute(host, 'direction', [outbound]),
};

/** XFRMA_SA_PCPU, RFC 9611. */
export const saOfProcessor: KernelFeature = {
  name: 'SAs for one processor',
  since: '6.13',
  ask: (host) => askForAttribute(host, 'cpu', [outbound, attribute('cpu', 0)]),
};

/** XFRM_MODE_IPTFS, RFC 9347. */
export const iptfs: KernelFeature = {
  name: 'IP-TFS',
  since: '6.14',
  option: 'CONFIG_XFRM_IPTFS',
  ask: async (host) => {
    const { west: source, east: destination } = addresses[4];
    const answer = await addIptfs(host, { direction: 'out', source, destination, spi, reqid: 1 });
    if (answer !== 'added') return Number(/refused: (\d+)/.exec(answer)?.[1] ?? 0);
    await host.xfrm.state.delete({ source, destination, spi });
    await host.xfrm.policy.delete({ source, destination, direction: 'out' });
    return 0;
  },
};
