import type { PracticeChannel, PracticeUser, WorkspaceSeed } from './workspace.ts';

/** The ids of the workspace for practice, stable so that a configuration can name them. */
export const PRACTICE_IDS = {
  team: 'T0ACME',
  partnerTeam: 'T0NORTHWIND',
  users: {
    ana: 'U0ANA',
    ben: 'U0BEN',
    chloe: 'U0CHLOE',
    dev: 'U0DEV',
    gus: 'U0GUS',
    nora: 'U0NORA',
    xenia: 'U0XENIA',
  },
  groups: { oncall: 'S0ONCALL', leads: 'S0LEADS', engineers: 'S0ENGINEERS' },
  channels: {
    checkout: 'C0CHECKOUT',
    search: 'C0SEARCH',
    billing: 'C0BILLING',
    incidents: 'C0INCIDENTS',
    random: 'C0RANDOM',
    warRoom: 'C0WARROOM',
    partner: 'C0PARTNER',
  },
} as const;

const { team, partnerTeam, users: U, groups: S, channels: C } = PRACTICE_IDS;

const person = (
  id: string,
  realName: string,
  tz: string,
  note: string,
  rest: Partial<Pick<PracticeUser, 'kind' | 'teamId'>> = {},
): PracticeUser => ({
  id,
  name: id.slice(2).toLowerCase(),
  realName,
  teamId: team,
  kind: 'member',
  tz,
  note,
  ...rest,
});

const EMPLOYEES = [U.ana, U.ben, U.chloe, U.dev, U.nora];

const channel = (
  id: string,
  name: string,
  topic: string,
  rest: Partial<PracticeChannel> = {},
): PracticeChannel => ({
  id,
  name,
  kind: 'channel',
  topic,
  botIsMember: true,
  members: EMPLOYEES,
  ...rest,
});

const FIRST = { text: '/diagnose-502 checkout', note: 'why do users of the checkout see 502s?' };
const LATER = { note: 'the same for the last half hour only' };
const HELP = { text: '/diagnose-502 help', note: 'what else one can type' };

/** A small company with one person for every way of being allowed, or not, to ask. */
export const PRACTICE_SEED: WorkspaceSeed = {
  team: { id: team, name: 'Acme', domain: 'acme-practice' },
  users: [
    person(U.ana, 'Ana Lima', 'Europe/Lisbon', 'On call: may ask for a diagnosis'),
    person(U.ben, 'Ben Okafor', 'Europe/Berlin', 'Team lead: may ask and approve'),
    person(U.chloe, 'Chloé Martin', 'Europe/Paris', 'Administrator: may do everything'),
    person(U.dev, 'Dev Patel', 'Asia/Kolkata', 'Engineer: may read what was found'),
    person(U.nora, 'Nora Lind', 'Europe/Stockholm', 'Works here, without any role'),
    person(U.gus, 'Gus Weber', 'America/New_York', 'Guest: gets nothing by default', { kind: 'guest' }),
    person(U.xenia, 'Xenia Sato', 'Asia/Tokyo', 'From the partner company: sees the shared channel only', {
      kind: 'stranger',
      teamId: partnerTeam,
    }),
  ],
  userGroups: [
    { id: S.oncall, handle: 'oncall', name: 'On call', users: [U.ana] },
    { id: S.leads, handle: 'leads', name: 'Team leads', users: [U.ben] },
    { id: S.engineers, handle: 'engineers', name: 'Engineers', users: [U.ana, U.ben, U.dev] },
  ],
  channels: [
    channel(C.checkout, 'inc-checkout', 'Incidents of checkout', {
      members: [...EMPLOYEES, U.gus],
      examples: [FIRST, { text: '/diagnose-502 checkout since 30m', ...LATER }, HELP],
    }),
    channel(C.search, 'inc-search', 'Incidents of search', {
      examples: [{ text: '/diagnose-502', note: 'this channel speaks of search only: no name needed' }, HELP],
    }),
    channel(C.billing, 'inc-billing', 'Incidents of billing', {
      examples: [{ text: '/diagnose-502 billing', note: 'looks like memory, and is something else' }, HELP],
    }),
    channel(C.incidents, 'incidents', 'All incidents', {
      examples: [
        { text: '/diagnose-502', note: 'several services: choose from a list' },
        { text: '/diagnose-502 catalog', note: 'a server that may not be read: the gap is named' },
        { text: '/diagnose-502 accounts', note: 'nothing is wrong there' },
      ],
    }),
    channel(C.random, 'random', 'Anything else; the app is not in here', {
      botIsMember: false,
      members: [...EMPLOYEES, U.gus],
    }),
    channel(C.warRoom, 'war-room', 'Leads and those on call', {
      kind: 'private-channel',
      members: [U.ana, U.ben, U.chloe],
    }),
    channel(C.partner, 'ext-partner', 'Shared with Northwind', {
      kind: 'shared-channel',
      members: [U.ana, U.ben, U.xenia],
    }),
  ],
};
