import { expect, it } from 'vitest';
import { readRecentChanges } from '../../src/signals/recent-changes.ts';

it('makes a signal of each change', () => {
  const at = { epochMs: 1_795_342_291_000, toleranceMs: 0 };
  expect(readRecentChanges('1795342291\tnginx upgraded 1.28.0 -> 1.29.7\n', 's')).toEqual([
    {
      kind: 'change',
      at,
      what: 'nginx upgraded 1.28.0 -> 1.29.7',
      line: {
        server: 's',
        source: 'recent-changes',
        text: '1795342291\tnginx upgraded 1.28.0 -> 1.29.7',
        at,
      },
    },
  ]);
});

it.each(['', 'no tab here\n', '\tno time\n', 'soon\tx\n', '999999999999\tbeyond the calendar\n', '5\t \n'])(
  'no change in %j',
  text => {
    expect(readRecentChanges(text, 's')).toEqual([]);
  },
);
