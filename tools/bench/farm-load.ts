import { readdirSync, readFileSync } from 'node:fs';
import type { Field } from '../../test/e2e/farm/field.ts';

/** What a farm did so far. */
export interface Load {
  readonly transactions: number;
  /** CPU of PostgreSQL's processes, milliseconds. */
  readonly databaseMs: number;
  /** The same of `espalier farm start`. */
  readonly serverMs: number;
}

/** Reads the counters of a farm and its database. */
export async function loadOf(field: Field): Promise<Load> {
  const [row] = (await field.sql('select sum(xact_commit)::float8 as transactions from pg_stat_database')) as {
    transactions: number;
  }[];
  const postmaster = field.cluster.pid;
  const own = cpuOf(field.server.child.pid ?? 0);
  return {
    transactions: row?.transactions ?? 0,
    databaseMs: childrenOf(postmaster).reduce((sum, pid) => sum + cpuOf(pid).own, cpuOf(postmaster).all),
    serverMs: own.own,
  };
}

/** Linux counts in hundredths of a second. */
const tick = 10;

interface Cpu {
  readonly own: number;
  /** With that of children that have ended. */
  readonly all: number;
}

function statOf(pid: number): string[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return []; // it has just ended
  }
}

function cpuOf(pid: number): Cpu {
  const [user = 0, system = 0, childUser = 0, childSystem = 0] = statOf(pid).slice(11, 15).map(Number);
  const own = (user + system) * tick;
  return { own, all: own + (childUser + childSystem) * tick };
}

function childrenOf(parent: number): number[] {
  const pids = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
  return pids.filter((pid) => statOf(pid)[1] === String(parent));
}
