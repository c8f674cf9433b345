import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { diagnoseCommand } from '../../../handlers/terminal/diagnose.ts';
import {
  type PlaybookContext,
  playbookCheck,
  playbookList,
  playbookTest,
} from '../../../handlers/terminal/playbook.ts';
import { type PlaybookShelf, shelve } from '../../../playbooks/playbook-shelf.ts';
import { readBundle } from '../../../src/adapters/bundle-source.ts';
import { playbookLoader, shelfWith } from '../../../src/adapters/playbook-files.ts';
import { REGISTRY, terminal } from './diagnosing-terminal.ts';

const EXAMPLES = resolve(import.meta.dirname, '../../../playbooks/examples');

function written(shelf: (place: string | undefined) => Promise<PlaybookShelf>) {
  const out: string[] = [];
  const errors: string[] = [];
  const context: PlaybookContext = {
    write: text => void out.push(text),
    writeError: text => void errors.push(text),
    shelf,
    readBundle,
    pause: async () => {},
  };
  return { context, out: () => out.join(''), errors: () => errors.join('') };
}
const places = (place: string | undefined) => shelfWith(place === undefined ? [] : [place]);

describe('staunch playbook', () => {
  it('lists what there is and which is the usual one', async () => {
    const { context, out } = written(places);
    expect(await playbookList(context)).toBe(0);
    expect(out()).toMatch(
      /^gateway-502 +Bursts of 502s \(shipped: playbooks\/gateway-502\.yml, the usual one\)$/m,
    );
    expect(out().split('\n')).toHaveLength(8);
  });

  it('checks a folder of yours alone', async () => {
    const { context, out } = written(places);
    expect(await playbookCheck({ place: EXAMPLES }, context)).toBe(0);
    expect(out()).toMatch(
      /^ok {5}\S+uwsgi-behind-nginx\.yml: uwsgi-behind-nginx, 14 built-in causes, 6 causes of its own/,
    );
    expect(out()).not.toContain('gateway-502');
  });

  it('tests a single file: the planted failures of uWSGI are found', async () => {
    const { context, out } = written(places);
    expect(await playbookTest({ place: `${EXAMPLES}/uwsgi-behind-nginx.yml` }, context)).toBe(0);
    expect(out().match(/^ok .*: confirmed uwsgi-behind-nginx\//gm)).toHaveLength(3);
  });

  it('says what a fixture expects and did not get, and ends with 1', async () => {
    const shelf = await shelfWith([EXAMPLES]);
    const right = shelf.playbooks.get('uwsgi-behind-nginx')!;
    const [fixture] = right.playbook.fixtures!;
    const wrong = {
      ...right.playbook,
      fixtures: [
        { ...fixture!, verdict: 'likely' as const, cause: 'harakiri', next: ['look-anew', 'watch'] },
      ],
    };
    const { context, out } = written(async () => ({
      ...shelf,
      playbooks: new Map([['uwsgi-behind-nginx', { ...right, playbook: wrong }]]),
    }));
    expect(await playbookTest({}, context)).toBe(1);
    const told = out().replaceAll(`${EXAMPLES}/uwsgi-behind-nginx.yml: recordings/uwsgi-killed: `, '');
    expect(told).toBe(
      'WRONG  expected verdict likely, and it is confirmed\n' +
        'WRONG  expected cause harakiri, and it is uwsgi-behind-nginx/worker-killed\n' +
        'WRONG  expected the steps look-anew, watch, and they are find-the-killer, grant-the-kernel-log, watch\n',
    );
  });

  it('names problems and ends with 2; nothing at a place is a problem too', async () => {
    const broken = written(async () => shelve([], [{ fileName: 'x.yml', folder: '/', text: 'id: X\n' }]));
    expect(await playbookCheck({}, broken.context)).toBe(2);
    expect(broken.out()).toMatch(/^WRONG {2}x\.yml:1:5: id is "X": expected a name/m);
    const empty = written(places);
    expect(await playbookCheck({ place: resolve(EXAMPLES, 'recordings') }, empty.context)).toBe(2);
    expect(empty.errors()).toContain('there is no playbook: expected files that end in .yml or .yaml');
  });
});

describe('staunch diagnose', () => {
  const registry = (text: string) => terminal(text).context.registry;

  it('follows the playbook that is named, from the folder that staunch.yml names', async () => {
    const places = registry(`${REGISTRY}playbooks: [${EXAMPLES}]\n`);
    const { context, out } = terminal(REGISTRY, { playbook: playbookLoader({ registry: places }) });
    const bundle = `${EXAMPLES}/recordings/uwsgi-harakiri`;
    const code = await diagnoseCommand(
      { bundle, unit: 'shop.service', playbook: 'uwsgi-behind-nginx' },
      context,
    );
    expect(code).toBe(0);
    expect(out()).toContain('502s on shop: worker killed by harakiri (CONFIRMED)');
    expect(out()).toContain('Which request held the worker?');
  });

  it('says which playbooks there are when one is misspelt', async () => {
    const { context, errors } = terminal();
    expect(await diagnoseCommand({ target: 'checkout', playbook: 'gateway' }, context)).toBe(2);
    expect(errors()).toContain('there is no playbook "gateway"; did you mean gateway-502?');
  });

  it("follows the service's own playbook", async () => {
    const text = REGISTRY.replace(
      'unit: gunicorn.service,',
      'unit: gunicorn.service, playbook: oom-kill-review,',
    );
    const asked: string[] = [];
    const { context } = terminal(text, {
      playbook: async id => {
        asked.push(id);
        return playbookLoader({ registry: registry(text) })(id);
      },
    });
    expect(await diagnoseCommand({ target: 'checkout', since: '2h' }, context)).toBe(0);
    expect(asked).toEqual(['oom-kill-review']);
  });
});
