import type { Message } from '../../../src/workflows/message.ts';
import { bold, line, message, richText, verbatim, words } from './block-parts.ts';
import { own } from './slack-text.ts';

export interface AuditHeadView {
  /** Number of the entry. */
  readonly sequence: number;
  /** Its SHA-256, hex. */
  readonly hash: string;
  /** Entries since the head before. */
  readonly added: number;
}

/** The head of the audit, for a channel: kept here, it cannot be changed by whoever can change the state. */
export function auditHeadMessage({ sequence, hash, added }: AuditHeadView): Message {
  const since = added === 1 ? '1 entry' : `${added} entries`;
  const end = 'Keep this message: with it you can prove that nothing up to here was changed.';
  return message(own`🔏 Audit: ${since} since the last head. Head ${sequence}:${hash}. ${end}`, [
    richText(
      line(words('🔏 '), bold('Audit'), words(`  ${since} since the last head. ${end}`)),
      verbatim(`staunch audit verify --head ${sequence}:${hash}`),
    ),
  ]);
}
