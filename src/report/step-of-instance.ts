/** "pause-node-pools[a]" is an instance of the step "pause-node-pools". */
export function stepOfInstance(instance: string): string {
  const bracket = instance.indexOf('[');
  return bracket === -1 ? instance : instance.slice(0, bracket);
}
