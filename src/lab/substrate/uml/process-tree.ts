import { readFileSync } from 'node:fs';

/** Clock ticks of /proc/PID/stat a second; Linux fixes USER_HZ at 100 on x86-64. */
const userHz = 100;

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

/** CPU ticks of one process and of its waited-for children (proc_pid_stat(5), fields 14 to 17). */
function ticks(pid: string): number {
  const stat = read(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return [11, 12, 13, 14].reduce((sum, index) => sum + Number(fields[index] ?? 0), 0);
}

/** CPU time of a process and its living descendants, ms. */
export function treeCpuMs(root: number): number {
  let total = 0;
  const queue = [String(root)];
  for (let pid = queue.pop(); pid !== undefined; pid = queue.pop()) {
    total += ticks(pid);
    const children = read(`/proc/${pid}/task/${pid}/children`).trim();
    if (children !== '') queue.push(...children.split(' '));
  }
  return (total * 1000) / userHz;
}
