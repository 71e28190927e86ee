import { visible } from '../base/visible.ts';

/** What happened at a console, `at` ms behind the start. */
export type Entry =
  /** Lines that the system printed. */
  | { readonly kind: 'shown'; readonly at: number; readonly text: string }
  | { readonly kind: 'typed'; readonly at: number; readonly step: string; readonly text: string }
  /** A step that only waited. */
  | { readonly kind: 'seen'; readonly at: number; readonly step: string }
  | { readonly kind: 'ended'; readonly at: number; readonly how: string };

/** Lines for a file that a person reads: times, what the console showed, and at which step what was typed. */
export function entryText(entry: Entry): string {
  const time = (entry.at / 1000).toFixed(1).padStart(8);
  if (entry.kind === 'shown')
    return entry.text
      .split('\n')
      .map((line) => `${time}   ${line}\n`)
      .join('');
  if (entry.kind === 'typed') return `${time} > ${visible(entry.text)}   (${entry.step})\n`;
  return entry.kind === 'seen' ? `${time} = (${entry.step})\n` : `${time} . ${entry.how}\n`;
}
