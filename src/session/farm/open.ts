import { EspalierError } from '../../base/errors.ts';
import { farmVariables, parseFarmAddress } from '../../farm/wire/address.ts';
import { FarmClient } from '../../farm/wire/client.ts';

/** The farm that an option or the environment names, greeted. Throws `usage` where none is named. */
export async function openFarm(option: string | undefined, role: 'worker' | 'driver'): Promise<FarmClient> {
  const word = option ?? process.env[farmVariables.address];
  if (word === undefined || word === '') {
    const remedy = `give --farm URL, or set ${farmVariables.address}`;
    throw new EspalierError('usage', 'no farm is named', { remedy });
  }
  const client = new FarmClient(parseFarmAddress(word));
  try {
    await client.greet(role);
    return client;
  } catch (error) {
    client[Symbol.dispose]();
    throw error;
  }
}
