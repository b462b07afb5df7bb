// Stands in for the functions of actions whose schemas came first.
import { InvariantError } from '../../../engine/index.ts';
export async function pending(): Promise<never> {
  throw new InvariantError('This action is being built');
}
