import { EXIT } from './context.ts';

/** What the environment says about Slack, as far as the choice of the mode goes. */
export type Tokens =
  | { readonly given: true }
  | { readonly given: false }
  | { readonly given: true; readonly problems: readonly string[] };

/** Something that runs until it is stopped. */
export interface Running {
  stop(): Promise<void>;
}

export interface StartContext {
  write(text: string): void;
  writeError(text: string): void;
  readonly tokens: Tokens;
  /** Starts the practice Slack, the demo fleet, and Staunch between them. */
  startPractice(): Promise<Running & { readonly url: string }>;
  /** Connects to the real Slack. @throws an error whose message is for the operator */
  startService(): Promise<
    Running & { readonly team: string; readonly name: string; readonly statusUrl?: string }
  >;
  /** False where there is no browser to open. */
  openBrowser(url: string): Promise<boolean>;
  /** Resolves when somebody asks this process to end, or another one took its state over. */
  untilStopped(): Promise<'asked' | 'lost'>;
}

/** `staunch start`: the real Slack when there are tokens, practice mode when there are none, never a mixture. */
export async function start(
  options: { readonly practice?: boolean },
  context: StartContext,
): Promise<number> {
  const { tokens, write, writeError } = context;
  if (tokens.given && options.practice) {
    writeError(
      'Practice mode and real tokens exclude each other, so that nothing meant for practice reaches a real channel.\n' +
        'Unset SLACK_BOT_TOKEN, SLACK_APP_TOKEN and SLACK_SIGNING_SECRET (also in .env), or start without --practice.\n',
    );
    return EXIT.usage;
  }
  if ('problems' in tokens) {
    for (const problem of tokens.problems) writeError(`${problem}\n`);
    writeError(
      'docs/slack.md says where the tokens come from, docs/deploy.md what else can be set. Without any token, ' +
        'npm start is practice mode.\n',
    );
    return EXIT.usage;
  }
  return tokens.given ? realThing(context) : practice();

  async function practice(): Promise<number> {
    const running = await begun(() => context.startPractice(), context);
    if (!running) return EXIT.failed;
    const opened = await context.openBrowser(running.url);
    write(
      'Staunch in practice mode: no Slack account, no servers of yours, nothing leaves this machine.\n\n' +
        `  Open   ${running.url}${opened ? '   (your browser should show it now)' : ''}\n` +
        '  Type   /diagnose-502 checkout   in #inc-checkout\n' +
        '  Watch  #incidents: within two minutes it hears of workers that grow\n' +
        '  Stop   Ctrl-C\n\n' +
        'The incidents are recordings of real failures, moved to a few minutes ago; what Staunch says about them is\n' +
        'worked out while you watch. With SLACK_BOT_TOKEN and SLACK_APP_TOKEN it connects to your Slack: docs/slack.md\n',
    );
    await context.untilStopped();
    await running.stop();
    return EXIT.fine;
  }
}

async function realThing(context: StartContext): Promise<number> {
  // Standard output belongs to the log, which machines read.
  const write = context.writeError;
  const running = await begun(() => context.startService(), context);
  if (!running) return EXIT.failed;
  const status = running.statusUrl === undefined ? '' : `; ${running.statusUrl}/healthz and /metrics`;
  write(`Staunch is connected to ${running.team} as @${running.name}${status}\n`);
  const why = await context.untilStopped();
  write(
    why === 'lost'
      ? 'Stopping: another Staunch works with the same state now, and there may be only one.\n'
      : 'Stopping: what goes on is brought to an end first.\n',
  );
  await running.stop();
  return why === 'lost' ? EXIT.failed : EXIT.fine;
}

async function begun<T>(begin: () => Promise<T>, context: StartContext): Promise<T | undefined> {
  try {
    return await begin();
  } catch (error) {
    context.writeError(
      `Staunch could not start: ${error instanceof Error ? error.message : String(error)}\n`,
    );
    return undefined;
  }
}
