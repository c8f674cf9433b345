import { readNginxConfig } from '../../src/signals/nginx-config.ts';
import type { HostFiles } from './host-files.ts';

/**
 * The `access` answer: what the reading user may read on this host, for `staunch doctor` and `server test`.
 *
 * @param unit the unit's name without its ending
 */
export function hostAccess(files: HostFiles, unit: string, user: string): string {
  const { texts, denied } = files;
  const row = (name: string, state: 'ok' | 'denied' | 'absent', detail = '') =>
    `check\t${name}\t${state}\t${detail}\n`;
  const fileRow = (name: string, file: string, detail = '') =>
    denied.has(file)
      ? row(name, 'denied', `${file}: user ${user} may not read it.`)
      : texts.has(file)
        ? row(name, 'ok', detail)
        : row(name, 'absent', `${file} is not in this recording.`);
  const logs = readNginxConfig(texts.get('nginx-T.txt') ?? '', unit);
  const logRows = [
    ...new Set([...(logs?.errorLogs ?? []), ...(logs?.accessLogs ?? [])].map(log => log.target)),
  ]
    .filter(path => path.startsWith('/') && !path.startsWith('/dev/'))
    .map(path =>
      fileRow(
        /error/.test(path) ? 'nginx-error-log' : 'nginx-access-log',
        `nginx-${path.split('/').at(-1)}`,
        path,
      ),
    );
  return [
    row('user', 'ok', user),
    fileRow('journal', `journal-${unit}.json`),
    (texts.get('journal-kernel.json') ?? '') === '' && !denied.has('journal-kernel.json')
      ? row('kernel-log', 'absent', 'No kernel log can be seen here.')
      : fileRow('kernel-log', 'journal-kernel.json'),
    row('dmesg', 'absent', 'dmesg is not in this recording.'),
    fileRow('systemd', `systemctl-show-${unit}.txt`),
    fileRow('cgroup', 'cgroup.txt'),
    fileRow('process-table', 'proc.txt'),
    fileRow('gunicorn-environment', 'gunicorn-environment.txt'),
    fileRow('nginx-config', 'nginx-T.txt'),
    ...logRows,
  ].join('');
}
