import { chmodSync, linkSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CONFIG, CONFIG_TEXT, DROP_IN, HelperRig, UNIT } from './helper-rig.ts';
import { applyPlan, configPlan } from './plans.ts';

let rig: HelperRig;
let number = 0;
beforeAll(() => {
  rig = new HelperRig();
  rig.startUnit();
});
afterAll(() => rig.remove());
beforeEach(() => rig.write(CONFIG, CONFIG_TEXT));

const planId = () => `plan-${++number}`;

describe('the way to a file', () => {
  const refusedBy = async () => {
    const { answer } = await rig.verb('state');
    const file = (answer.files as { path: string; problem?: string; link?: string; base64?: string }[]).find(
      one => one.path === CONFIG,
    );
    expect(file?.base64).toBeUndefined();
    return file?.problem ?? `link to ${file?.link}`;
  };

  it('is not followed through a link in place of the file', async () => {
    writeFileSync(`${rig.folder}/secret`, 'secret');
    rig.link(CONFIG, `${rig.folder}/secret`);
    expect(await refusedBy()).toBe(`link to ${rig.folder}/secret`);
    rig.link(CONFIG, '/nowhere');
    expect(await refusedBy()).toBe('link to /nowhere');
    renameSync(rig.path(CONFIG), `${rig.folder}/old-link`);
  });

  it('is not followed through a link in place of a folder', async () => {
    renameSync(rig.path('/srv/checkout'), rig.path('/srv/real'));
    rig.link('/srv/checkout', rig.path('/srv/real'));
    expect(await refusedBy()).toMatch(/links are not followed/);
    renameSync(rig.path('/srv/checkout'), `${rig.folder}/old-folder-link`);
    renameSync(rig.path('/srv/real'), rig.path('/srv/checkout'));
  });

  it.each<[string, () => void, () => void, RegExp]>([
    [
      'is a hard link',
      () => linkSync(rig.path(CONFIG), `${rig.folder}/other-name`),
      () => renameSync(rig.path(CONFIG), `${rig.folder}/again`),
      /2 names/,
    ],
    ['may be written by everybody', () => chmodSync(rig.path(CONFIG), 0o666), () => {}, /mode 0666/],
    [
      'lies in a folder that its group may write',
      () => chmodSync(rig.path('/srv/checkout'), 0o775),
      () => chmodSync(rig.path('/srv/checkout'), 0o755),
      /chmod go-w/,
    ],
    [
      'lies in a folder that everybody may write',
      () => chmodSync(rig.path('/srv'), 0o1777),
      () => chmodSync(rig.path('/srv'), 0o755),
      /mode 1777/,
    ],
    ['is larger than a configuration', () => rig.write(CONFIG, 'x'.repeat(2 << 20)), () => {}, /larger than/],
  ])('is not gone when the file %s', async (_, spoil, mend, problem) => {
    const plan = await configPlan(rig);
    spoil();
    expect(await refusedBy()).toMatch(problem);
    expect((await applyPlan(rig, planId(), plan)).ok).toBe(false);
    mend();
  });

  it('is not gone when the file is a folder', async () => {
    renameSync(rig.path(CONFIG), `${rig.folder}/kept`);
    mkdirSync(rig.path(CONFIG));
    expect(await refusedBy()).toMatch(/no plain file/);
    renameSync(rig.path(CONFIG), `${rig.folder}/was-folder`);
  });
});

describe('the allow list', () => {
  const list = '/etc/staunch/targets.json';
  const kept = () => rig.read(list);

  it.each<[string, (text: string) => string, number]>([
    ['is not there', () => '', 0o644],
    ['may be written by others', text => text, 0o666],
    ['is no JSON', () => '{', 0o644],
    ['names a file that is no Python', text => text.replace(CONFIG, '/etc/shadow'), 0o644],
    ['names a way with dots', text => text.replace(CONFIG, '/srv/../etc/x.py'), 0o644],
    [
      'names a drop-in of another unit',
      text => text.replace(DROP_IN, '/etc/systemd/system/ssh.service.d/90-staunch.conf'),
      0o644,
    ],
    ['has a field nobody knows', text => text.replace('"files"', '"everything":true,"files"'), 0o644],
  ])('allows nothing when it %s', async (_, change, mode) => {
    const text = kept();
    try {
      const changed = change(text);
      if (changed === '') renameSync(rig.path(list), `${rig.folder}/list`);
      else rig.write(list, changed, mode);
      expect((await rig.verb('state')).answer).toMatchObject({ ok: false, refusal: 'not-allowed' });
    } finally {
      rig.write(list, text);
    }
    expect((await rig.verb('state')).answer.ok).toBe(true);
  });

  it('is told with the unit that is not in it', async () => {
    const { answer } = await rig.ask({ schema: 1, verb: 'state', unit: `x-${UNIT}` });
    expect(answer.detail).toBe(`x-${UNIT} is not in /etc/staunch/targets.json`);
  });
});
