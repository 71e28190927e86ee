import { type Dialogue, inOrder, type Part, type Step } from '../dialogue.ts';
import type { HostProfile } from './profile.ts';

const minute = 60;

/** A text that a shell puts together, so that the echo of the line is not taken for it. */
const failed = 'espalier: failed';
const sayFailed = "echo 'espalier: ''failed'";
const prompt = { waitFor: 'espalier> ', atEnd: true } as const;
const setPrompt = 'PS1=espalier; PS1="$PS1> "';

/** What `commands` types where one of them fails. */
export const commandFailed = { text: failed, means: 'its command ended with an error' } as const;

/** A line that is typed at a shell: what it does, the line, and the longest time that it takes, s. */
export type Command = readonly [name: string, line: string, within?: number];

/** The shell of a system in single-user mode, with a prompt that is nothing else's. */
export function singleUserShell({ waitFor, within }: Pick<Step, 'waitFor' | 'within'>): Part[] {
  return inOrder(
    { name: 'question for a shell', waitFor, send: '\r', within },
    { name: 'shell', waitFor: '# ', atEnd: true, send: `${setPrompt}\r`, within: minute },
  );
}

/** Commands typed there one after the other, each when the one before has ended well; then the machine is switched off. */
export function commands(lines: readonly Command[]): Part[] {
  const sent = [...lines.map(([, line]) => `${line} || ${sayFailed}\r`), 'halt -p\r'];
  const ends = lines.map(
    ([name, , within = minute], index): Step => ({
      ...prompt,
      name,
      within,
      send: sent[index + 1] ?? '',
    }),
  );
  return inOrder({ ...prompt, name: 'prompt of the shell', within: minute, send: sent[0] ?? '' }, ...ends);
}

/** Root logs in on a system that is starting; `line` is typed at the first prompt. */
function loginThen(line: string, options: Pick<Dialogue, 'failures' | 'noise'>): Dialogue {
  return {
    ...options,
    parts: inOrder(
      { name: 'login', waitFor: 'login:', send: 'root\r', within: 20 * minute },
      { name: 'password', waitFor: 'Password:', send: '{password}\r', within: minute },
      { name: 'shell', waitFor: '# ', atEnd: true, send: `${line}\r`, within: 2 * minute },
    ),
    failures: [
      ...options.failures,
      { text: 'Login incorrect', means: 'root cannot log in with the password of the installation' },
    ],
    off: 5 * minute,
  };
}

/** Root logs in, and `line` gives a shell that edits no lines. */
export function plainShell(line: string, options: Pick<Dialogue, 'failures' | 'noise'>): Dialogue {
  const login = loginThen(line, options);
  const prompt = { name: 'prompt of a plain shell', waitFor: '# ', atEnd: true, within: minute } as const;
  return { ...login, parts: [...login.parts, ...inOrder(prompt)] };
}

/** Root logs in on a system that is starting, and switches it off. */
export function loggingIn(options: Pick<Dialogue, 'failures' | 'noise'>): Dialogue {
  const login = loginThen("uname -sr; echo 'espalier: ''logged in'", options);
  return {
    ...login,
    parts: [
      ...login.parts,
      ...inOrder(
        { name: 'answer of the shell', waitFor: 'espalier: logged in', within: minute },
        { name: 'prompt of the shell', waitFor: '# ', atEnd: true, send: 'halt -p\r', within: minute },
      ),
    ],
  };
}

/** What hosts with OpenBSD, FreeBSD and NetBSD have in common (date(1), ifconfig(8), route(8), tar(1) of each). */
export const bsdHost = {
  // Nobody has measured it; the boot loaders alone wait for some seconds.
  boots: 20,
  shell: 'posix',
  quiet: 'stty -echo -onlcr',
  date: 'date -u $(date -u -r {seconds} +%Y%m%d%H%M.%S)',
  up: 'ifconfig {nic} up',
  address: 'ifconfig {nic} {inet} {address} alias',
  route: 'route -n add -{inet} {to} {via}',
} as const satisfies Partial<HostProfile>;

/** Unpacks the raw disk `device`. Folders that are there get modes of the archive, and everybody writes to these two. */
export function unpack(device: string): string {
  return `tar -xpf ${device} -C / && chmod 1777 /tmp /var/tmp`;
}

/** The lines by which packets are forwarded, or not. */
export function forwarding(sysctl: string): NonNullable<HostProfile['sysctls']> {
  return {
    'net/ipv4/ip_forward': `${sysctl} net.inet.ip.forwarding={value}`,
    'net/ipv6/conf/all/forwarding': `${sysctl} net.inet6.ip6.forwarding={value}`,
  };
}
