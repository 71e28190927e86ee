import type { TextPolicy, TextTemplate } from './kernel-facts.ts';
import { defined, shown } from './shown.ts';
import { addLifetime } from './xfrm-lifetime.ts';
import { pairs, readTextSelector } from './xfrm-selector.ts';
import { readFlags } from './xfrm-state.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type Found = Mutable<Partial<Omit<TextPolicy, 'templates' | 'flags' | 'other'>>> & {
  templates: Mutable<TextTemplate>[];
  flags: string[];
  other: string[];
};

/** What to do with a line, by its first word (ip/ipxfrm.c of iproute2, xfrm_policy_info_print and below). */
const readers: Readonly<Record<string, (words: readonly string[], policy: Found) => void>> = {
  dir: readHead,
  socket: readHead,
  tmpl: (words, policy) => {
    const named = pairs(words.slice(1).join(' '));
    const source = named.get('src') ?? '';
    const destination = named.get('dst') ?? '';
    policy.templates.push({ source, destination, protocol: '', reqid: 0, mode: '', level: 'required' });
  },
  proto: (words, policy) => {
    const template = policy.templates.at(-1);
    if (template === undefined) return;
    const named = pairs(words.join(' '));
    const spi = bare(named.get('spi'));
    Object.assign(template, {
      protocol: named.get('proto') ?? '',
      reqid: shown(bare(named.get('reqid')) ?? '0'),
      mode: named.get('mode') ?? '',
      ...(spi !== undefined && !/^0x0*$/.test(spi) && { spi }),
    });
  },
  level: ([, level = ''], policy) => {
    const template = policy.templates.at(-1);
    if (template !== undefined) template.level = level;
  },
  // Masks of algorithms that a template allows; both daemons leave them at all ones.
  'enc-mask': () => undefined,
  mark: ([, mark = ''], policy) => {
    policy.mark = mark;
  },
  if_id: ([, id = ''], policy) => {
    policy.ifId = Number(id) || 0;
  },
  security: (words, policy) => {
    policy.label = words.slice(2).join(' ');
  },
};

/** Reads one entry of `ip xfrm policy`: its line `src … dst …` and the indented ones below. */
export function readTextPolicy(lines: readonly string[]): TextPolicy | undefined {
  const selector = readTextSelector(lines[0] ?? '');
  if (selector === undefined) return undefined;
  const policy: Found = { templates: [], flags: [], other: [] };
  for (const line of lines.slice(1)) readLine(line.trim(), policy);
  const { direction = '', action = 'allow', priority = 0, type = 'main', templates, flags, other, ...rest } = policy;
  return { ...defined(rest), selector, direction, action, priority, type, templates, flags: flags.sort(), other };
}

function readLine(line: string, policy: Found): void {
  if (line === '' || addLifetime(line, policy)) return;
  const words = line.split(/\s+/);
  const name = words[0] ?? '';
  if (Object.hasOwn(readers, name)) readers[name]?.(words, policy);
  else policy.other.push(words.join(' '));
}

/** `dir out action block index 1 priority 10 ptype main`; `socket in …` for the policies of one socket. */
function readHead(words: readonly string[], policy: Found): void {
  const named = pairs(words.join(' '));
  const socket = named.get('socket');
  policy.direction = named.get('dir') ?? `socket-${socket ?? ''}`;
  policy.action = named.get('action') ?? 'allow';
  policy.priority = shown(named.get('priority') ?? '0');
  policy.type = named.get('ptype') ?? 'main';
  const index = named.get('index');
  if (index !== undefined) policy.index = Number(index) || 0;
  policy.flags.push(...readFlags(words));
}

function bare(text: string | undefined): string | undefined {
  return text?.replace(/\(\w{1,20}\)$/, '');
}
