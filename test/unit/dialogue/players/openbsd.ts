import { type Act, ask, type Player, show } from './player.ts';

/** How an installation differs from the one that was recorded. */
export interface OpenbsdPlay {
  /** Questions, by their keys, that this one does not have. */
  readonly without?: readonly string[];
  /** Puts the questions between the terminal and the file systems into another order. */
  readonly order?: (keys: readonly string[]) => readonly string[];
  /** Disks that the machine has. */
  readonly disks?: readonly string[];
  /** Printed, or waited, before a question; `off`: the machine goes off instead; `flood`: it prints without end. */
  readonly before?: Readonly<Record<string, string | number | 'off' | 'flood'>>;
  /** The installer asks for the time zone when the sets are there. */
  readonly lateZone?: true;
}

/** What the installer was told, by the keys of its questions. */
export type Told = Record<string, string>;

interface Question {
  readonly prompt: string;
  readonly default?: string;
  readonly secret?: true;
  readonly says?: string;
  /** Answers that it takes; left out: all. */
  readonly takes?: readonly string[];
}

function yesOrNo(prompt: string, standard: 'yes' | 'no'): Question {
  return { prompt, default: standard, takes: ['yes', 'no', 'y', 'n'] };
}

/** In the order of 7.9, as published records of installations on serial lines have it. */
function questions(disks: readonly string[]): Record<string, Question> {
  return {
    terminal: { prompt: 'Terminal type?', default: 'vt220' },
    host: { prompt: "System hostname? (short form, e.g. 'foo')" },
    interface: {
      says: '\nAvailable network interfaces are: vlan0.\n',
      prompt: "Network interface to configure? (name, lladdr, '?', or 'done')",
      default: 'vlan0',
      takes: ['vlan0', 'done'],
    },
    domain: { prompt: "DNS domain name? (e.g. 'example.com')", default: 'my.domain' },
    nameservers: { prompt: "DNS nameservers? (IP address list or 'none')", default: 'none' },
    password: { says: '\n', prompt: 'Password for root account? (will not echo)', secret: true },
    again: { prompt: 'Password for root account? (again)', secret: true },
    sshd: yesOrNo('Start sshd(8) by default?', 'yes'),
    x: yesOrNo('Do you expect to run the X Window System?', 'yes'),
    console: yesOrNo('Change the default console to com0?', 'yes'),
    speed: {
      says: 'Available speeds are: 9600 19200 38400 57600 115200.\n',
      prompt: "Which speed should com0 use? (or 'done')",
      default: '9600',
      takes: ['9600', '19200', '38400', '57600', '115200', 'done'],
    },
    user: { prompt: "Setup a user? (enter a lower-case loginname, or 'no')", default: 'no' },
    rootSsh: {
      says: 'WARNING: root is targeted by password guessing attacks, pubkeys are safer.\n',
      prompt: 'Allow root ssh login? (yes, no, prohibit-password)',
      default: 'no',
      takes: ['yes', 'no', 'prohibit-password'],
    },
    zone: { prompt: "What timezone are you in? ('?' for list)", default: 'Canada/Mountain' },
    disk: {
      says: `\nAvailable disks are: ${disks.join(' ')}.\n`,
      prompt: "Which disk is the root disk? ('?' for details)",
      default: disks[0] ?? '',
      takes: disks,
    },
    encryption: { prompt: 'Encrypt the root disk with a (p)assphrase or (k)eydisk?', default: 'no', takes: ['no'] },
    table: {
      says: 'No valid MBR or GPT.\n',
      prompt: 'Use (W)hole disk MBR, whole disk (G)PT or (E)dit?',
      default: 'whole',
      takes: ['whole', 'w', 'W'],
    },
    layout: {
      says: 'Setting OpenBSD MBR partition to whole sd0...done.\nThe auto-allocated layout for sd0 is:\n  a:  1190.2M  64  4.2BSD   2048 16384     1 # /\n',
      prompt: 'Use (A)uto layout, (E)dit auto layout, or create (C)ustom layout?',
      default: 'a',
      takes: ['a', 'A'],
    },
  };
}

/** Plays the installer from its boot loader to the restart. `told` gets what it was told. */
export function* openbsd(play: OpenbsdPlay, told: Told): Player {
  const { disks = ['sd0'], without = [], order = (same) => same, before = {}, lateZone } = play;
  const all = questions(disks);
  told.loader = yield* ask(
    'probing: pc0 com0 mem[639K 2046M a20=on]\ndisk: hd0+ cd0\n>> OpenBSD/amd64 CDBOOT 3.65\nboot> ',
  );
  const switched = 'switching console to com>> OpenBSD/amd64 CDBOOT 3.65\nboot> ';
  told.boot = yield* ask(switched);
  yield* show(
    'cannot open cd0a:/etc/random.seed: No such file or directory\nbooting cd0a:/7.9/amd64/bsd.rd: 4049239+1664000\n',
  );
  yield { kind: 'pause', ms: 20_000 };
  yield* show(
    'OpenBSD 7.9 (RAMDISK_CD) #1\nsd0 at scsibus1 targ 0 lun 0: <VirtIO, Block Device, >\nroot on rd0a swap on rd0b dump on rd0b\n',
  );
  told.menu = yield* ask(
    '\nWelcome to the OpenBSD/amd64 7.9 installation program.\n(I)nstall, (U)pgrade, (A)utoinstall or (S)hell? ',
  );
  yield* show(
    "At any prompt except password prompts you can escape to a shell by\ntyping '!'. Default answers are shown in []'s and are selected by\npressing RETURN.\n\n",
  );
  const keys = order(Object.keys(all)).filter(
    (key) => !without.includes(key) && (key !== 'zone' || lateZone === undefined),
  );
  for (const key of keys) {
    if (before[key] === 'off') return;
    yield* happens(before[key]);
    told[key] = yield* question(all[key] as Question);
  }
  if (told.password !== told.again) yield* show('Passwords do not match, try again.\n');
  yield { kind: 'pause', ms: 15_000 };
  yield* show("/dev/rsd0a: 1190.2MB in 2437504 sectors of 512 bytes\n\nLet's install the sets!\n");
  yield* sets(told);
  if (lateZone) told.zone = yield* question(all.zone as Question);
  yield* show(
    'Saving configuration files... done.\nMaking all device nodes... done.\nRelinking to create unique kernel... done.\n\nCONGRATULATIONS! Your OpenBSD install has been successfully completed!\n\n',
  );
  told.end = yield* ask('Exit to (S)hell, (H)alt or (R)eboot? [reboot] ');
  yield* show('syncing disks... done\nrebooting...\n');
}

function* happens(what: string | number | undefined): Generator<Act, void, string> {
  while (what === 'flood') yield* show('interrupt storm\n'.repeat(100));
  if (typeof what === 'string') yield* show(what);
  else if (what !== undefined) yield { kind: 'pause', ms: what };
}

function* question({ prompt, default: standard, secret, says = '', takes }: Question): Generator<Act, string, string> {
  yield* show(says);
  for (;;) {
    const shown = standard === undefined ? `${prompt} ` : `${prompt} [${standard}] `;
    const answer = (yield* ask(shown, secret)) || standard || '';
    if (takes === undefined || takes.includes(answer)) return answer;
    yield* show(`'${answer}' is not a valid choice.\n`);
  }
}

function* sets(told: Told): Player {
  const location = (standard: string): Question => ({
    prompt: "Location of sets? (cd0 disk http nfs or 'done')",
    default: standard,
    takes: ['cd0', 'disk', 'http', 'nfs', 'done'],
  });
  told.sets = yield* question(location('cd0'));
  told.path = yield* question({ prompt: "Pathname to the sets? (or 'done')", default: '7.9/amd64' });
  yield* show(
    "\nSelect sets by entering a set name, a file name pattern or 'all'.\n    [X] bsd           [X] base79.tgz    [X] game79.tgz\n",
  );
  const names: string[] = [];
  while (names.at(-1) !== 'done')
    names.push(yield* question({ prompt: "Set name(s)? (or 'abort' or 'done')", default: 'done' }));
  told.names = names.join(' ');
  const unsigned = 'Directory does not contain SHA256.sig. Continue without verification?';
  told.unsigned = yield* question(yesOrNo(unsigned, 'no'));
  for (const percent of ['  3%', ' 58%', '100%']) {
    yield* show(`\rInstalling base79.tgz   ${percent} |*****                     |   510 MB    01:07`);
    yield { kind: 'pause', ms: 120_000 };
  }
  yield* show('\n');
  told.more = yield* question(location('done'));
}
