import { compare } from '../../base/text.ts';

/** A machine that scripts name: a host, for some names on a platform of its own. */
export interface Guest {
  /** As in file names: `east`, `netbsde`, `fedorarise`. */
  readonly name: string;
  /** What `hostname` prints there: `east`, `rise`. */
  readonly host: string;
  /** Operating system; `undefined`: the default Linux. */
  readonly platform?: string;
  /** Other names that file names may have for it. */
  readonly aliases?: readonly string[];
}

/** The platform that machines have which are named without one. */
const defaultPlatform = 'linux';
/** Until 5.3: hosts that exist on named platforms only. */
const platformOnly: readonly string[] = ['rise', 'set'];
/** Until 5.3: hosts that exist plain and, with their initial, on each platform. */
const alsoOnPlatforms: readonly string[] = ['east', 'west'];

/** The guests that hosts and platforms gave until 5.3, sorted by name as the suite does: by code units. */
export function guestsByInitials(hosts: readonly string[], platforms: readonly string[]): Guest[] {
  const guests = hosts.flatMap((host): Guest[] => {
    const suffix = platformOnly.includes(host) ? host : alsoOnPlatforms.includes(host) ? host.charAt(0) : undefined;
    const plain = platformOnly.includes(host) ? [] : [{ name: host, host }];
    if (suffix === undefined) return plain;
    return [...plain, ...platforms.map((platform) => ({ name: platform + suffix, host, platform }))];
  });
  return guests.sort((a, b) => compare(a.name, b.name));
}

/** The guests since 5.4: every host on every platform. Sorted by name as the suite does, in which the default platform counts. */
export function guestsByPlatform(hosts: readonly string[], platforms: readonly string[]): Guest[] {
  const guests = hosts.flatMap((host) =>
    [...new Set([defaultPlatform, ...platforms])].map((platform): Guest => {
      const name = platform + host;
      return platform === defaultPlatform ? { name: host, host, aliases: [name] } : { name, host, platform };
    }),
  );
  const sorted = ({ name, aliases: [alias] = [] }: Guest): string => alias ?? name;
  return guests.sort((a, b) => compare(sorted(a), sorted(b)));
}

/** The guests whose name occurs anywhere in a script's name, in the order of `guests`. */
export function guestsWithin(script: string, guests: readonly Guest[]): Guest[] {
  return guests.filter((guest) => script.includes(guest.name));
}

/** The guests whose names are words of a script's name, in the order of those words; one named twice counts twice. */
export function guestsAsWords(script: string, guests: readonly Guest[]): Guest[] {
  const named = new Map(guests.flatMap((guest) => [guest.name, ...(guest.aliases ?? [])].map((name) => [name, guest])));
  return script.split(/\W+/).flatMap((word) => named.get(word) ?? []);
}
