import { sha256 } from './plan-digest.ts';

/** What the drop-in may set, in the order in which it is written. `environment` and `execStart` are whole lines' values. */
const DIRECTIVES = ['OOMPolicy', 'MemoryHigh', 'MemoryMax', 'Environment', 'ExecStart'] as const;
type Directive = (typeof DIRECTIVES)[number];
export type DropInValues = Readonly<Partial<Record<Directive, string>>>;

/** Why the drop-in is left alone: it is not as Staunch wrote it. */
export interface DropInRefusal {
  readonly reason: 'drop-in-edited';
  readonly path: string;
}

const HEAD = /^# Managed by Staunch \(([0-9a-f]{16})\): change it in chat, or remove this file\.$/;
const REMARKS: Readonly<Partial<Record<Directive, string>>> = {
  Environment: '# Takes the place of every other GUNICORN_CMD_ARGS of this unit: all options stand here.',
  ExecStart: '# Takes the place of the ExecStart of the unit file: the whole command stands here.',
};

/**
 * The drop-in with these directives, other ones that Staunch wrote kept. One file for each unit; its first line names
 * the hash of the rest, so that an edit by anybody else is seen and never overwritten. The same values twice give the
 * same bytes.
 */
export function withDirectives(
  path: string,
  content: Uint8Array | undefined,
  values: DropInValues,
):
  | { readonly ok: true; readonly content: Uint8Array }
  | { readonly ok: false; readonly refusal: DropInRefusal } {
  const known = content === undefined ? {} : directivesIn(content);
  if (known === undefined) return { ok: false, refusal: { reason: 'drop-in-edited', path } };
  return { ok: true, content: new Uint8Array(Buffer.from(dropInText({ ...known, ...values }), 'utf8')) };
}

function dropInText(values: DropInValues): string {
  const lines = DIRECTIVES.flatMap(name => {
    const value = values[name];
    if (value === undefined) return [];
    const remark = REMARKS[name] === undefined ? [] : [REMARKS[name]];
    // An empty ExecStart= takes back the unit's own: a service may have one only.
    return [...remark, ...(name === 'ExecStart' ? ['ExecStart='] : []), `${name}=${value}`];
  });
  const body = `[Service]\n${lines.join('\n')}\n`;
  return `# Managed by Staunch (${sha256(body).slice(0, 16)}): change it in chat, or remove this file.\n${body}`;
}

/** What Staunch wrote there; undefined when the bytes are not exactly what it would write. */
function directivesIn(content: Uint8Array): DropInValues | undefined {
  const text = Buffer.from(content).toString('utf8');
  const [head = '', ...lines] = text.split('\n');
  if (!HEAD.test(head)) return undefined;
  const values: { [K in Directive]?: string } = {};
  for (const line of lines) {
    const [, name, value] = /^(\w+)=(.+)$/.exec(line) ?? [];
    const directive = DIRECTIVES.find(one => one === name);
    if (directive !== undefined && value !== undefined) values[directive] = value;
  }
  return dropInText(values) === text ? values : undefined;
}
