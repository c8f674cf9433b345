/** What paths in a `staunch.yml` stand on. Given by the caller: pure code knows neither disk nor environment. */
export interface FileBase {
  /** Absolute path of the folder the file is in. */
  readonly folder: string;
  /** Home folder of the user who runs Staunch. */
  readonly home: string;
  /** Value of SSH_AUTH_SOCK, which `agent: $SSH_AUTH_SOCK` stands for. */
  readonly agentSocket?: string;
}

const WINDOWS_ABSOLUTE = /^(?:[A-Za-z]:[\\/]|\\\\)/;

/** An absolute path for one written in the file: `~` is the home folder, a relative path starts at the file. */
export function resolvePath(written: string, base: FileBase): string {
  if (written === '~') return base.home;
  if (written.startsWith('~/')) return joined(base.home, written.slice(2));
  if (written.startsWith('/') || WINDOWS_ABSOLUTE.test(written)) return written;
  return joined(base.folder, written);
}

function joined(folder: string, rest: string): string {
  const parts = folder.split('/');
  while (parts.length > 1 && parts.at(-1) === '') parts.pop();
  for (const part of rest.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..' && parts.length > 1) parts.pop();
    else if (part !== '..') parts.push(part);
  }
  return parts.join('/') || '/';
}
