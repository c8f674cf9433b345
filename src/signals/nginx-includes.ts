import type { NginxDirective, NginxFile } from './nginx-config-syntax.ts';

/** `include` inside `include` deeper than this is a loop that NGINX would have refused. */
const MAX_INCLUDE_DEPTH = 16;
/** Patterns compared with file names in all; plain names are looked up and cost nothing. */
const MAX_COMPARISONS = 500_000;
/** Directives put together in all: files that include each other several times must not multiply without end. */
const MAX_DIRECTIVES = 200_000;

/** The files of one configuration, and how they include each other. */
export class NginxFiles {
  readonly all: readonly NginxFile[];
  readonly #byPath: ReadonlyMap<string, NginxFile>;
  readonly #prefix: string;
  readonly #reached = new Set<NginxFile>();
  #directivesLeft = MAX_DIRECTIVES;
  #comparisonsLeft = MAX_COMPARISONS;

  constructor(files: readonly NginxFile[]) {
    this.all = files;
    this.#byPath = new Map(files.filter(file => file.path !== '').map(file => [file.path, file]));
    const first = files[0]?.path ?? '';
    this.#prefix = first.slice(0, first.lastIndexOf('/') + 1);
  }

  /** Whether a file was expanded, directly or through an include. */
  wasReached(file: NginxFile): boolean {
    return this.#reached.has(file);
  }

  expandFile(file: NginxFile): readonly NginxDirective[] {
    this.#reached.add(file);
    return this.expand(file.directives);
  }

  /**
   * The directives of one block with every `include` replaced by what it includes; nested blocks stay as they
   * are. Relative patterns start at the folder of the first file, as NGINX's configuration prefix does.
   */
  expand(directives: readonly NginxDirective[]): readonly NginxDirective[] {
    const result: NginxDirective[] = [];
    this.#expandInto(result, directives, 0);
    return result;
  }

  #expandInto(result: NginxDirective[], directives: readonly NginxDirective[], depth: number): void {
    for (const directive of directives) {
      if (--this.#directivesLeft < 0) return;
      const pattern = directive.name === 'include' ? directive.args[0] : undefined;
      if (pattern === undefined || directive.children !== undefined) {
        result.push(directive);
        continue;
      }
      if (depth >= MAX_INCLUDE_DEPTH) continue;
      for (const file of this.#matching(pattern.startsWith('/') ? pattern : `${this.#prefix}${pattern}`)) {
        this.#reached.add(file);
        this.#expandInto(result, file.directives, depth + 1);
      }
    }
  }

  #matching(pattern: string): readonly NginxFile[] {
    const named = this.#byPath.get(pattern);
    if (named !== undefined) return [named];
    if (!/[*?[]/.test(pattern)) return [];
    const found: NginxFile[] = [];
    for (const file of this.all) {
      if (--this.#comparisonsLeft < 0) break;
      if (file.path !== '' && matchesGlob(file.path, pattern)) found.push(file);
    }
    return found;
  }
}

/**
 * glob(3) without brackets-in-brackets: `*` and `?` do not cross a slash, `[a-z]` and `[!a]` match one
 * character. Remembers only the last star, so it is linear for real patterns and never worse than |path|·|pattern|.
 */
export function matchesGlob(path: string, pattern: string): boolean {
  if (path === pattern) return true;
  if (path.length > 1024 || pattern.length > 256) return false;
  let at = 0;
  let part = 0;
  let star = -1;
  let starAt = 0;
  while (at < path.length) {
    const symbol = pattern[part];
    if (symbol === '*') {
      star = part++;
      starAt = at;
      continue;
    }
    const length = symbol === undefined ? 0 : matchOne(path[at] ?? '', pattern, part);
    if (length > 0) {
      at++;
      part += length;
    } else if (star >= 0 && path[starAt] !== '/') {
      at = ++starAt;
      part = star + 1;
    } else {
      return false;
    }
  }
  while (pattern[part] === '*') part++;
  return part === pattern.length;
}

/** How many pattern characters match this one character of the path; 0 when it does not match. */
function matchOne(char: string, pattern: string, part: number): number {
  const symbol = pattern[part];
  if (symbol === '?') return char === '/' ? 0 : 1;
  const close = symbol === '[' ? pattern.indexOf(']', part + 2) : -1;
  if (close < 0) return symbol === char ? 1 : 0;
  const negated = pattern[part + 1] === '!' || pattern[part + 1] === '^';
  const set = pattern.slice(part + (negated ? 2 : 1), close);
  let inside = false;
  for (let index = 0; index < set.length; index++) {
    if (set[index + 1] === '-' && index + 2 < set.length) {
      inside ||= char >= (set[index] ?? '') && char <= (set[index + 2] ?? '');
      index += 2;
    } else {
      inside ||= set[index] === char;
    }
  }
  return inside !== negated && char !== '/' ? close - part + 1 : 0;
}
