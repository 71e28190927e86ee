/** Control characters, and format characters that reorder or hide text. */
const hidden = /(?![\t\n])[\p{Cc}\p{Cf}\u2028\u2029]/gu;

/** What `visible` changes, and the escapes that JSON writes for it. */
const hiddenInJson = /\\[urbf]|[\p{Cc}\p{Cf}\u2028\u2029]/u;

/** Whether no string in a JSON text needs `visible`. False where it cannot be told from the text: a backslash before a letter. */
export function isVisibleJson(text: string): boolean {
  return !hiddenInJson.test(text);
}

/** Text from a console made harmless: everything but tab and newline that is not to be seen is spelled out. */
export function visible(text: string): string {
  return text.replace(hidden, spell);
}

/** The same on one line. */
export function visibleLine(text: string): string {
  return visible(text).replaceAll('\n', '\\n').replaceAll('\t', ' ');
}

function spell(character: string): string {
  if (character === '\r') return '\\r';
  const code = character.codePointAt(0) ?? 0;
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
}
