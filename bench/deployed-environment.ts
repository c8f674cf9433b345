import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const RUNTIME = new Set(['NODE_OPTIONS', 'MALLOC_ARENA_MAX']);

/** How the unit sets up the runtime; the token settings beside it concern nothing that is measured here. */
export function deployedEnvironment(): Record<string, string> {
  const unit = readFileSync(join(import.meta.dirname, '../deploy/staunch.service'), 'utf8');
  const words = [...unit.matchAll(/^Environment=(.*)$/gm)].flatMap(([, line = '']) => line.split(' '));
  const pairs = words.map(word => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)]);
  return Object.fromEntries(pairs.filter(([name = '']) => RUNTIME.has(name)));
}
