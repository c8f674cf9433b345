import { existsSync, globSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

// Tests against the real thing need the real thing. Where it is missing they are left out aloud; in CI never.
const leftOut: string[] = [];
if (!process.env.CI) {
  if (process.platform !== 'linux') {
    console.warn('Left out: tests of the read script and of logins, which need Linux.');
    leftOut.push('test/target/**', 'test/adapters/ssh/**');
  } else if (!existsSync('/usr/sbin/sshd') || !existsSync('/usr/bin/ssh-keygen')) {
    console.warn(
      'Left out: tests that log in to a real sshd; install openssh-server and openssh-client to run them.',
    );
    leftOut.push(
      'test/adapters/ssh/{cut-connections,failures,host-keys,killed-applying,known-hosts,logins}.test.ts',
      'test/adapters/ssh/{operator,questions,serve-loop,thread-truth,watch-sample}.test.ts',
    );
  }
}

if (!process.env.CI && !existsSync('/usr/bin/python3')) {
  console.warn(
    'Left out: tests of the helper that makes changes, and what is compared with Python; install python3 to run them.',
  );
  leftOut.push(
    'test/target/apply/**',
    'test/target/{process-verbs,watch-unit}.test.ts',
    'test/adapters/ssh/{cut-connections,killed-applying,operator,thread-truth}.test.ts',
    'test/remediation/{canonical-json,config-block,helper-agrees,statistics}.test.ts',
    'test/handlers/terminal/{audit,server-enable-apply}.test.ts',
  );
}

if (!process.env.CI && !existsSync('/usr/bin/chromium')) {
  console.warn('Left out: tests that look at the practice Slack in a browser; install chromium to run them.');
  leftOut.push(
    'test/acceptance/chat/browser/**',
    'test/practice/page/{blocks,composing,looks,modals,staying}.test.ts',
  );
}

if (!process.env.CI && globSync('/usr/lib/postgresql/*/bin/postgres').length === 0) {
  console.warn('Left out: tests on a real PostgreSQL; install postgresql (Debian) to run them.');
  leftOut.push('test/adapters/state/postgres-{clicks,decisions,opening,sharing,state,watching}.test.ts');
}

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/hosts/**', ...leftOut],
    testTimeout: 30_000,
    // Many tests wait for deadlines of the real thing: two at a time take hardly longer than one.
    maxWorkers: Math.max(2, availableParallelism() - 1),
  },
});
