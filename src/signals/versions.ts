import { answerLines, known, wholeNumber } from './answer-lines.ts';
import type { Versions } from './host-state.ts';

/** Formats: `uname -a`, `systemctl --version`, `nginx -v`, `gunicorn --version`, `python3 --version`. */
const PATTERNS: readonly [keyof Versions, RegExp][] = [
  ['kernel', /^Linux \S{1,255} (\S{1,100})/],
  ['systemd', /^systemd (\d{1,5})(?:[ .(~-]|$)/],
  // Debian prints "nginx version: nginx/1.22.1", OpenResty "openresty/1.25.3.1", Plus "nginx/1.25.3 (nginx-plus-r31)".
  ['nginx', /^nginx version: \w{1,20}\/(\d[\w.]{0,30})/],
  ['gunicorn', /^(?:\S{0,200}\/)?gunicorn3? \(version (\d[\w.+-]{0,30})\)/],
  ['python', /^Python (\d[\w.+]{0,30})/],
];

/** Reads free-form version lines, in any order; undefined when none of them is known. */
export function readVersions(text: string): Versions | undefined {
  const found = new Map<string, string>();
  for (const row of answerLines(text)) {
    for (const [name, pattern] of PATTERNS) {
      const value = pattern.exec(row)?.[1];
      if (value !== undefined && !found.has(name)) found.set(name, value);
    }
  }
  if (found.size === 0) return undefined;
  return known({
    nginx: found.get('nginx'),
    gunicorn: found.get('gunicorn'),
    python: found.get('python'),
    systemd: wholeNumber(found.get('systemd')),
    kernel: found.get('kernel'),
  }) as Versions;
}
