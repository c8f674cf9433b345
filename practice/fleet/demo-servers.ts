import type { RecordedServer } from './fleet.ts';

const MINUTE_MS = 60_000;

/** What each server of `staunch.yml` answers with. `folderOf` finds a recording by its name. */
export function demoServers(folderOf: (name: string) => string): ReadonlyMap<string, RecordedServer> {
  return new Map<string, RecordedServer>([
    ['checkout-1', { recording: folderOf('oom-continue-bookworm-vm') }],
    ['search-1', { recording: folderOf('oom-stop-bookworm-vm') }],
    ['billing-1', { recording: folderOf('worker-timeout-sigkill-trixie-ns') }],
    // Reloaded a while before: two servers do not act in the same second.
    ['catalog-1', { recording: folderOf('deploy-reload-bookworm-ns'), endedBeforeMs: 12 * MINUTE_MS }],
    [
      'catalog-2',
      {
        recording: folderOf('oom-gthread-bookworm-ns'),
        // One group, systemd-journal, opens both: who lacks it lacks both.
        denied: ['journal-gunicorn.json', 'journal-kernel.json'],
      },
    ],
    ['accounts-1', { recording: folderOf('max-requests-bookworm-ns') }],
    [
      'reports-1',
      {
        // A deploy, and since then its workers grow.
        recording: folderOf('deploy-reload-bookworm-ns'),
        endedBeforeMs: 582 * MINUTE_MS,
        growing: true,
      },
    ],
  ]);
}
