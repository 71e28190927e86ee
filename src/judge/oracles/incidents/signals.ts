/** Signals of Linux by number, on x86-64 and most others (signal(7)). */
const names = [
  ...[
    'HUP',
    'INT',
    'QUIT',
    'ILL',
    'TRAP',
    'ABRT',
    'BUS',
    'FPE',
    'KILL',
    'USR1',
    'SEGV',
    'USR2',
    'PIPE',
    'ALRM',
    'TERM',
  ],
  ...['STKFLT', 'CHLD', 'CONT', 'STOP', 'TSTP', 'TTIN', 'TTOU', 'URG', 'XCPU', 'XFSZ', 'VTALRM', 'PROF', 'WINCH', 'IO'],
  ...['PWR', 'SYS'],
] as const;

type SignalName = (typeof names)[number];

/** Other names of some. */
const others = { IOT: 6, POLL: 29, UNUSED: 31 } as const;

const numbers: ReadonlyMap<string, number> = new Map([
  ...names.map((name, index) => [name, index + 1] as const),
  ...Object.entries(others),
]);

const core: ReadonlySet<string> = new Set(
  (
    [
      'QUIT',
      'ILL',
      'TRAP',
      'ABRT',
      'BUS',
      'FPE',
      'SEGV',
      'XCPU',
      'XFSZ',
      'SYS',
    ] as const satisfies readonly SignalName[]
  ).map((name) => `SIG${name}`),
);

/** `SIGSEGV`; real-time signals by their number. */
export function signalName(signal: number): string {
  const name = names[signal - 1];
  return name === undefined ? `signal ${signal}` : `SIG${name}`;
}

/** The number of `SEGV`, `SIGSEGV` or `11`; undefined: there is none of that name. */
export function signalNumber(text: string): number | undefined {
  if (/^\d{1,2}$/.test(text)) return Number(text);
  return numbers.get(text.toUpperCase().replace(/^SIG/, ''));
}

/** Signals by which a program ends that found itself wrong: their default action is to dump core (signal(7)). */
export function dumpsCore(signal: number): boolean {
  return core.has(signalName(signal));
}
