import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { EspalierError } from '../../base/errors.ts';
import { interruption } from '../../base/interruption.ts';
import { isLoopback } from '../../report/serve/access.ts';
import type { AskFarm } from '../../report/serve/farm-routes.ts';
import { startServer } from '../../report/serve/server.ts';
import { runsDir } from '../../store/layout.ts';
import { wholeNumber } from '../option-values.ts';
import { rerunOf } from '../options.ts';

export interface ServeCommandOptions {
  readonly port: string;
  readonly host: string;
  readonly output?: string;
  readonly farm?: string;
}

/** `espalier serve`; ends when the user asks it to. */
export async function serveCommand({ port, host, output, farm }: ServeCommandOptions): Promise<void> {
  const number = wholeNumber('--port', port, 0);
  if (number > 65_535) throw new EspalierError('usage', `--port ${port}: a number up to 65535 is expected`);
  const token = isLoopback(host) ? undefined : process.env.ESPALIER_TOKEN || randomBytes(18).toString('base64url');
  const signal = interruption();
  const runs = runsDir(output);
  const ask = farm === undefined ? undefined : await farmToAsk(farm);
  const { server, port: taken } = await startServer({ runs, host, port: number, token, rerunOf, farm: ask });
  const name = host.includes(':') ? `[${host}]` : host;
  process.stdout.write(`http://${name}:${taken}/${token === undefined ? '' : `?token=${token}`}\n`);
  if (!signal.aborted) await once(signal, 'abort');
  server.closeAllConnections();
  server.close();
}

/** A farm whose state is shown; loaded only where one is named. */
async function farmToAsk(address: string): Promise<AskFarm> {
  const { openFarm } = await import('../farm/open.ts');
  const { readFarmStatus, statusText } = await import('../farm/status-text.ts');
  const client = await openFarm(address, 'driver');
  return async () => {
    const status = await readFarmStatus(client);
    return { text: statusText(status), json: status };
  };
}
