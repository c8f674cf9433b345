import type { ChildProcess } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ask, canBecomeNobody, platforms } from './read-script.ts';

const home = mkdtempSync(join(tmpdir(), 'staunch-verbs-'));
chmodSync(home, 0o755);
const started: ChildProcess[] = [];
afterAll(() => {
  for (const child of started) child.kill();
  rmSync(home, { recursive: true });
});

describe.each(platforms(home))('on $name', platform => {
  describe('the configuration of NGINX', () => {
    const etc = (): string => mkdtempSync(join(home, 'etc-'));
    const config = (dir: string, circumstances = {}) =>
      ask(platform, 'nginx-config', [], {
        fakes: {
          nginx: `if [ "$1" = -V ]; then echo "configure arguments: --prefix=${dir} --conf-path=${dir}/nginx.conf --with-x" >&2; else exit 1; fi`,
        },
        ...circumstances,
      });

    it('is put together from the files, each once, with the headers of nginx -T', () => {
      const dir = etc();
      mkdirSync(join(dir, 'conf.d'));
      writeFileSync(
        join(dir, 'nginx.conf'),
        'events {}\nhttp {\n  include mime.types; # types\n  # include not-this.conf;\n  include conf.d/*.conf;\n  include none/*.conf;\n}\n',
      );
      writeFileSync(join(dir, 'mime.types'), 'types {}\n');
      writeFileSync(join(dir, 'conf.d', 'a.conf'), `server { include ${dir}/snippet; }\n`);
      writeFileSync(
        join(dir, 'conf.d', 'b b.conf'),
        `include "${dir}/snippet";\ninclude ${dir}/nginx.conf;\n`,
      );
      writeFileSync(join(dir, 'snippet'), 'proxy_pass http://app;');
      const told = config(dir);
      expect(told).toMatchObject({ exitCode: 0, complaint: '' });
      expect(told.lines.filter(line => line.startsWith('# configuration file '))).toEqual(
        ['nginx.conf', 'mime.types', 'conf.d/a.conf', 'snippet', 'conf.d/b b.conf'].map(
          name => `# configuration file ${dir}/${name}:`,
        ),
      );
      expect(told.text).toContain('proxy_pass http://app;');
    });

    it('names what is missing and gives the rest', () => {
      const dir = etc();
      writeFileSync(join(dir, 'nginx.conf'), 'include gone.conf;\nhttp { }\n');
      const told = config(dir);
      expect(told.exitCode).toBe(1);
      expect(told.complaint).toContain(`${dir}/gone.conf`);
      expect(told.text).toContain('http { }');
    });

    it.runIf(canBecomeNobody)('names what is closed', () => {
      const dir = etc();
      chmodSync(dir, 0o755);
      mkdirSync(join(dir, 'private'), { mode: 0o700 });
      writeFileSync(join(dir, 'nginx.conf'), 'include private/*.conf;\n');
      const told = config(dir, { asNobody: true });
      expect(told.exitCode).toBe(1);
      expect(told.complaint).toContain(`${dir}/private may not be listed`);
      chmodSync(join(dir, 'nginx.conf'), 0o600);
      expect(config(dir, { asNobody: true })).toMatchObject({ exitCode: 77, text: '' });
    });

    it.skipIf(existsSync('/etc/nginx/nginx.conf'))('is absent where NGINX is', () => {
      expect(ask(platform, 'nginx-config', []).exitCode).toBe(69);
    });
  });
});
