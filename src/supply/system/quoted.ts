/** A value of one of QEMU's options: commas separate them, so one in a value is doubled. */
export function quoted(text: string): string {
  return text.replaceAll(',', ',,');
}
