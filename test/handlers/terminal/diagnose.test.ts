import { describe, expect, it } from 'vitest';
import { diagnoseCommand } from '../../../handlers/terminal/diagnose.ts';
import { show } from '../../../handlers/terminal/show.ts';
import { DiagnosisDocument as Document } from '../../../src/report/diagnosis-document.ts';
import { RecordedSource } from '../../workflows/recorded-source.ts';
import { RECORDINGS, REGISTRY, terminal } from './diagnosing-terminal.ts';

describe('staunch diagnose', () => {
  it('diagnoses a registered service over its source', async () => {
    const t = terminal();
    expect(await diagnoseCommand({ target: 'checkout', since: '1h' }, t.context)).toBe(0);
    expect(t.out()).toContain('502s on checkout: worker OOM kill (CONFIRMED)');
    expect(t.errors()).toMatch(/^lab1: read, \d+ KB in 0\.0 s\n$/);
  });

  it('prints one document for a service and a list for a group', async () => {
    const one = terminal();
    await diagnoseCommand({ target: 'checkout', since: '1h', json: true }, one.context);
    expect(Document.parse(JSON.parse(one.out())).service).toBe('checkout');
    const group = terminal();
    await diagnoseCommand({ target: 'shop', since: '1h', json: true }, group.context);
    expect(
      Document.array()
        .parse(JSON.parse(group.out()))
        .map(d => d.service),
    ).toEqual(['checkout', 'search']);
  });

  it('keeps only what is masked', async () => {
    const t = terminal();
    await diagnoseCommand({ bundle: `${RECORDINGS}oom-continue-bookworm-vm` }, t.context);
    const kept = JSON.stringify(t.kept);
    expect(kept).toContain('upstream prematurely closed');
    expect(kept).not.toContain('client: 10.213.0.1,');
  });

  it("prints a local bundle's lines verbatim in JSON, and masks them in text", async () => {
    const json = terminal();
    await diagnoseCommand({ bundle: `${RECORDINGS}segv-bookworm-ns`, json: true }, json.context);
    expect(json.out()).toContain('client: 10.213.0.1,');
    const text = terminal();
    await diagnoseCommand({ bundle: `${RECORDINGS}segv-bookworm-ns`, evidence: 'E3' }, text.context);
    expect(text.out()).not.toContain('client: 10.213.0.1,');
  });

  it.each([
    [
      'an unknown name',
      { target: 'chekout' },
      REGISTRY,
      /no service, server or group "chekout" in staunch\.yml\. Did you mean checkout\?[\s\S]*staunch server add/,
    ],
    [
      'no name where there are several',
      {},
      REGISTRY,
      /Which service\? checkout, search\. For example: staunch diagnose checkout/,
    ],
    [
      'a server without a service',
      { target: 'spare' },
      REGISTRY,
      /spare is a server on which no service is registered/,
    ],
    [
      'a registry without services',
      { target: 'x' },
      'servers:\n  a: { host: 10.0.0.1, user: u }\n',
      /registers no service yet/,
    ],
    [
      'a length that is none',
      { target: 'checkout', since: 'a while' },
      REGISTRY,
      /--since a while: expected a length/,
    ],
    [
      'a bundle that is not there',
      { bundle: '/nowhere/at/all' },
      REGISTRY,
      /There is no folder \/nowhere\/at\/all/,
    ],
    [
      'a bundle that is a file',
      { bundle: `${RECORDINGS}README.md` },
      REGISTRY,
      /is a file; a bundle is a folder/,
    ],
    [
      'a folder without evidence',
      { bundle: '/usr/share/doc' },
      REGISTRY,
      /holds no evidence\. Known names: nginx-error\.log/,
    ],
  ])('refuses %s with a way on', async (_, options, registry, words) => {
    const t = terminal(registry);
    expect(await diagnoseCommand(options, t.context)).toBe(2);
    expect(t.errors()).toMatch(words);
    expect(t.out()).toBe('');
  });

  it('says which --unit to choose when a bundle tells of two', async () => {
    const show = (unit: string) => ({
      name: `systemctl-show-${unit}.txt`,
      bytes: new TextEncoder().encode(
        `Id=${unit}.service\nExecStart={ path=/usr/bin/gunicorn ; argv[]=/usr/bin/gunicorn app:app }\n`,
      ),
      exitCode: 0,
      complaint: '',
      cut: false,
    });
    const t = terminal(REGISTRY, {
      readBundle: async () => ({ ok: true, folders: [{ recordings: [show('shop'), show('admin')] }] }),
    });
    expect(await diagnoseCommand({ bundle: 'x' }, t.context)).toBe(2);
    expect(t.errors()).toContain('2 units (shop.service, admin.service). Say which one: --unit shop.service');
  });

  it('ends with 4 when no server answered', async () => {
    const gone = new RecordedSource('oom-continue-bookworm-vm', () => ({
      ok: false,
      reason: 'unreachable',
      detail: 'no route',
    }));
    const t = terminal(REGISTRY, { source: gone });
    expect(await diagnoseCommand({ target: 'checkout', since: '1h', json: true }, t.context)).toBe(4);
    expect(JSON.parse(t.out()).verdict).toBe('inconclusive');
  });

  it('says in the first line when nobody could be read', async () => {
    const gone = new RecordedSource('oom-continue-bookworm-vm', () => ({
      ok: false,
      reason: 'unreachable',
      detail: 'no route',
    }));
    const t = terminal(REGISTRY, { source: gone });
    await diagnoseCommand({ target: 'checkout', since: '1h' }, t.context);
    expect(t.out()).toMatch(/^checkout: its server could not be read \(INCONCLUSIVE\)\n/);
  });

  it('tells why a chart could not be written', async () => {
    const t = terminal(REGISTRY, { writeChart: async file => `${file}: no space left` });
    expect(
      await diagnoseCommand({ bundle: `${RECORDINGS}segv-bookworm-ns`, chart: '/x.png' }, t.context),
    ).toBe(1);
    expect(t.errors()).toContain('/x.png: no space left');
  });
});

describe('staunch show', () => {
  it('opens a line of the last diagnosis, and says so when there is none', async () => {
    const t = terminal();
    await diagnoseCommand({ bundle: `${RECORDINGS}oom-stop-bookworm-vm` }, t.context);
    const after = terminal();
    expect(await show(['e1'], { ...after.context, lastDiagnoses: async () => t.kept[0] })).toBe(0);
    expect(after.out()).toContain('Killed process 999 (gunicorn)');
    const before = terminal();
    expect(await show(['E1'], { ...before.context, lastDiagnoses: async () => undefined })).toBe(2);
    expect(before.errors()).toContain('Nothing was diagnosed yet');
  });
});
