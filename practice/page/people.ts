import type { Snapshot } from '../slack/page-protocol.ts';
import type { PracticeUser } from '../slack/workspace.ts';
import { type Drawn, draw } from './drawing.ts';

const TINTS = ['#c2410c', '#0f766e', '#4338ca', '#be185d', '#15803d', '#7c3aed', '#0369a1', '#a16207'];

/** Who is behind an id: a person, or the app. */
interface Author {
  readonly id: string;
  readonly name: string;
  readonly tint: string;
  readonly isApp: boolean;
}

export function authorOf(id: string, snapshot: Snapshot): Author {
  const { app } = snapshot;
  if (id === app.botUserId) {
    const tint = /^#[0-9a-f]{6}$/i.test(app.color) ? app.color : TINTS[0]!;
    return { id, name: app.name, tint, isApp: true };
  }
  const at = snapshot.users.findIndex(user => user.id === id);
  const user = snapshot.users[at];
  return { id, name: user?.realName ?? id, tint: TINTS[Math.max(at, 0) % TINTS.length]!, isApp: false };
}

export function drawAvatar({ name, tint, isApp }: Author): Drawn {
  const initials = name
    .split(/\s+/)
    .flatMap(word => [...word].slice(0, 1))
    .slice(0, isApp ? 1 : 2)
    .join('');
  return draw('span', { class: 'avatar', 'aria-hidden': 'true' }, initials.toUpperCase(), { tint });
}

/** Those whom one can act as: people, not bots. */
export function peopleOf(snapshot: Snapshot): readonly PracticeUser[] {
  return snapshot.users.filter(user => user.kind !== 'bot' && user.id !== snapshot.app.botUserId);
}

const KINDS: Readonly<Record<PracticeUser['kind'], string>> = {
  member: '',
  guest: 'guest',
  bot: 'bot',
  deactivated: 'deactivated',
  stranger: 'other company',
};

/** `guest`, `other company`; empty for an ordinary member. */
export function kindText(user: PracticeUser): string {
  return KINDS[user.kind];
}
