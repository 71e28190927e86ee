import { createHash } from 'node:crypto';
import { pageText } from './visible.ts';

/** HTML that is safe as it is. Everything else becomes it only through `html`. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Part = string | number | undefined | Html | readonly Html[];

/** Template tag: what is filled in is escaped unless it is `Html` already. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(strings.map((string, i) => (i === 0 ? '' : render(parts[i - 1])) + string).join(''));
}

function render(part: Part): string {
  if (part === undefined) return '';
  if (part instanceof Html) return part.text;
  if (typeof part === 'object') return part.map(({ text }) => text).join('');
  const entities: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return pageText(String(part)).replace(/[&<>"']/g, (character) => entities[character] ?? character);
}

const style = `
:root { color-scheme: light dark; --line: #8884; --red: #c22; --green: #286; --grey: #777 }
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem }
h1 { font-size: 1.4rem } h2 { font-size: 1.1rem; margin-top: 2rem }
table { border-collapse: collapse } td, th { text-align: left; padding: .15rem .8rem .15rem 0; vertical-align: top }
tbody tr { border-top: 1px solid var(--line) }
pre { background: #8881; padding: .6rem .8rem; overflow-x: auto; font: 13px/1.4 ui-monospace, monospace }
.passed { color: var(--green) } .unsupported { color: var(--grey) } .word { font-weight: 600; white-space: nowrap }
.bad, del { color: var(--red) } ins { color: var(--green) } del, ins { text-decoration: none }
.note { color: var(--grey) } summary { cursor: pointer } b { font-weight: 600 }
`;

const styleHash = createHash('sha256').update(style).digest('base64');
/** No script, no network, no frames, no forms: console bytes are foreign. */
const policy = `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'`;

/** A whole page. */
export function page(title: string, body: Html): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${new Html(policy)}">
<meta name="viewport" content="width=device-width">
<title>${title}</title>
<style>${new Html(style)}</style>
</head>
<body>
${body}
</body>
</html>
`.text;
}
