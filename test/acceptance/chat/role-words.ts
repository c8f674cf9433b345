import { COMPANY, directMessageWith, MORE_CHANNELS, MORE_PEOPLE } from './company.ts';
import { C, U } from './practised-staunch.ts';

/** Who asks, by what they are. */
export const PERSONS: Readonly<Record<string, string>> = {
  viewer: U.dev,
  requester: U.ana,
  approver: U.ben,
  admin: U.chloe,
  nobody: U.nora,
  guest: U.gus,
  stranger: U.xenia,
  otherCompany: MORE_PEOPLE.mia,
  bot: MORE_PEOPLE.robot,
  deactivated: MORE_PEOPLE.olga,
};

/** Where they ask, by what it is. `bound` and `private` are channels of checkout. */
export const PLACES: Readonly<Record<string, (person: string) => string>> = {
  bound: () => C.checkout,
  private: () => C.warRoom,
  elsewhere: () => MORE_CHANNELS.elsewhere,
  shared: () => MORE_CHANNELS.shared,
  notMember: () => MORE_CHANNELS.notMember,
  direct: directMessageWith,
  group: () => MORE_CHANNELS.groupMessage,
  hidden: () => MORE_CHANNELS.hidden,
};

/** What a refused person reads, by the word that stands for it in the tables. */
export const WORDS: Readonly<Record<string, RegExp>> = {
  role: /You have no role that lets you|Your role is viewer/,
  invite: /I am not in this channel/,
  unbound: /checkout is spoken of only in/,
  outside: /This channel is shared with people outside the company/,
  unsure: /did not tell what kind of channel this is/,
  guest: /your account is a guest/,
  stranger: /one from outside this workspace/,
  company: /belongs to another workspace/,
  bot: /answers people only/,
  gone: /This account is deactivated/,
};

/** Reads a table: the first line names the columns, the first word of every other line its row. */
export function tableOf(
  text: string,
): { readonly row: string; readonly column: string; readonly word: string }[] {
  const [columns = [], ...rows] = text
    .trim()
    .split('\n')
    .map(line => line.trim().split(/\s+/));
  return rows.flatMap(([row = '', ...words]) =>
    words.map((word, at) => ({ row, column: columns[at] ?? '', word })),
  );
}

export const EVERY_CHANNEL: readonly string[] = COMPANY.channels.map(({ id }) => id);
