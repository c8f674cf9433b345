import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fileSettings, withBlockSettings } from '../../src/remediation/config-block.ts';

const bytes = (text: string) => new Uint8Array(Buffer.from(text));
const textOf = (content: Uint8Array) => Buffer.from(content).toString('utf8');
const VALUES = { max_requests: 800, max_requests_jitter: 90 };

function written(text: string, values = VALUES) {
  const answer = withBlockSettings(bytes(text), values);
  if (!answer.ok) throw new Error(answer.refusal.reason);
  return textOf(answer.content);
}

const PROGRAMS = [
  '',
  'workers = 4\n',
  'max_requests = 5',
  'def f():\n    return 1',
  'if True:\n    workers = 3\n',
  'x = """\n# BEGIN nothing\n"""\n',
  'from os import *\n',
  "name = 'größer'  # ü\n",
  'a = [1,\n     2]\n\n\n',
  'try:\n    import ujson\nexcept ImportError:\n    pass\n',
  'workers = 2; max_requests = 7\n',
];

describe('the managed block', () => {
  it('gives Python the values, whatever the file does before it', () => {
    const texts = PROGRAMS.map(text => written(text));
    const program = `import json,sys
def values(text):
    space={}
    exec(compile(text,'gunicorn.conf.py','exec'),space)
    return [space['max_requests'],space['max_requests_jitter']]
print(json.dumps([values(t) for t in json.load(sys.stdin)]))`;
    const run = spawnSync('python3', ['-c', program], { input: JSON.stringify(texts), encoding: 'utf8' });
    expect(run.stderr).toBe('');
    expect(JSON.parse(run.stdout)).toEqual(PROGRAMS.map(() => [800, 90]));
  });

  it('twice is once; another setting is added, an old value replaced, the rest stays byte for byte', () => {
    const line = fc.constantFrom(
      'workers = 4',
      'max_requests = 9',
      '',
      '# note',
      'bind = ":8000"',
      'x = 1\r',
    );
    const number = fc.integer({ min: 0, max: 999_999 });
    fc.assert(
      fc.property(fc.array(line), fc.boolean(), number, number, (lines, ends, first, second) => {
        const text = lines.join('\n') + (ends && lines.length > 0 ? '\n' : '');
        const once = written(text, { ...VALUES, max_requests: first });
        expect(written(once, { ...VALUES, max_requests: first })).toBe(once);
        const twice = written(once, { ...VALUES, max_requests: second });
        expect(twice.startsWith(text)).toBe(true);
        expect(twice.match(/# BEGIN staunch/g)).toHaveLength(1);
        expect(fileSettings(bytes(twice)).get('max_requests')).toBe(second);
        const both = withBlockSettings(bytes(twice), { workers: 7 });
        const settings = both.ok ? fileSettings(both.content) : new Map();
        expect([settings.get('workers'), settings.get('max_requests')]).toEqual([7, second]);
      }),
    );
  });

  it.each([
    ['file-unfinished', 'a = [1,\n'],
    ['file-unfinished', 'text = """never ends\n'],
    ['file-unfinished', 'a = 1 + \\'],
    ['setting-computed', 'max_requests = int(os.environ["N"])\n'],
    ['setting-computed', 'if big:\n    max_requests = 5\n'],
    ['block-edited', '# BEGIN staunch\nmax_requests = 5\n'],
    ['block-edited', '# END staunch\n'],
    ['block-edited', '# BEGIN staunch\nimport os\n# END staunch\n'],
    ['block-edited', '# BEGIN staunch\nmax_requests = 5 * 2\n# END staunch\n'],
    ['block-edited', '# BEGIN staunch\n# END staunch\n# BEGIN staunch\n# END staunch\n'],
    ['file-not-text', 'a = 1\0\n'],
  ])('is refused as %s for %j', (reason, text) => {
    expect(withBlockSettings(bytes(text), VALUES)).toMatchObject({ ok: false, refusal: { reason } });
  });

  it('is refused for bytes that are not UTF-8', () => {
    expect(withBlockSettings(new Uint8Array([0xff, 0xfe, 0x61, 0x00]), VALUES)).toMatchObject({
      ok: false,
      refusal: { reason: 'file-not-text' },
    });
  });
});
