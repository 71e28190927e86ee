import { existsSync, readFileSync } from 'node:fs';
import { userInfo } from 'node:os';

/** Root has all ids, and may install what is missing. */
export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/** True when this user may use a range of subordinate ids, as image builds without root need. */
export function hasSubordinateIds(user: { name: string; uid: number }, subids: string): boolean {
  return subids.split('\n').some((line) => {
    const [owner, , count] = line.split(':');
    return (owner === user.name || owner === String(user.uid)) && Number(count) >= 65_536;
  });
}

/** A range, `FIRST-LAST`, above all that these files give to anyone. */
export function freeSubordinateIds(subids: string): string {
  const ends = subids.split('\n').map((line) => {
    const [, first, count] = line.split(':');
    return Number(first) + Number(count);
  });
  const first = Math.max(100_000, ...ends.filter(Number.isFinite));
  return `${first}-${first + 65_535}`;
}

/** Texts of the files of subordinate ids. */
export function subordinateIds(): string[] {
  return ['/etc/subuid', '/etc/subgid'].map((path) => (existsSync(path) ? readFileSync(path, 'utf8') : ''));
}

/** The account of this process; `undefined`: its user id has none, as in a container run with `--user 1234`. */
export function account(): { readonly name: string; readonly uid: number } | undefined {
  try {
    const { username, uid } = userInfo();
    return { name: username, uid };
  } catch {
    return undefined;
  }
}

/** True when this user has too few subordinate ids and could get some; only an account can. */
export function lacksSubordinateIds(): boolean {
  const user = isRoot() ? undefined : account();
  return user !== undefined && subordinateIds().some((text) => !hasSubordinateIds(user, text));
}
