import { expect, it } from 'vitest';
import { mannKendallZ } from '../../src/growth/mann-kendall.ts';

it.each([
  // Ten rising numbers: S = 45, variance 10 * 9 * 25 / 18 = 125.
  ['ten that rise', [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 44 / Math.sqrt(125)],
  ['ten that fall', [10, 9, 8, 7, 6, 5, 4, 3, 2, 1], -44 / Math.sqrt(125)],
  // S = 4; variance (4*3*13 - 2 * 2*1*9) / 18.
  ['two pairs of ties', [1, 1, 2, 2], 3 / Math.sqrt((156 - 36) / 18)],
  ['all alike', [5, 5, 5, 5, 5], 0],
  ['one', [5], 0],
  ['none', [], 0],
])('%s', (_, numbers, z) => expect(mannKendallZ(numbers)).toBeCloseTo(z, 10));
