/** What must not stand in code as itself: it would end the line, not be seen, or turn the order of what is read. */
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/gu;

/** `text` as a Python string on one line, whatever is in it: the only way in which names get into a cell. */
export function pythonString(text: string): string {
  return `"${text.replace(/[\\"]/g, '\\$&').replace(UNSEEN, escaped)}"`;
}

function escaped(character: string): string {
  const code = character.codePointAt(0)!;
  const [letter, digits] = code < 0x100 ? ['x', 2] : code < 0x10000 ? ['u', 4] : ['U', 8];
  return `\\${letter}${code.toString(16).padStart(digits, '0')}`;
}
