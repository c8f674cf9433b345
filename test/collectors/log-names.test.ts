import { describe, expect, it } from 'vitest';
import { bundledLogName } from '../../src/collectors/log-names.ts';
import { nginxAccessLog } from '../../src/collectors/nginx-access-log.ts';
import { nginxErrorLog } from '../../src/collectors/nginx-error-log.ts';

describe('the name of a log in a bundle', () => {
  it.each([
    ['access', '/var/log/nginx/access.log', [], 'nginx-access.log'],
    ['access', '/var/log/nginx/app_access.json', [], 'nginx-app_access.json'],
    ['access', '/var/log/nginx/shop.log', [], 'nginx-access-shop.log'],
    ['access', '/var/log/nginx/shop.access', [], 'nginx-shop.access.log'],
    ['access', '/srv/a/access.log', ['/srv/b/access.log'], 'nginx-access-a-access.log'],
    ['error', '/var/log/nginx/error.log', ['/var/log/nginx/error.log'], 'nginx-error.log'],
    ['error', '/var/log/nginx/shop', [], 'nginx-error-shop.log'],
  ] as const)('of kind %s at %s beside %j is held by its collector alone', (kind, path, others, name) => {
    expect(bundledLogName(kind, path, [path, ...others])).toBe(name);
    expect([nginxAccessLog.holds(name), nginxErrorLog.holds(name)]).toEqual([
      kind === 'access',
      kind === 'error',
    ]);
  });
});
