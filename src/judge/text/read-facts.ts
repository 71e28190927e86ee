import { daemonFacts } from '../../daemons/table.ts';
import { type ConsoleLine, readConsoleLines } from '../../evidence/text/console-lines.ts';
import type { ConsoleFact, FactBody } from '../../evidence/text/facts.ts';
import { counterFact, packetFact, probeFact } from '../../evidence/text/probes.ts';
import { xfrmEntryLength, xfrmFact } from '../../evidence/text/xfrm-text.ts';

/** Longer lines hold no fact: no daemon writes them, and reading must stay cheap. */
const maxLine = 4096;

/**
 * Reads the facts of a console, sanitized or as the suite's driver would have saved it, in their order: what it shows
 * of SAs, policies and reachability. Texts are Latin-1, one character per byte. Other lines give nothing.
 */
export function readConsoleFacts(text: string): ConsoleFact[] {
  const lines = readConsoleLines(text);
  const facts: ConsoleFact[] = [];
  const probes = new Map<ConsoleLine['command'], number>();
  const add = ({ command, line }: ConsoleLine, body: FactBody): void => void facts.push({ ...body, command, line });
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] as ConsoleLine;
    if (line.text.length > maxLine) continue;
    const length = xfrmEntryLength(lines, at);
    if (length > 0) {
      const entry = xfrmFact(lines.slice(at, at + length).map((one) => one.text));
      if (entry !== undefined) add(line, entry);
      at += length - 1;
      continue;
    }
    const nth = probes.get(line.command) ?? 0;
    const probe = probeFact(line.text, line.command, nth);
    if (probe !== undefined) probes.set(line.command, nth + 1);
    for (const body of probe === undefined ? lineFacts(line.text) : [probe]) add(line, body);
  }
  return facts;
}

/** Facts of one line, from whoever wrote it. A line of a daemon is its own, whatever words it repeats. */
function lineFacts(line: string): readonly FactBody[] {
  const facts = daemonFacts(line);
  if (facts.length > 0) return facts;
  const other = packetFact(line) ?? counterFact(line);
  return other === undefined ? [] : [other];
}
