import { readdirSync, readFileSync } from 'node:fs';
import type { Activity } from '../substrate/substrate.ts';

/** Clock ticks of /proc/PID/stat a second; Linux fixes USER_HZ at 100 on x86-64. */
const userHz = 100;

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

function threads(pid: string): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return []; // it has just ended
  }
}

/** Fields of a stat file behind the program's name, which may hold anything (proc_pid_stat(5): field 3 and on). */
function statFields(path: string): string[] {
  const stat = read(path);
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

/** A process and its living descendants. */
function* tree(root: number): Generator<string> {
  const queue = [String(root)];
  for (let pid = queue.pop(); pid !== undefined; pid = queue.pop()) {
    yield pid;
    const children = read(`/proc/${pid}/task/${pid}/children`).trim();
    if (children !== '') queue.push(...children.split(' '));
  }
}

/** CPU ticks of one process and of its waited-for children (fields 14 to 17). */
function ticks(pid: string): number {
  const fields = statFields(`/proc/${pid}/stat`);
  return [11, 12, 13, 14].reduce((sum, index) => sum + Number(fields[index] ?? 0), 0);
}

/** CPU time of a process and its living descendants, ms. */
export function treeCpuMs(root: number): number {
  let total = 0;
  for (const pid of tree(root)) total += ticks(pid);
  return (total * 1000) / userHz;
}

/** True while a process is stopped by a signal, and not by a debugger. */
export function isStopped(process: number): boolean {
  return statFields(`/proc/${process}/stat`)[0] === 'T';
}

/** True while a debugger holds a process. */
export function isTraced(process: number): boolean {
  return /^TracerPid:\s*[1-9]/m.test(read(`/proc/${process}/status`));
}

/** States of threads that go on only if another one wakes them. One in the disk's hands (D) or stopped (T) is the machine's. */
const sleeping = ['S', 'Z'];

/** What the threads of a process and of its living descendants can do. */
export function treeActivity(root: number): Activity {
  const states = [...tree(root)].flatMap((pid) =>
    threads(pid).map((thread) => statFields(`/proc/${pid}/task/${thread}/stat`)[0] ?? ''),
  );
  // What has just ended is taken to run: the next look sees it gone.
  if (states.length === 0 || states.some((state) => state === 'R' || state === '')) return 'runs';
  return states.every((state) => sleeping.includes(state)) ? 'asleep' : 'held up';
}
