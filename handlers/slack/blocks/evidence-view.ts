import type { KnownBlock, ModalView } from '@slack/types';
import type { DiagnosisDocument } from '../../../src/report/diagnosis-document.ts';
import { citedBy } from '../../../src/report/evidence-text.ts';
import { ACTION } from '../action-ids.ts';
import { bold, button, line, plain, richText, section, words } from './block-parts.ts';
import { type EvidenceAsked, evidenceAsked, IDS_IN_VALUE } from './evidence-button.ts';
import { evidenceParts } from './evidence-parts.ts';
import { clamp, LIMITS } from './slack-limits.ts';
import { shown } from './slack-text.ts';
import { verdictHeadline } from './verdict-words.ts';

const PER_PAGE = 15;
/** 15 lines of this length, each sign doubled by JSON, keep a page far below what a view may hold. */
const CHARACTERS = 2_000;

export interface EvidencePage {
  readonly document: DiagnosisDocument;
  readonly asked: EvidenceAsked;
  /** 1 for the first; a page that does not exist becomes the nearest that does. */
  readonly page?: number;
}

/** The modal with all lines behind a verdict, or behind one claim, a page at a time. */
export function evidenceView({ document, asked, page = 1 }: EvidencePage): ModalView {
  const claim = claimOf(document, asked.ids);
  const ids = claim?.evidence ?? asked.ids ?? allIds(document);
  const pages = Math.max(1, Math.ceil(ids.length / PER_PAGE));
  const current = Math.min(pages, Math.max(1, Math.floor(page) || 1));
  const from = (current - 1) * PER_PAGE;
  const onPage = ids.slice(from, from + PER_PAGE);
  const turn = (to: number, text: string, label: string) =>
    button(text, ACTION.turnPage, `${asked.runId} ${to}`, { label });
  const title = claim === undefined ? verdictHeadline(document) : shown(claim.text, 600);
  const where = `Lines ${from + 1} to ${from + onPage.length} of ${ids.length}, page ${current} of ${pages}`;
  const back = current > 1 ? turn(current - 1, '◂ Back', `Back to page ${current - 1}`) : undefined;
  const on = current < pages ? turn(current + 1, 'Next ▸', `On to page ${current + 1}`) : undefined;
  return {
    type: 'modal',
    title: plain(titleOf(asked.ids), LIMITS.viewTitle.most),
    close: plain('Close'),
    private_metadata: metadataOf(asked),
    blocks: [
      richText(line(bold(title, 600))),
      ...(ids.length === 0
        ? [section('No line is kept for this verdict.')]
        : pages > 1
          ? [section(where, back)]
          : []),
      ...onPage.flatMap(id => pieceBlocks(id, document, claim === undefined)),
      ...(pages > 1 ? [section(`Page ${current} of ${pages}`, on)] : []),
    ],
  };
}

/** Reads what an evidence modal shows from its `private_metadata`, to turn its pages; undefined for a foreign one. */
export function evidenceOfView(privateMetadata: string): EvidenceAsked | undefined {
  return evidenceAsked(privateMetadata);
}

/** Reads the value of a page button: `RUN PAGE`. */
export function pageAsked(value: string | undefined): number | undefined {
  const page = /^[\w-]{1,100} ([1-9]\d{0,4})$/.exec(value ?? '')?.[1];
  return page === undefined ? undefined : Number(page);
}

function metadataOf({ runId, ids }: EvidenceAsked): string {
  return ids === undefined ? runId : `${runId} ${ids.join(',')}`;
}

function titleOf(ids: readonly string[] | undefined): string {
  return ids === undefined ? 'All evidence' : clamp(`Evidence ${ids.join(', ')}`, LIMITS.viewTitle.most);
}

function pieceBlocks(id: string, document: DiagnosisDocument, withClaims: boolean): KnownBlock[] {
  const piece = Object.hasOwn(document.evidence, id) ? document.evidence[id] : undefined;
  if (piece === undefined)
    return [
      richText(
        line(
          bold(id),
          words(
            '  is no longer kept: log lines are deleted after their retention, verdicts later. Press Re-run, or look on the server.',
          ),
        ),
      ),
    ];
  // A claim that stands above all lines need not be repeated below each.
  const cited = withClaims ? citedBy(document, id) : [];
  return [
    richText(
      ...evidenceParts(id, piece, CHARACTERS),
      ...(cited.length > 0 ? [line(words(`Cited for: ${cited.join(', ')}`))] : []),
    ),
  ];
}

/** The claim a button stands at: a button holds only as many ids as have room in it. */
function claimOf(document: DiagnosisDocument, ids: readonly string[] | undefined) {
  if (ids === undefined) return undefined;
  const claims = [...document.causes.flatMap(cause => cause.because), ...document.observed];
  const begins = (evidence: readonly string[]) => ids.every((id, index) => evidence[index] === id);
  return (
    claims.find(({ evidence }) => evidence.length === ids.length && begins(evidence)) ??
    claims.find(
      ({ evidence }) => ids.length >= IDS_IN_VALUE && evidence.length > ids.length && begins(evidence),
    )
  );
}

/** Everything that is kept and everything that is cited, by number. */
function allIds(document: DiagnosisDocument): string[] {
  const cited = [
    ...document.causes.flatMap(cause => cause.because),
    ...document.observed,
    ...document.deaths,
  ];
  const ids = new Set([...Object.keys(document.evidence), ...cited.flatMap(({ evidence }) => evidence)]);
  return [...ids].sort((a, b) => Number(a.slice(1)) - Number(b.slice(1)));
}
