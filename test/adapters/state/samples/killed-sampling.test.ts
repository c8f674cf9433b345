import { expect, it } from 'vitest';
import { temporaryState } from '../temporary-state.ts';
import { killWriters } from './killed-writers.ts';

const temporary = temporaryState();

it('loses nothing that was acknowledged when a sampling writer is killed, again and again', async () => {
  const figures = await killWriters(temporary.folder, 10, 300);
  expect(figures).toMatchObject({ lost: [], wrong: [] });
  expect(figures.acknowledged).toBeGreaterThan(10);
  expect(figures.mostMissingPerKill).toBeLessThanOrEqual(2);
  expect(temporary.raw('pragma integrity_check')).toEqual([{ integrity_check: 'ok' }]);
  expect(temporary.raw('pragma foreign_key_check')).toEqual([]);
});
