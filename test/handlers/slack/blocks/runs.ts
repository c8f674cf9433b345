import type { DiagnosisDocument } from '../../../../src/report/diagnosis-document.ts';
import type { Message } from '../../../../src/workflows/message.ts';
import type { Run } from '../../../../src/workflows/state-ports.ts';

export const ASKED_AT_MS = Date.parse('2026-11-22T10:20:00Z');

/** A run that somebody asked for; a test states only what it is about. */
export function aRun(change: Partial<Run> = {}): Run {
  return {
    id: '7c9e6679-7425-40de-944b-e07fc1f90ae7',
    incident: {
      id: 'incident-1',
      service: 'checkout',
      workspace: 'T0WORK',
      channel: 'C0INCIDENTS',
      openedBy: 'U0ANA',
      openedAtMs: ASKED_AT_MS,
    },
    number: 1,
    askedBy: 'U0ANA',
    askedAtMs: ASKED_AT_MS,
    window: { fromMs: ASKED_AT_MS - 7_200_000, toMs: ASKED_AT_MS },
    state: 'done',
    attempts: 1,
    ...change,
  };
}

interface Leaf {
  readonly type?: string;
  readonly text?: string;
  readonly fallback?: string;
  readonly user_id?: string;
  readonly channel_id?: string;
  readonly style?: { readonly bold?: boolean; readonly code?: boolean };
  readonly elements?: readonly Leaf[];
}

/** A message or view as lines to read in a test: `# header`, `[button]`, `*bold*`, `{time}`. */
export function readable(sent: Message | object): string {
  return (sent as { blocks: readonly unknown[] }).blocks.map(blockText).join('\n\n');
}

function blockText(block: unknown): string {
  const { type, text, accessory, elements, rows, label } = block as {
    type: string;
    text?: Leaf;
    accessory?: { text: Leaf };
    elements?: readonly Leaf[];
    rows?: readonly (readonly Leaf[])[];
    label?: Leaf;
  };
  switch (type) {
    case 'header':
      return `# ${text?.text}`;
    case 'section':
      return `${text?.text}${accessory ? `   [${accessory.text.text}]` : ''}`;
    case 'context':
      return `~ ${elements?.map(element => element.text).join(' ')}`;
    case 'actions':
      return (elements ?? [])
        .map(element => `[${(element as unknown as { text: Leaf }).text.text}]`)
        .join(' ');
    case 'table':
      return (rows ?? []).map(row => row.map(leafText).join(' | ')).join('\n');
    case 'rich_text':
      return (elements ?? []).map(partText).join('\n');
    case 'input':
      return `(${label?.text})`;
    default:
      return `(${type})`;
  }
}

function partText({ type, elements = [] }: Leaf): string {
  if (type === 'rich_text_list') return elements.map(item => `- ${partText(item)}`).join('\n');
  const text = elements.map(leafText).join('');
  return type === 'rich_text_preformatted' ? `| ${text.replaceAll('\n', '\n| ')}` : text;
}

function leafText(leaf: Leaf): string {
  if (leaf.type === 'rich_text') return (leaf.elements ?? []).map(partText).join(' ');
  if (leaf.type === 'date') return `{${leaf.fallback}}`;
  if (leaf.type === 'user') return `@${leaf.user_id}`;
  if (leaf.type === 'channel') return `#${leaf.channel_id}`;
  if (leaf.style?.bold) return `*${leaf.text}*`;
  return leaf.style?.code ? `\`${leaf.text}\`` : (leaf.text ?? '');
}

/** A document in which no server could be reached. */
export function noneReached(document: DiagnosisDocument, servers = ['web-1', 'web-2']): DiagnosisDocument {
  return {
    ...document,
    verdict: 'inconclusive',
    causes: [],
    observed: [],
    evidence: {},
    deaths: [],
    servers,
    gaps: servers.map(server => ({
      server,
      source: 'connection' as const,
      kind: 'unreachable' as const,
      text: `${server} did not answer: connect ECONNREFUSED`,
      fix: `Try: staunch server test ${server}`,
    })),
  };
}
