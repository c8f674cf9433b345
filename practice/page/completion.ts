/** What the composer can complete. */
export interface Vocabulary {
  readonly commands: readonly {
    readonly command: string;
    readonly description: string;
    readonly usageHint: string;
  }[];
  readonly people: readonly { readonly name: string; readonly realName: string }[];
  readonly channels: readonly { readonly name: string }[];
}

export interface Offer {
  readonly label: string;
  readonly note: string;
  /** Takes the place of what was typed from `from` to the caret. */
  readonly insert: string;
}

export interface Completion {
  readonly kind: 'commands' | 'people' | 'channels';
  readonly from: number;
  readonly offers: readonly Offer[];
}

const MOST_OFFERS = 8;

/**
 * What could be meant by the word before the caret. Commands only at the start of a text and not in threads,
 * where Slack does not take them.
 */
export function completionAt(
  text: string,
  caret: number,
  vocabulary: Vocabulary,
  isThread: boolean,
): Completion | undefined {
  const before = text.slice(0, caret);
  const [, blank, sign, typed] = /(^|\s)([/@#])([^\s/@#]*)$/u.exec(before) ?? [];
  if (sign === undefined || typed === undefined) return undefined;
  const from = caret - typed.length - 1;
  const word = typed.toLowerCase();
  const offered = (kind: Completion['kind'], offers: readonly Offer[]) =>
    offers.length === 0 ? undefined : { kind, from, offers: offers.slice(0, MOST_OFFERS) };
  if (sign === '/') {
    if (isThread || from !== 0 || blank !== '') return undefined;
    const fitting = byFit(vocabulary.commands, word, command => [command.command.slice(1)]);
    return offered(
      'commands',
      fitting.map(command => ({
        label: `${command.command} ${command.usageHint}`.trim(),
        note: command.description,
        insert: `${command.command} `,
      })),
    );
  }
  if (sign === '@') {
    const fitting = byFit(vocabulary.people, word, person => [person.name, ...person.realName.split(' ')]);
    return offered(
      'people',
      fitting.map(({ name, realName }) => ({ label: `@${name}`, note: realName, insert: `@${name} ` })),
    );
  }
  const fitting = byFit(vocabulary.channels, word, channel => [channel.name]);
  return offered(
    'channels',
    fitting.map(({ name }) => ({ label: `#${name}`, note: '', insert: `#${name} ` })),
  );
}

/** Those whose name begins with the word, then those that hold it. */
function byFit<T>(all: readonly T[], word: string, namesOf: (one: T) => readonly string[]): T[] {
  const rank = (one: T) => {
    const names = namesOf(one).map(name => name.toLowerCase());
    if (names.some(name => name.startsWith(word))) return 0;
    return names.some(name => name.includes(word)) ? 1 : 2;
  };
  return all.filter(one => rank(one) < 2).sort((one, other) => rank(one) - rank(other));
}

/** The text and the caret after an offer was taken; a blank that follows already is not doubled. */
export function completed(text: string, caret: number, completion: Completion, offer: Offer) {
  const rest = text.slice(caret);
  const insert = rest.startsWith(' ') ? offer.insert.trimEnd() : offer.insert;
  return {
    text: text.slice(0, completion.from) + insert + rest,
    caret: completion.from + offer.insert.length,
  };
}

/** What may follow a command that is typed already. */
export function usageHint(text: string, vocabulary: Vocabulary): string | undefined {
  const command = vocabulary.commands.find(known => text.startsWith(`${known.command} `));
  return command && `${command.command} ${command.usageHint}`.trim();
}
