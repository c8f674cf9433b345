import { accessGrant } from '../../src/inventory/access-grant.ts';
import { safeText } from '../../src/report/safe-text.ts';
import type { AccessCheck } from '../../src/signals/access-check.ts';
import type { HostClock, Versions } from '../../src/signals/host-state.ts';
import { EXIT } from './context.ts';
import type { ServerExamination } from './server-examination.ts';
import { addressText, hostKeyText } from './server-list.ts';

/** Logs of several servers are put side by side to the second: beyond this, people should repair the clock. */
const CLOCK_WARNING_MS = 2_000;

/** What an examination found, for people: what can be read, what cannot, and the command that changes it. */
export function examinationText(found: ServerExamination): string {
  const { server } = found;
  const title = `${server.id}  ${addressText(server)}`;
  if (!found.reached) {
    return `${title}\n  ${FAILURES[found.reason] ?? 'not reached'}: ${safeText(found.detail)}\n`;
  }
  const lines = [
    title,
    `  host key   verified (${hostKeyText(server.hostKey)})`,
    `  versions   ${versionsText(found.versions)}`,
    `  clock      ${clockText(found.clock)}`,
    `  units      ${found.units.map(unit => safeText(unit.unit, 120)).join(', ') || 'none runs Gunicorn'}`,
    ...loginLines(found.checks),
    ...found.unanswered.map(text => `  no answer  ${safeText(text.trim())}`),
  ];
  const checks = found.checks.filter(check => !ABOUT_THE_LOGIN.has(check.name));
  for (const state of ['ok', 'absent'] as const) {
    const names = checks.filter(check => check.state === state).map(check => checkText(check));
    if (names.length > 0)
      lines.push(`  ${state === 'ok' ? 'can read ' : 'not there'}  ${names.join('\n             ')}`);
  }
  for (const check of checks.filter(each => each.state === 'denied')) {
    const grant = accessGrant(check.name, server.user, check.detail);
    lines.push(
      `  ${grant.advised ? 'CANNOT READ' : 'closed'}  ${checkText(check)}`,
      `      without it: ${grant.loses}`,
    );
    for (const [index, command] of grant.commands.entries())
      lines.push(`      ${index === 0 ? 'run:' : 'or: '} ${command}`);
    if (grant.remark) lines.push(`      ${grant.remark}`);
  }
  return `${lines.join('\n')}\n`;
}

/** 0: everything needed can be read; 3: something cannot; 4: the server was not reached; 5: its host key is wrong. */
export function examinationExit(found: ServerExamination): number {
  if (!found.reached) return found.reason === 'host-key' ? EXIT.hostKey : EXIT.unreachable;
  const closed = deniedChecks(found.checks, found.server.user).length > 0;
  return closed || found.unanswered.length > 0 || found.checks.length === 0 ? EXIT.unreadable : EXIT.fine;
}

/** The denied things that should be granted; what is better left closed is not among them. */
export function deniedChecks(checks: readonly AccessCheck[], user: string): AccessCheck[] {
  return checks.filter(
    check => check.state === 'denied' && accessGrant(check.name, user, check.detail).advised,
  );
}

const FAILURES: Readonly<Record<string, string>> = {
  unreachable: 'NOT REACHED',
  'host-key': 'HOST KEY REFUSED',
  'login-refused': 'LOGIN REFUSED',
  'timed-out': 'NO ANSWER IN TIME',
  'connection-lost': 'CONNECTION LOST',
  cancelled: 'stopped',
};

/** Lines of the answer that tell how the key signed in, rather than what may be read. */
const ABOUT_THE_LOGIN = new Set(['user', 'mode']);

function loginLines(checks: readonly AccessCheck[]): string[] {
  const detailOf = (name: string) => checks.find(check => check.name === name)?.detail;
  const [user, mode] = [detailOf('user'), detailOf('mode')];
  const lines = user === undefined ? [] : [`  signed in  ${safeText(user, 400)}`];
  if (mode === 'forced') lines.push('  key        forced command: the key can only read');
  if (mode === 'shell') lines.push('  key        a login: it can run what its user can (see docs/access.md)');
  return lines;
}

function checkText(check: AccessCheck): string {
  // The read script ends its complaint with a fix of its own; the command below it is the exact one.
  const detail = check.detail?.replace(/ Fix: .*$/s, '');
  return detail === undefined ? check.name : `${check.name} (${safeText(detail, 200)})`;
}

function versionsText(versions: Versions | undefined): string {
  if (!versions) return 'unknown';
  const { systemd, nginx, gunicorn, python, kernel } = versions;
  const parts = Object.entries({ systemd, nginx, gunicorn, python, kernel });
  return parts
    .map(([name, value]) => (value === undefined ? `no ${name}` : `${name} ${safeText(String(value), 60)}`))
    .join(', ');
}

function clockText(clock: HostClock | undefined): string {
  if (!clock) return 'unknown: the server did not tell its time';
  const zone =
    clock.timeZone ??
    (clock.assumed ? 'zone unknown, UTC assumed' : `UTC${minutesText(clock.utcOffsetMinutes ?? 0)}`);
  if (clock.offsetMs === undefined) return zone;
  const seconds = (Math.abs(clock.offsetMs) / 1000).toFixed(2);
  const side = clock.offsetMs < 0 ? 'behind' : 'ahead of';
  const warning = Math.abs(clock.offsetMs) > CLOCK_WARNING_MS + clock.errorMs ? '; check NTP on both' : '';
  return `${seconds} s ${side} this machine (± ${(clock.errorMs / 1000).toFixed(2)} s), ${zone}${warning}`;
}

function minutesText(minutes: number): string {
  const size = Math.abs(minutes);
  const hours = String(Math.floor(size / 60)).padStart(2, '0');
  return `${minutes < 0 ? '-' : '+'}${hours}:${String(size % 60).padStart(2, '0')}`;
}
