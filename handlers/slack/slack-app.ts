import {
  type AllMiddlewareArgs,
  App,
  type BlockAction,
  type BlockButtonAction,
  type Logger,
  type Receiver,
  type SlackShortcutMiddlewareArgs,
  type SlackViewMiddlewareArgs,
  type StaticSelectAction,
  type ViewSubmitAction,
} from '@slack/bolt';
import { ACTION, CALLBACK } from './action-ids.ts';
import { approveChange } from './actions/approve-change.ts';
import { breakGlass } from './actions/break-glass.ts';
import { changeNumbers } from './actions/change-numbers.ts';
import { chooseRemedy } from './actions/choose-remedy.ts';
import { diagnoseWarning } from './actions/diagnose-warning.ts';
import { markApplied } from './actions/mark-applied.ts';
import { planRecycling } from './actions/plan-recycling.ts';
import { proposeFix } from './actions/propose-fix.ts';
import { rerun } from './actions/re-run.ts';
import { rejectChange } from './actions/reject-change.ts';
import { type ButtonPress, showEvidence } from './actions/show-evidence.ts';
import { snoozeWarning } from './actions/snooze-warning.ts';
import { startDiagnosis } from './actions/start-diagnosis.ts';
import { takeIncident } from './actions/take-incident.ts';
import { turnPage } from './actions/turn-page.ts';
import { unsnoozeWarning } from './actions/unsnooze-warning.ts';
import { wrongVerdict } from './actions/wrong-verdict.ts';
import { diagnose502 } from './commands/diagnose-502.ts';
import { staunch } from './commands/staunch.ts';
import { appHomeOpened } from './events/app-home-opened.ts';
import { appMention } from './events/app-mention.ts';
import { reactionAdded } from './events/reaction-added.ts';
import { addToTimeline } from './shortcuts/add-to-timeline.ts';
import { diagnoseMessage } from './shortcuts/diagnose-message.ts';
import { startDiagnosisShortcut } from './shortcuts/start-diagnosis.ts';
import type { SlackContext } from './slack-context.ts';
import { pressStep } from './step-pressing.ts';
import { approveChangeConsent } from './views/approve-change-consent.ts';
import { breakGlassReason } from './views/break-glass-reason.ts';
import { incidentNote } from './views/incident-note.ts';
import { markAppliedNote } from './views/mark-applied-note.ts';
import { pickDiagnosis } from './views/pick-diagnosis.ts';
import { rejectChangeReason } from './views/reject-change-reason.ts';
import { resolveIncident } from './views/resolve-incident.ts';
import { reviewChange } from './views/review-change.ts';
import { snoozeUntil } from './views/snooze-until.ts';
import { wrongVerdictNote } from './views/wrong-verdict-note.ts';

export interface SlackAppOptions {
  readonly token: string;
  readonly apiUrl: string;
  readonly receiver: Receiver;
  readonly logger: Logger;
  readonly context: SlackContext;
}

type Listening<Args> = (args: Args, context: SlackContext) => Promise<void>;

// Bolt asks every listener about every delivery: so there is one for each kind, and a table behind it.

const PRESSES: Readonly<Record<string, Listening<ButtonPress>>> = {
  [ACTION.showEvidence]: showEvidence,
  [ACTION.openEvidence]: showEvidence,
  [ACTION.turnPage]: turnPage,
  [ACTION.rerun]: rerun,
  [ACTION.wrongVerdict]: wrongVerdict,
  [ACTION.startDiagnosis]: startDiagnosis,
  [ACTION.proposeFix]: proposeFix,
  [ACTION.planRecycling]: planRecycling,
  [ACTION.approveChange]: approveChange,
  [ACTION.rejectChange]: rejectChange,
  [ACTION.changeNumbers]: changeNumbers,
  [ACTION.breakGlass]: breakGlass,
  [ACTION.markApplied]: markApplied,
  [ACTION.stepPrimary]: pressStep,
  ...Object.fromEntries(ACTION.stepChoices.map(id => [id, pressStep])),
  [ACTION.stepSkip]: pressStep,
  [ACTION.stepNotApplicable]: pressStep,
  [ACTION.stepNote]: pressStep,
  [ACTION.takeIncident]: takeIncident,
  [ACTION.diagnoseWarning]: diagnoseWarning,
  [ACTION.snoozeWarning]: snoozeWarning,
  [ACTION.unsnoozeWarning]: unsnoozeWarning,
};

const SUBMISSIONS: Readonly<
  Record<string, Listening<SlackViewMiddlewareArgs<ViewSubmitAction> & AllMiddlewareArgs>>
> = {
  [CALLBACK.picker]: pickDiagnosis,
  [CALLBACK.wrongVerdict]: wrongVerdictNote,
  [CALLBACK.reviewChange]: reviewChange,
  [CALLBACK.approveChange]: approveChangeConsent,
  [CALLBACK.rejectChange]: rejectChangeReason,
  [CALLBACK.breakGlass]: breakGlassReason,
  [CALLBACK.markApplied]: markAppliedNote,
  [CALLBACK.snooze]: snoozeUntil,
  [CALLBACK.stepNote]: incidentNote,
  [CALLBACK.resolveIncident]: resolveIncident,
};

const SHORTCUTS: Readonly<Record<string, Listening<SlackShortcutMiddlewareArgs & AllMiddlewareArgs>>> = {
  [CALLBACK.addToTimeline]: addToTimeline,
  [CALLBACK.diagnoseMessage]: diagnoseMessage,
  [CALLBACK.startDiagnosis]: startDiagnosisShortcut,
};

/** The ids of a table; any other is nobody's, and Bolt says so. */
const anyOf = (table: Readonly<Record<string, unknown>>) =>
  new RegExp(`^(?:${Object.keys(table).join('|')})$`);

/** The Bolt app with every listener of Staunch: one file each, named like the id that Slack sends. */
export function slackApp({ token, apiUrl, receiver, logger, context }: SlackAppOptions): App {
  const app = new App({
    receiver,
    logger,
    clientOptions: { slackApiUrl: apiUrl, retryConfig: { retries: 1 }, timeout: 8_000 },
    // `auth.test` was asked at the start already: no listener waits for Slack to learn who we are.
    authorize: async () => ({ botToken: token, teamId: context.workspace, ...context.bot }),
    // What the app itself posts is no command.
    ignoreSelf: true,
    // Staunch's own state knows what is going on in a channel.
    convoStore: false,
  });
  app.command('/diagnose-502', args => diagnose502(args, context));
  app.command('/staunch', args => staunch(args, context));
  app.event('app_mention', args => appMention(args, context));
  app.event('app_home_opened', args => appHomeOpened(args, context));
  app.event('reaction_added', args => reactionAdded(args, context));
  app.action<BlockButtonAction>(anyOf(PRESSES), async args =>
    PRESSES[args.action.action_id]?.(args, context),
  );
  app.action<BlockAction<StaticSelectAction>>(ACTION.chooseRemedy, args => chooseRemedy(args, context));
  app.view<ViewSubmitAction>(anyOf(SUBMISSIONS), async args =>
    SUBMISSIONS[args.view.callback_id]?.(args, context),
  );
  app.shortcut(anyOf(SHORTCUTS), async args => SHORTCUTS[args.shortcut.callback_id]?.(args, context));
  app.error(async error => {
    context.log.error({ error: String(error.stack ?? error) }, 'Bolt could not handle a delivery');
  });
  return app;
}
