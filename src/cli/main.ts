import { resolveQuickly } from './quick-modules.ts';

// What is imported below this line is found without asking the disk; static imports would be resolved before.
resolveQuickly();
const { runCommandLine } = await import('./command-line.ts');
await runCommandLine(process.argv.slice(2));
