import { type DaemonHost, expect } from 'espalier';

/** The two gateways of a lab. */
export interface Ends {
  readonly west: DaemonHost;
  readonly east: DaemonHost;
}

/** Where traffic goes: addresses of west and of east. */
export interface Path {
  readonly west: string;
  readonly east: string;
}

/** Starts both daemons, the responder first. */
export async function start({ west, east }: Ends): Promise<void> {
  await east.daemon.start();
  await west.daemon.start();
}

/** Both have one IKE SA and a pair of IPsec SAs, and packets pass in both directions. */
export async function isUp({ west, east }: Ends, path: Path): Promise<void> {
  for (const host of [west, east]) {
    await expect(host).toHaveIkeSas(1);
    await expect(host).toHaveIpsecSas(2);
  }
  await passes({ west, east }, path);
}

/** Packets pass, and none of them in clear. */
export async function passes({ west, east }: Ends, path: Path): Promise<void> {
  await expect(west).toReach(east, { from: path.west, at: path.east });
  await expect(west).not.toHaveSentInClear({ to: path.east });
  await expect(east).not.toHaveSentInClear({ to: path.west });
}

/** West initiates, and both are up. */
export async function establish(ends: Ends, path: Path): Promise<void> {
  await start(ends);
  await ends.west.initiate('net');
  await isUp(ends, path);
}
