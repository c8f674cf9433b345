import type { HostChange } from './host-change.ts';
import type { HostFiles } from './host-files.ts';

/** The drop-in that Staunch may write on the demo servers. */
export const DROP_IN = '/etc/systemd/system/gunicorn.service.d/90-staunch.conf';
/** The configuration that every demo unit names. */
export const CONFIG_FILE = '/srv/app/gunicorn.conf.py';
/** Directives that show in the unit's properties by their own name. */
const SHOWN = /^(?:OOMPolicy|MemoryMax|MemoryHigh)=/;

/** `systemctl show` of the recorded unit as it is after the changes. */
export function shownUnit(files: HostFiles, change: HostChange): string {
  const text = [...files.texts].find(([name]) => /^systemctl-show-/.test(name))?.[1] ?? '';
  const dropIn = textOf(change, DROP_IN);
  const settings = (dropIn ?? '').split('\n').filter(line => SHOWN.test(line));
  const renewed = change.restarts > 0 ? [['MainPID', String(mainPidOf(text, change))] as const] : [];
  const changed = new Map([
    ...settings.map(line => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)] as const),
    ...renewed,
  ]);
  const lines = text.split('\n').map(line => {
    const name = line.slice(0, line.indexOf('='));
    if (name === 'DropInPaths' && dropIn !== undefined) return `${line} ${DROP_IN}`.replace('= ', '=');
    const value = changed.get(name);
    return value === undefined ? line : `${name}=${value}`;
  });
  const hasDropIns = lines.some(line => line.startsWith('DropInPaths='));
  return (hasDropIns || dropIn === undefined ? lines : [`DropInPaths=${DROP_IN}`, ...lines]).join('\n');
}

/** `systemctl cat` after the changes. */
export function writtenUnit(text: string, change: HostChange): string {
  const dropIn = textOf(change, DROP_IN);
  return dropIn === undefined ? text : `${text}\n# ${DROP_IN}\n${dropIn}`;
}

/** What is in a changed file; undefined where nothing was changed. */
export function textOf(change: HostChange, path: string): string | undefined {
  const file = change.files[path];
  return file && Buffer.from(file.base64, 'base64').toString('utf8');
}

/** The main process: a restart gives it another pid. */
export function mainPidOf(shown: string, { restarts }: HostChange): number {
  return Number(/^MainPID=(\d+)$/m.exec(shown)?.[1] ?? 1000) + restarts * 40;
}

/** The recording with what was changed since: the unit says so when it is asked again. */
export function changedFiles(files: HostFiles, change: HostChange): HostFiles {
  const texts = new Map(files.texts);
  for (const [name, text] of files.texts) {
    if (/^systemctl-show-/.test(name)) texts.set(name, shownUnit(files, change));
    if (/^systemctl-cat-/.test(name)) texts.set(name, writtenUnit(text, change));
  }
  return { ...files, texts };
}
