// Words → a line for a POSIX shell, to be read and typed by a person. drctl itself never gives one to a shell.

/** Quoted where a shell would read it as anything but itself. */
export function word(text: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(text)
    ? text
    : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** Words that are undefined are left out. */
export function line(...words: readonly (string | undefined)[]): string {
  return words
    .filter((one) => one !== undefined)
    .map(word)
    .join(' ');
}

/** A remark between commands. */
export const remark = (text: string): string => `# ${text.replaceAll(/\s+/g, ' ')}`;
