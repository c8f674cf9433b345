import { expect, it } from 'vitest';
import { readVersions } from '../../src/signals/versions.ts';
import { fixture } from './host-state-fixture.ts';

it.each([
  [
    'versions-bookworm.txt',
    { nginx: '1.22.1', gunicorn: '20.1.0', python: '3.11.2', systemd: 252, kernel: '6.1.176' },
  ],
  [
    'versions-trixie.txt',
    { nginx: '1.26.3', gunicorn: '23.0.0', python: '3.13.5', systemd: 257, kernel: '6.18.44' },
  ],
])('%s', (name, versions) => expect(readVersions(fixture(name))).toEqual(versions));

it.each([
  ['systemd 219', { systemd: 219 }],
  ['systemd 258~rc1-1', { systemd: 258 }],
  ['nginx version: openresty/1.25.3.1', { nginx: '1.25.3.1' }],
  ['nginx version: nginx/1.29.7 (nginx-plus-r36)', { nginx: '1.29.7' }],
  ['/srv/app/venv/bin/gunicorn (version 26.1.0)', { gunicorn: '26.1.0' }],
  ['Python 3.14.0rc2', { python: '3.14.0rc2' }],
])('%s', (line, versions) => expect(readVersions(`bash: x: not found\n${line}\n`)).toEqual(versions));

it('gives nothing when no tool answered', () => expect(readVersions('12.15\ncgroup2fs\n')).toBeUndefined());
