import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { loadHelperFile, loadHelperParts } from '../../../src/adapters/ssh/helper-file.ts';

const { text } = await loadHelperFile();
const [constants = '', ...rest] = await loadHelperParts();

/** What Python's own parser says of the helper. */
function parsed(program: string): string {
  const ran = spawnSync('/usr/bin/python3', ['-c', program], { input: text, encoding: 'utf8' });
  expect(ran.stderr).toBe('');
  return ran.stdout.trim();
}

describe('the helper as a file', () => {
  it('is Python 3.6, the oldest that servers have', () => {
    expect(parsed('import ast,sys; ast.parse(sys.stdin.read(), feature_version=(3, 6)); print("fine")')).toBe(
      'fine',
    );
  });

  it('imports nothing but what comes with Python', () => {
    const program =
      'import ast,sys\nnames={a.name.split(".")[0] for n in ast.walk(ast.parse(sys.stdin.read())) if isinstance(n,(ast.Import,ast.ImportFrom)) for a in n.names}\nprint(" ".join(sorted(names-set(sys.stdlib_module_names))))';
    expect(parsed(program)).toBe('');
  });

  it('has no way to a shell, to code from outside or to its environment', () => {
    expect(text).not.toMatch(
      /shell\s*=|os\.system|popen\(|\beval\(|\bexec\(|os\.environ\[|getenv|pickle|__import__/,
    );
    // The environment is emptied, and the one program text that another interpreter runs is a constant.
    expect(text.match(/os\.environ/g)).toEqual(['os.environ']);
  });

  it('names its places in one part only, so that nothing else can move them', () => {
    expect(constants).toMatch(/^#!\/usr\/bin\/python3 -IBS\n/);
    for (const place of [
      '/etc/staunch',
      '/var/lib/staunch',
      '/run/staunch',
      '/usr/libexec',
      '/usr/bin/',
      "'/proc",
    ])
      expect(rest.join('')).not.toContain(`'${place}`);
  });

  it('writes files in place nowhere: only beside them, by a name of its own', () => {
    const plainOpens = text.match(/open\([^)]*'[wax]b?'/g);
    expect(plainOpens).toBeNull();
  });

  it('ends with the call of its main part, after everything that it needs', () => {
    expect(text.startsWith(constants)).toBe(true);
    expect(text.endsWith('\nsys.exit(main())\n')).toBe(true);
    expect(text.match(/sys\.exit\(main/g)).toHaveLength(1);
  });
});
