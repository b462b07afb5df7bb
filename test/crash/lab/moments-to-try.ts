// Which moments of an uncut run are tried: all of them, or those that DRCTL_TEST_POINT names, a regular expression.

export function momentsToTry(moments: readonly string[]): readonly string[] {
  const asked = process.env['DRCTL_TEST_POINT'];
  if (asked === undefined) return moments;
  const pattern = new RegExp(asked);
  return moments.filter((moment) => pattern.test(moment));
}
