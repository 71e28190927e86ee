import { ask, type Player, show } from './player.ts';

/** A system that was installed starts, and somebody logs in. */
export function* login(password: string, done: string[]): Player {
  yield { kind: 'pause', ms: 60_000 };
  yield* show('starting network daemons: none.\nMon Nov 30 09:00:00 UTC 2026\n\nguest (console)\n\n');
  for (;;) {
    const name = yield* ask('login: ');
    const given = yield* ask('Password:', true);
    if (name === 'root' && given === password) break;
    yield* show('Login incorrect\n');
  }
  yield* show('You have mail.\n');
  for (;;) {
    const line = yield* ask('guest# ');
    done.push(line);
    if (line === 'halt -p') return;
    yield* show(printed(line));
  }
}

/** What `echo` with quoted words prints. */
export function printed(line: string): string {
  const echoes = line.split(';').map((part) => /^\s*echo (.*)$/.exec(part)?.[1]?.replaceAll("'", ''));
  return echoes.map((text) => (text === undefined ? '' : `${text}\n`)).join('');
}
