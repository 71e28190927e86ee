import { compare } from '../../base/text.ts';

/** A machine that scripts name: a host, for some names on a platform of its own. */
export interface Guest {
  /** As in file names: `east`, `netbsde`, `fedorarise`. */
  readonly name: string;
  /** What `hostname` prints there: `east`, `rise`. */
  readonly host: string;
  /** Operating system; `undefined`: the default Linux. */
  readonly platform?: string;
}

/** Hosts that exist on named platforms only. */
const platformOnly: readonly string[] = ['rise', 'set'];
/** Hosts that exist plain and, with their initial, on each platform. */
const alsoOnPlatforms: readonly string[] = ['east', 'west'];

/** All guests that hosts and platforms give, sorted by name as the suite does: by code units. */
export function guestsOf(hosts: readonly string[], platforms: readonly string[]): Guest[] {
  const guests = hosts.flatMap((host): Guest[] => {
    const suffix = platformOnly.includes(host) ? host : alsoOnPlatforms.includes(host) ? host.charAt(0) : undefined;
    const plain = platformOnly.includes(host) ? [] : [{ name: host, host }];
    if (suffix === undefined) return plain;
    return [...plain, ...platforms.map((platform) => ({ name: platform + suffix, host, platform }))];
  });
  return guests.sort((a, b) => compare(a.name, b.name));
}

/** The guests whose name occurs anywhere in a script's name, in the order of `guests`. */
export function guestsInName(script: string, guests: readonly Guest[]): Guest[] {
  return guests.filter((guest) => script.includes(guest.name));
}
