import { readIkedSas } from '../observation/text/iked-text.ts';
import { type Daemon, waitFor, waitForEnd } from './daemon.ts';

const log = '/var/log/iked.log';

/** OpenIKED's iked. */
export function openikedDaemon(version: string, image: string): Daemon {
  return {
    id: `openiked-${version}`,
    implementation: 'openiked',
    version,
    image,
    package: 'openiked',
    pfKey: true,
    collect: [log],
    helpers: [],
    start: (views) => {
      // Passive: it answers peers, and initiates when `ikectl active` says so.
      const passive = views.some(({ local }) => local.start === 'start') ? '' : ' -S';
      return [
        'iked -n > /tmp/iked.check 2>&1 || ( cat /tmp/iked.check; false )',
        `( iked -dv${passive} > ${log} 2>&1 & )`,
        waitFor('ikectl show sa'),
      ];
    },
    reload: () => ['iked -n > /tmp/iked.check 2>&1 || ( cat /tmp/iked.check; false )', 'ikectl reload'],
    initiate: () => 'ikectl active',
    terminate: ({ remote }) => `ikectl reset id ${remote.identity ?? remote.address}`,
    stop: `kill -TERM $(pidof iked); ${waitForEnd('iked')}`,
    kill: 'kill -KILL $(pidof iked); rm -f /run/iked.sock',
    listSas: 'ikectl show sa',
    readSas: readIkedSas,
  };
}
