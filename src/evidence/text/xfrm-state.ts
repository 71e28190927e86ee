import type { TextAlgorithm, TextSa } from './kernel-facts.ts';
import { defined, shown } from './shown.ts';
import { addLifetime } from './xfrm-lifetime.ts';
import { pairs, readTextSelector } from './xfrm-selector.ts';

type Found = { -readonly [K in keyof TextSa]?: TextSa[K] } & { flags: string[]; other: string[] };

/** What to do with a line, by its first word (ip/ipxfrm.c of iproute2, xfrm_state_info_print and below). */
const readers: Readonly<Record<string, (words: readonly string[], sa: Found) => void>> = {
  proto: (words, sa) => {
    const named = pairs(words.join(' '));
    sa.protocol = named.get('proto') ?? '';
    sa.spi = bare(named.get('spi') ?? '');
    sa.reqid = shown(bare(named.get('reqid') ?? ''));
    sa.mode = named.get('mode') ?? '';
  },
  'replay-window': (words, sa) => {
    sa.replayWindow = Number(words[1] ?? 0) || 0;
    sa.flags.push(...readFlags(words));
  },
  replay_window: (words, sa) => {
    sa.replayWindow = Number.parseInt(words[1] ?? '', 10) || 0;
  },
  'anti-replay': (words, sa) => {
    if (words[1] === 'context:') sa.replay = words.slice(2).join(' ');
  },
  'seq-hi': (words, sa) => {
    sa.replay = words.join(' ');
  },
  enc: (words, sa) => {
    sa.encryption = algorithm(words);
  },
  auth: (words, sa) => {
    sa.integrity = algorithm(words);
  },
  'auth-trunc': (words, sa) => {
    sa.integrity = algorithm(words);
  },
  aead: (words, sa) => {
    sa.aead = algorithm(words);
  },
  comp: ([, name = ''], sa) => {
    sa.compression = name;
  },
  encap: ([, , type = '', , source = '', , destination = '', , originalAddress = ''], sa) => {
    sa.encapsulation = { type, sourcePort: shown(source), destinationPort: shown(destination), originalAddress };
  },
  lastused: (words, sa) => {
    sa.lastUsed = words.slice(1).join(' ');
  },
  dir: ([, direction = ''], sa) => {
    sa.direction = direction;
  },
  if_id: ([, id = ''], sa) => {
    sa.ifId = Number(id) || 0;
  },
  // iproute2 writes the second mark behind the first, and on a line of its own where that is missing.
  mark: ([, mark = '', , outputMark], sa) => {
    sa.mark = mark;
    if (outputMark !== undefined) sa.outputMark = outputMark;
  },
  'output-mark': ([, mark = ''], sa) => {
    sa.outputMark = mark;
  },
  sel: (words, sa) => {
    const selector = readTextSelector(words.slice(1).join(' '));
    if (selector !== undefined) sa.selector = selector;
  },
  security: (words, sa) => {
    sa.label = words.slice(2).join(' ');
  },
};

/** Reads one entry of `ip xfrm state`: its line `src … dst …` and the indented ones below. */
export function readTextSa(lines: readonly string[]): TextSa {
  const head = pairs(lines[0] ?? '');
  const sa: Found = { flags: [], other: [] };
  for (const line of lines.slice(1)) readLine(line.trim(), sa);
  const { flags, other, protocol = '', spi = '', reqid = 0, mode = '', ...rest } = sa;
  return {
    source: head.get('src') ?? '',
    destination: head.get('dst') ?? '',
    protocol,
    spi,
    reqid,
    mode,
    ...defined(rest),
    esn: flags.includes('esn'),
    flags: flags.filter((flag) => flag !== 'esn').sort(),
    other,
  };
}

function readLine(line: string, sa: Found): void {
  if (line === '' || addLifetime(line, sa)) return;
  const words = line.split(/\s+/);
  const name = words[0] ?? '';
  // A line of the replay window's bits.
  if (words.every((word) => /^[0-9a-fX]{8}$/.test(word))) sa.replay = `${sa.replay ?? ''} ${words.join(' ')}`.trim();
  else if (Object.hasOwn(readers, name)) readers[name]?.(words, sa);
  else sa.other.push(words.join(' '));
}

/** Without the second form that `-s` adds: `16389(0x00004005)`. */
function bare(text: string): string {
  return text.replace(/\(\w{1,20}\)$/, '');
}

/** `enc cbc(aes) 0xENCKEY`, `auth-trunc hmac(sha1) 0x… (160 bits) 96`; NULL has no key. */
function algorithm(words: readonly string[]): TextAlgorithm {
  const [, name = '', key = '', ...rest] = words
    .join(' ')
    .replace(/ \(\d{1,6} bits\)/, '')
    .split(' ');
  const bits = Number(rest[0]);
  return { name, key, ...(rest[0] !== undefined && Number.isInteger(bits) && { bits }) };
}

/** iproute2 forgets the blank before `extra_flag`. */
export function readFlags(words: readonly string[]): string[] {
  const text = words.join(' ').replace('extra_flag', ' flag');
  const start = text.indexOf(' flag');
  if (start < 0) return [];
  return text
    .slice(start)
    .split(/\s+/)
    .filter((word) => /^[a-z][\w-]{0,30}$/.test(word) && word !== 'flag');
}
