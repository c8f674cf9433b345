import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadReadScript } from '../../../src/adapters/ssh/read-script.ts';
import { SshSource } from '../../../src/adapters/ssh/ssh-source.ts';
import { watchQuestion } from '../../../src/collectors/watch-question.ts';
import type { Server } from '../../../src/inventory/registry.ts';
import { masterOf } from '../../../src/signals/master-process.ts';
import { readUnitMinute } from '../../../src/signals/unit-minute.ts';
import { canMakeCgroups, WatchedUnit } from '../../target/watched-unit.ts';
import { NEVER, Rig, type Sshd, soon } from './sshd-rig.ts';

const LINE = '203.0.113.9 - - [22/Nov/2026:10:13:15 +0000] "GET / HTTP/1.1" 502 157 "-" "curl"\n';

describe.runIf(canMakeCgroups)('a minute over a real sshd', () => {
  const script = loadReadScript();
  let rig: Rig;
  let unit: WatchedUnit;
  let shell: Sshd;
  let forced: Sshd;
  beforeAll(async () => {
    rig = new Rig();
    unit = new WatchedUnit('ssh');
    await unit.start(8);
    shell = await rig.sshd();
    const installed = join(rig.folder, 'read-script');
    writeFileSync(installed, (await script).text, { mode: 0o755 });
    forced = await rig.sshd({ keyOptions: `restrict,command="${installed}"` });
  });
  afterAll(async () => {
    await unit?.stop();
    await rig?.stop();
  });

  async function minute(
    source: SshSource,
    server: Server,
    log: string,
    cursor?: { file: string; offset: number },
  ) {
    const question = watchQuestion({
      cgroup: unit.cgroup,
      logs: [{ path: log, place: 'after-request', ...(cursor && { cursor }) }],
    });
    const [answer] = await source.ask(server, [question], NEVER);
    if (!answer?.ok) throw new Error(answer?.detail);
    expect([answer.exitCode, answer.complaint]).toEqual([0, '']);
    return readUnitMinute(Buffer.from(answer.bytes).toString(), server.id);
  }

  it.each(['a login shell', 'a forced command'])(
    'is told by %s, minute after minute over one connection and one channel',
    async way => {
      const sshd = way === 'a login shell' ? shell : forced;
      const log = join(rig.folder, `access-${sshd.port}.log`);
      writeFileSync(log, LINE);
      const source = new SshSource({ script: await script });
      const server = rig.server(sshd);
      const first = await minute(source, server, log);
      expect(first?.processes.map(({ pid }) => pid).sort()).toEqual([...unit.pids].sort());
      expect(masterOf(first?.processes ?? [])?.pid).toBe(unit.masterPid);
      const connections = sshd.connections();
      const shells = sessionsOf(connections);
      let cursor = first?.logs[0]?.cursor;
      for (const lines of [3, 0, 40]) {
        appendFileSync(log, LINE.repeat(lines));
        const next = await minute(source, server, log, cursor);
        expect(next?.logs[0]).toMatchObject({ state: 'read', requests: lines, http502: lines });
        expect(next?.bootId).toBe(first?.bootId);
        cursor = next?.logs[0]?.cursor;
      }
      expect(sshd.connections()).toEqual(connections);
      expect(sessionsOf(connections)).toEqual(shells);
      await source.close();
      expect(await soon(() => sshd.connections().length === 0)).toBe(true);
    },
  );

  it('counts on from where it was when the connection had to be made anew', async () => {
    const log = join(rig.folder, 'access-anew.log');
    writeFileSync(log, LINE);
    const source = new SshSource({ script: await script });
    const server = rig.server(shell);
    const first = await minute(source, server, log);
    for (const pid of shell.connections()) process.kill(pid, 'SIGKILL');
    appendFileSync(log, LINE.repeat(5));
    expect(await soon(() => shell.connections().length === 0)).toBe(true);
    expect((await minute(source, server, log, first?.logs[0]?.cursor))?.logs[0]).toMatchObject({
      http502: 5,
    });
    await source.close();
  });
});

/** The processes below some sshd: they stay while a channel stays. */
function sessionsOf(connections: readonly number[]): readonly string[] {
  return connections.map(pid => readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim());
}
