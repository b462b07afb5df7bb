import { describe, expect, it } from 'vitest';
import { createStyle } from '../../../src/cli/style.ts';
import { widthOf, wrapped } from '../../../src/cli/views/table.ts';

describe('a line that is too long', () => {
  it('is broken at spaces and goes on two columns further in', () => {
    expect(wrapped('  one two three four', 12)).toEqual(['  one two', '    three', '    four']);
  });

  it('keeps a word whole that is wider than the terminal', () => {
    expect(wrapped('a unbreakable-name b', 8)).toEqual(['a', '  unbreakable-name', '  b']);
  });

  it('counts no colour codes', () => {
    const { bold } = createStyle(true);
    const lines = wrapped(`${bold('Can be undone')} one, two`, 18);
    expect(lines.map(widthOf)).toEqual([18, 5]);
  });

  it('stays as it is where it fits', () => {
    expect(wrapped('  one  two', 10)).toEqual(['  one  two']);
  });
});
