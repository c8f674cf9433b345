import type { z } from 'zod';
import { pathText, valueText } from '../inventory/registry-problem.ts';

/** What is wrong with a payload, in one sentence: where, what stands there, what was expected. Its first three faults. */
export function problemIn(error: z.ZodError, body: unknown): string {
  const faults = error.issues.slice(0, 3).map(issue => {
    const path = issue.path.filter(step => typeof step !== 'symbol');
    const value = valueAt(body, path);
    const named = path.length === 0 ? 'the payload' : pathText(path);
    return `${named} is ${value === undefined ? 'missing' : valueText(value)}: ${issue.message}`;
  });
  const more = error.issues.length - faults.length;
  return faults.join('; ') + (more > 0 ? `; and ${more} more` : '');
}

function valueAt(data: unknown, path: readonly (string | number)[]): unknown {
  let value = data;
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<string | number, unknown>)[step];
  }
  return value;
}
