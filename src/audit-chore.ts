import type { WebClient } from '@slack/web-api';
import { auditHeadPosting } from '../handlers/slack/audit-posting.ts';
import type { CachedRegistry } from './adapters/cached-registry.ts';
import type { Chore } from './adapters/housekeeping.ts';
import { AuditHeads, type AuditHeadsParts } from './workflows/audit-heads.ts';

/** Tells the head of the audit each day, in the log and in the channel that staunch.yml names at that time. */
export function auditChore(
  parts: Pick<AuditHeadsParts, 'state' | 'clock' | 'log'>,
  client: WebClient,
  registry: CachedRegistry,
): Chore {
  const heads = new AuditHeads({
    ...parts,
    post: auditHeadPosting(client),
    async channel() {
      await registry.read();
      return registry.last()?.auditChannel;
    },
  });
  return {
    name: 'tell the head of the audit',
    at: '41 * * * *',
    perform: async () => void (await heads.tellDue()),
  };
}
