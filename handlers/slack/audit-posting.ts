import type { WebClient } from '@slack/web-api';
import { type AuditHeadView, auditHeadMessage } from './blocks/audit-head-message.ts';
import { deepestReason } from './failure-reason.ts';
import { content } from './slack-surface.ts';

/** Posts the head of the audit, one attempt. Never throws. */
export function auditHeadPosting(client: WebClient) {
  return async (
    channel: string,
    head: AuditHeadView,
  ): Promise<{ readonly ok: true } | { readonly ok: false; readonly reason: string }> => {
    try {
      await client.chat.postMessage({ ...content(auditHeadMessage(head)), channel, unfurl_links: false });
      return { ok: true };
    } catch (error) {
      return { ok: false, reason: deepestReason(error) };
    }
  };
}
