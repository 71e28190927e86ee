/** Longer ones are cut: people read these beside a verdict. */
const longest = 8000;

/** What a test's author says of it. Bytes that are no UTF-8 show as such; nothing is judged by it. */
export function descriptionOf(bytes: Uint8Array): string | undefined {
  const text = Buffer.from(bytes.subarray(0, 4 * longest))
    .toString('utf8')
    .trim();
  return text === '' ? undefined : text.slice(0, longest);
}

const entities = new Map(Object.entries({ lt: '<', gt: '>', amp: '&', quot: '"', apos: "'", nbsp: ' ' }));

/** HTML as strongSwan's authors write it, as text: paragraphs and items stay apart, other tags go. */
export function textOfHtml(html: string): string {
  return html
    .replace(/\s+/g, ' ')
    .replace(/ ?<\/?(?:p|ul|ol|h\d)\b[^<>]*> ?/gi, '\n\n')
    .replace(/ ?<br\b[^<>]*> ?/gi, '\n')
    .replace(/ ?<li\b[^<>]*> ?/gi, '\n- ')
    .replace(/<\/?[a-z][^<>]*>/gi, '')
    .replace(/&(\w+);/g, (whole, name: string) => entities.get(name) ?? whole)
    .replace(/[ \n]*\n[ \n]*\n[ \n]*/g, '\n\n')
    .trim();
}
