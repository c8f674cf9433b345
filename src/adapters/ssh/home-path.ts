import { homedir } from 'node:os';
import { join } from 'node:path';

/** A path with a leading `~/` turned into the home folder's; other paths stay as they are. */
export function fromHome(path: string): string {
  return path.startsWith('~/') ? join(homedir(), path.slice(2)) : path;
}
