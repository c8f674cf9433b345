import type { Snapshot, SnapshotMessage } from '../../../practice/slack/page-protocol.ts';
import type { PracticeBlock, PracticeView } from '../../../practice/slack/workspace.ts';

export const BOT = 'U0STAUNCH';

const EMPLOYEES = ['U0ANA', 'U0BEN', 'U0NORA', BOT];

/** A small workspace as one person sees it, with nothing said yet. */
export function snapshotFor(me: string, rest: Partial<Snapshot> = {}): Snapshot {
  return {
    me,
    team: { name: 'Acme' },
    app: {
      name: 'Staunch',
      botName: 'staunch',
      color: '#1f2937',
      botUserId: BOT,
      homeTab: true,
      messagesTab: 'open',
      commands: [
        {
          command: '/diagnose-502',
          description: 'Diagnose bursts of 502s of a service, server or group',
          usageHint: '[service|server|group] [since 30m | yesterday 02:05-02:20]',
        },
        { command: '/staunch', description: 'Everything else', usageHint: 'help' },
      ],
      shortcuts: [
        {
          name: 'Diagnose from this alert',
          type: 'message',
          callbackId: 'diagnose-message',
          description: 'Reads service and time from the message',
        },
        {
          name: 'Start a diagnosis',
          type: 'global',
          callbackId: 'pick-diagnosis',
          description: 'Choose service and window',
        },
      ],
    },
    users: [
      person('U0ANA', 'Ana Lima', 'Europe/Lisbon', 'On call: may ask for a diagnosis'),
      person('U0BEN', 'Ben Okafor', 'Europe/Berlin', 'Team lead: may ask and approve'),
      person('U0NORA', 'Nora Lind', 'Europe/Stockholm', 'Works here, without any role'),
      {
        ...person('U0GUS', 'Gus Weber', 'America/New_York', 'Guest: gets nothing by default'),
        kind: 'guest',
      },
    ],
    channels: [
      channel('C0CHECKOUT', 'inc-checkout', 'Incidents of checkout'),
      channel('C0SEARCH', 'inc-search', 'Incidents of search'),
      { ...channel('C0RANDOM', 'random', 'Anything else'), botIsMember: false },
      { ...channel('C0WAR', 'war-room', 'Leads and those on call'), kind: 'private-channel' },
      { ...channel('C0EXT', 'ext-partner', 'Shared with Northwind'), kind: 'shared-channel' },
    ],
    messages: [],
    modals: [],
    notices: [],
    ...rest,
  };
}

function person(id: string, realName: string, tz: string, note: string) {
  const name = id.slice(2).toLowerCase();
  return { id, name, realName, teamId: 'T0ACME', kind: 'member' as const, tz, note };
}

function channel(id: string, name: string, topic: string) {
  return { id, name, kind: 'channel' as const, topic, botIsMember: true, members: EMPLOYEES };
}

/** 20 November 2026, 14:00:00 UTC, and so many seconds later. */
export function stamp(afterSeconds: number): string {
  return `${Date.UTC(2026, 10, 20, 14) / 1000 + afterSeconds}.000100`;
}

export function message(ts: string, rest: Partial<SnapshotMessage> = {}): SnapshotMessage {
  return {
    ts,
    channel: 'C0CHECKOUT',
    user: BOT,
    isApp: rest.user === undefined || rest.user === BOT,
    ephemeral: false,
    text: '',
    blocks: [],
    files: [],
    edited: false,
    reactions: [],
    ...rest,
  };
}

/** Says it in the channel of checkout. */
export function withBlocks(blocks: readonly PracticeBlock[], me = 'U0ANA'): Snapshot {
  return snapshotFor(me, { messages: [message(stamp(0), { text: 'blocks', blocks })] });
}

export function modal(id: string, view: Partial<PracticeView['view']>, previous?: string): PracticeView {
  return {
    id,
    hash: '1',
    user: 'U0ANA',
    type: 'modal',
    view: {
      type: 'modal',
      title: { type: 'plain_text', text: 'Diagnose' },
      submit: { type: 'plain_text', text: 'Start' },
      close: { type: 'plain_text', text: 'Cancel' },
      blocks: [],
      ...view,
    },
    ...(previous !== undefined && { previous }),
  };
}

export const plain = (text: string) => ({ type: 'plain_text', text });
export const mrkdwn = (text: string) => ({ type: 'mrkdwn', text });
export const option = (text: string, value = text) => ({ text: plain(text), value });
