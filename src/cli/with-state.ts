// Commands that are printed are copied: where --state was given, they name the same place.

const command =
  /\bdrctl ((?:apply|resume|rollback|status|runs|unlock|audit verify|retry|skip|mark-done|cleanup(?= [\w]))(?:\|[a-z-]+)*)(?![\w-])(?! --state )/g;

/**
 * The text with ` --state PLACE` after each command of drctl that reads runs. As it is without a place, or where the
 * command names one already. "drctl cleanup" without a run is a manner of speaking.
 */
export function withState(text: string, state: string | undefined): string {
  if (state === undefined) return text;
  return text.replaceAll(command, (_, words: string) => `drctl ${words} --state ${quoted(state)}`);
}

/** For a POSIX shell. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
