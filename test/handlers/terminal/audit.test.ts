import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { auditExport, auditShow, auditVerify } from '../../../handlers/terminal/audit.ts';
import { lookAtAudit } from '../../../src/adapters/state-keeping.ts';
import { aProposal, approve, begun, proposed } from '../../adapters/state/remediation/changes.ts';
import { START_MS } from '../../adapters/state/sample.ts';
import { temporaryState } from '../../adapters/state/temporary-state.ts';

const temporary = temporaryState();

/** The commands on the audit of the temporary state, with what they write. */
function commands(timeZone = 'UTC') {
  const out: string[] = [];
  const errors: string[] = [];
  const context = {
    write: (text: string) => void out.push(text),
    writeError: (text: string) => void errors.push(text),
    timeZone,
    audit: {
      look: <T>(use: Parameters<typeof lookAtAudit<T>>[1]) =>
        lookAtAudit({ STAUNCH_STATE_DIR: temporary.folder }, use),
    },
  };
  return {
    verify: (...heads: string[]) => auditVerify(heads.length > 0 ? { heads } : {}, context),
    show: (limit?: string) => auditShow(limit === undefined ? {} : { limit }, context),
    export: (from?: string) => auditExport(from === undefined ? {} : { from }, context),
    out: () => out.join(''),
    errors: () => errors.join(''),
  };
}

/** A state that is at work, with a change that failed and a stop of all changes. */
async function aWorkingState() {
  const state = await temporary.open();
  const step = await begun(state, 'a1b2c3d4e5f6', { servers: ['web-1'] });
  await state.remediations.move(step, { state: 'failed', atMs: START_MS, detail: 'no space' });
  await state.remediations.end('a1b2c3d4e5f6', { state: 'failed', detail: 'no space', atMs: START_MS });
  await state.remediations.stopChanges({ person: 'U-ADMIN', why: '\u001b[31msale\u202e', atMs: START_MS });
  return state;
}

describe('staunch audit verify', () => {
  it('says that all is as it was written, with the head, while Staunch works', async () => {
    const state = await aWorkingState();
    const head = await state.audit.head();
    const here = commands();
    expect(await here.verify()).toBe(0);
    expect(here.out()).toBe(
      `The audit is as it was written: 6 entries, none changed, none missing.\n  head  6:${head?.hash}\n` +
        'That its end was not cut off, and that it was not written anew as a whole, only a head that was kept elsewhere ' +
        'can show: take one from the audit channel or the log of the service, and add --head N:HASH.\n',
    );
    const with2 = commands();
    const [, , third] = await state.audit.entries(1, 3);
    expect(await with2.verify(`6:${head?.hash}`, `3:${third?.hash.slice(0, 16).toUpperCase()}`)).toBe(0);
    expect(with2.out()).toMatch(
      /goes on from the 2 heads that were kept elsewhere: up to entry 6 nothing was cut/,
    );
  });

  it('names the first entry that is not as it was written', async () => {
    await (await aWorkingState()).close();
    temporary.raw('drop trigger audit_no_update');
    temporary.raw("update audit set actor = 'U666' where sequence = 2");
    const here = commands();
    expect(await here.verify()).toBe(1);
    expect(here.errors()).toMatch(
      /^The audit is NOT as it was written\. Entry 2: what it says is not what was written\. Entries 1 to 1 are/,
    );
    expect(here.out()).toBe('');
  });

  it('finds that the end is missing by a head that was kept elsewhere', async () => {
    const state = await aWorkingState();
    const head = await state.audit.head();
    await state.close();
    temporary.raw('drop trigger audit_no_delete');
    temporary.raw('delete from audit where sequence > 4');
    temporary.raw("update counter set value = 4 where name = 'audit'");
    expect(await commands().verify()).toBe(0);
    const here = commands();
    expect(await here.verify(`6:${head?.hash}`)).toBe(1);
    expect(here.errors()).toMatch(
      /Entry 5: it is missing: there were 6 entries, and 4 are left\. Entries 1 to 4/,
    );
  });

  it.each(['6', '6:abc', '0:9f2c41d07be35a68', 'x:9f2c41d07be35a68', '6:9f2c41d07be35a68\u001b'])(
    'does not take %j for a head',
    async head => {
      const here = commands();
      expect(await here.verify(head)).toBe(2);
      expect(here.errors()).toMatch(/^--head must be the number of an entry and its hash/);
      expect(here.errors()).not.toContain('\u001b');
    },
  );

  it('says what is the matter where there is no state, or no decision yet', async () => {
    const none = commands();
    expect(await none.verify()).toBe(1);
    expect(none.errors()).toMatch(/^The audit could not be read\. /);
    await temporary.make();
    const empty = commands();
    expect([await empty.verify(), await empty.show(), await empty.export()]).toEqual([0, 0, 0]);
    expect(empty.out()).toBe('The audit is empty: nothing was decided yet.\n'.repeat(2));
  });
});

describe('staunch audit show', () => {
  it('tells the newest decisions in words, and nothing that a terminal obeys', async () => {
    const state = await aWorkingState();
    const proposal = aProposal('b1b2b3b4b5', { service: 'cart' }, { quorum: 2 });
    await state.remediations.allowChanges({ person: 'U-ADMIN', why: 'over', atMs: START_MS });
    await approve(state, await proposed(state, proposal));
    temporary.setByMs -= 3_600_000;
    temporary.nowMs -= 3_600_000;
    await state.remediations.reject(proposal.id, { person: 'U-TWO', reason: 'not now', atMs: START_MS });
    await state.audit.append({
      atMs: START_MS,
      kind: 'refused',
      actor: 'U9',
      body: { what: 'approve', reason: 'guest', proposal: 'b1b2b3b4b5' },
    });
    await state.audit.append({ atMs: START_MS, kind: 'unheard-of', actor: 'U9', body: { a: 1 } });
    const here = commands('Europe/Berlin');
    expect(await here.show()).toBe(0);
    const digest = proposal.digest.slice(0, 12);
    const at = '20 Nov 03:20:00';
    const lines = here.out().split('\n');
    expect(lines[0]).toBe('Times in Europe/Berlin (UTC+1).');
    expect(lines.slice(2)).toEqual([
      expect.stringMatching(
        new RegExp(`^ 2 {2}${at} {2}U-ONE {2}approves change a1b2c3d4 \\(.{12}\\), 1 of 1: it may be`),
      ),
      ` 3  ${at}  staunch  change a1b2c3d4 begins on web-1`,
      ` 4  ${at}  staunch  change a1b2c3d4 on web-1: claimed → failed (no space)`,
      ` 5  ${at}  staunch  change a1b2c3d4 ended: failed (no space)`,
      ` 6  ${at}  U-ADMIN  STOPS ALL CHANGES: “\\x1b[31msale\\u{202e}”`,
      ` 7  ${at}  U-ADMIN  allows changes again: “over”`,
      ` 8  ${at}  U-ASKS  asks for recycling of cart on web-1, web-2, change b1b2b3b4 (${digest}), needs 2: ` +
        '“the leak kills a worker each hour”',
      ` 9  ${at}  U-ONE  approves change b1b2b3b4 (${digest}), 1 of 2`,
      `10  ${at}  staunch  the clock was set back by 1 h: what was approved before does not count any more`,
      `11  ${at}  U-TWO  rejects change b1b2b3b4: “not now”`,
      `12  ${at}  U9  is refused (approve, change b1b2b3b4): guest`,
      `13  ${at}  U9  unheard-of {"a":1}`,
      '',
    ]);
    const few = commands();
    expect(await few.show('2')).toBe(0);
    expect(few.out().split('\n')).toHaveLength(4);
  });

  it.each(['0', '-1', '1.5', 'all', '10001'])('does not take %j for a number of entries', async limit => {
    const here = commands();
    expect(await here.show(limit)).toBe(2);
    expect(here.errors()).toMatch(/^--last must be a whole number from 1 to 10000/);
  });
});

describe('staunch audit export', () => {
  it('writes a line of JSON for each entry, from any on', async () => {
    await aWorkingState();
    const here = commands();
    expect(await here.export('5')).toBe(0);
    const lines = here.out().trimEnd().split('\n');
    expect(lines.map(line => JSON.parse(line))).toMatchObject([
      {
        sequence: 5,
        at: '2026-11-20T02:20:00.000Z',
        atMs: START_MS,
        kind: 'ended',
        body: { state: 'failed' },
      },
      { sequence: 6, kind: 'changes-stopped', actor: 'U-ADMIN' },
    ]);
    expect(await commands().export('x')).toBe(2);
  });

  it.runIf(existsSync('/usr/bin/python3'))(
    'is verified by the few lines of Python in docs/audit.md',
    async () => {
      const state = await aWorkingState();
      const body = {
        reason: 'größe 💾 \u0007 " \\ \u007f \u2028',
        numbers: [0, -1, 9_007_199_254_740_991],
        none: null,
      };
      await state.audit.append({ atMs: START_MS, kind: 'refused', actor: 'U9', body });
      const here = commands();
      await here.export();
      const page = readFileSync(new URL('../../../docs/audit.md', import.meta.url), 'utf8');
      const script = join(temporary.folder, 'verify.py');
      writeFileSync(script, /```python\n([\s\S]*?)```/.exec(page)?.[1] ?? '');
      const check = (text: string) => {
        writeFileSync(join(temporary.folder, 'audit.jsonl'), text);
        return execFileSync('/usr/bin/python3', [script, join(temporary.folder, 'audit.jsonl')], {
          encoding: 'utf8',
          stdio: 'pipe',
        });
      };
      expect(check(here.out())).toBe(`head 7:${(await state.audit.head())?.hash}\n`);
      expect(() => check(here.out().replace('"actor":"U-ONE"', '"actor":"U-TWO"'))).toThrow(
        /entry 2 is not as it was written/,
      );
    },
  );
});
