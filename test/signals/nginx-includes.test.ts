import { expect, it } from 'vitest';
import { parseNginxFiles } from '../../src/signals/nginx-config-syntax.ts';
import { matchesGlob, NginxFiles } from '../../src/signals/nginx-includes.ts';

it.each([
  ['/etc/nginx/sites-enabled/app', '/etc/nginx/sites-enabled/*', true],
  ['/etc/nginx/sites-enabled/app/x', '/etc/nginx/sites-enabled/*', false],
  ['/etc/nginx/conf.d/a.conf', '/etc/nginx/conf.d/*.conf', true],
  ['/etc/nginx/conf.d/a.conf.bak', '/etc/nginx/conf.d/*.conf', false],
  ['/etc/nginx/conf.d/10-a.conf', '/etc/nginx/conf.d/[0-9][!a]-?.conf', true],
  ['/etc/nginx/conf.d/1a-a.conf', '/etc/nginx/conf.d/[0-9][!a]-?.conf', false],
  ['/etc/nginx/vhosts/x/site.conf', '/etc/nginx/vhosts/*/*.conf', true],
  ['/a', '/a*', true],
  ['/a[b', '/a[b', true],
])('%s against %s: %s', (path, pattern, expected) => expect(matchesGlob(path, pattern)).toBe(expected));

it('puts included files where they are included, in the order of the text', () => {
  const files = parseNginxFiles(
    '# configuration file /etc/nginx/nginx.conf:\na; include parts/*.conf; z;\n' +
      '# configuration file /etc/nginx/parts/1.conf:\nb; include /etc/nginx/more;\n' +
      '# configuration file /etc/nginx/more:\nc;\n# configuration file /etc/nginx/unused:\nd;\n',
  );
  const set = new NginxFiles(files);
  const names = set.expandFile(files[0]!).map(directive => directive.name);
  expect(names).toEqual(['a', 'b', 'c', 'z']);
  expect(files.map(file => set.wasReached(file))).toEqual([true, true, true, false]);
});

it('ends with files that include themselves', () => {
  const files = parseNginxFiles('# configuration file /a:\nx; include /a; include /a;\n');
  expect(new NginxFiles(files).expandFile(files[0]!).length).toBeLessThanOrEqual(200_000);
});
