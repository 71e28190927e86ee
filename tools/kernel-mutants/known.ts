/** Drawn mutants that no scenario can notice, each with the reason. An id stays right as long as its function does. */
import type { Known } from './report.ts';

export const known: readonly Known[] = [];
