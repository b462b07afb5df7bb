import { runCommand } from './command.ts';

/** The seconds of a Node.js that does nothing: what every command of drctl's pays before its first line. */
export async function nodeBaseline(): Promise<number> {
  return (await runCommand([process.execPath, '-e', '0'])).seconds;
}
