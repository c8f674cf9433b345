import {
  App,
  type BlockAction,
  type BlockButtonAction,
  type Logger,
  type Receiver,
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
import { showEvidence } from './actions/show-evidence.ts';
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
  });
  app.command('/diagnose-502', args => diagnose502(args, context));
  app.command('/staunch', args => staunch(args, context));
  app.event('app_mention', args => appMention(args, context));
  app.event('app_home_opened', args => appHomeOpened(args, context));
  app.event('reaction_added', args => reactionAdded(args, context));
  app.action<BlockButtonAction>(ACTION.showEvidence, args => showEvidence(args, context));
  app.action<BlockButtonAction>(ACTION.openEvidence, args => showEvidence(args, context));
  app.action<BlockButtonAction>(ACTION.turnPage, args => turnPage(args, context));
  app.action<BlockButtonAction>(ACTION.rerun, args => rerun(args, context));
  app.action<BlockButtonAction>(ACTION.wrongVerdict, args => wrongVerdict(args, context));
  app.action<BlockButtonAction>(ACTION.startDiagnosis, args => startDiagnosis(args, context));
  app.action<BlockButtonAction>(ACTION.proposeFix, args => proposeFix(args, context));
  app.action<BlockButtonAction>(ACTION.planRecycling, args => planRecycling(args, context));
  app.action<BlockAction<StaticSelectAction>>(ACTION.chooseRemedy, args => chooseRemedy(args, context));
  app.action<BlockButtonAction>(ACTION.approveChange, args => approveChange(args, context));
  app.action<BlockButtonAction>(ACTION.rejectChange, args => rejectChange(args, context));
  app.action<BlockButtonAction>(ACTION.changeNumbers, args => changeNumbers(args, context));
  app.action<BlockButtonAction>(ACTION.breakGlass, args => breakGlass(args, context));
  app.action<BlockButtonAction>(ACTION.markApplied, args => markApplied(args, context));
  app.view<ViewSubmitAction>(CALLBACK.reviewChange, args => reviewChange(args, context));
  app.view<ViewSubmitAction>(CALLBACK.approveChange, args => approveChangeConsent(args, context));
  app.view<ViewSubmitAction>(CALLBACK.rejectChange, args => rejectChangeReason(args, context));
  app.view<ViewSubmitAction>(CALLBACK.breakGlass, args => breakGlassReason(args, context));
  app.view<ViewSubmitAction>(CALLBACK.markApplied, args => markAppliedNote(args, context));
  for (const id of [
    ACTION.stepPrimary,
    ...ACTION.stepChoices,
    ACTION.stepSkip,
    ACTION.stepNotApplicable,
    ACTION.stepNote,
  ])
    app.action<BlockButtonAction>(id, args => pressStep(args, context));
  app.action<BlockButtonAction>(ACTION.takeIncident, args => takeIncident(args, context));
  app.action<BlockButtonAction>(ACTION.diagnoseWarning, args => diagnoseWarning(args, context));
  app.action<BlockButtonAction>(ACTION.snoozeWarning, args => snoozeWarning(args, context));
  app.action<BlockButtonAction>(ACTION.unsnoozeWarning, args => unsnoozeWarning(args, context));
  app.view<ViewSubmitAction>(CALLBACK.picker, args => pickDiagnosis(args, context));
  app.view<ViewSubmitAction>(CALLBACK.wrongVerdict, args => wrongVerdictNote(args, context));
  app.view<ViewSubmitAction>(CALLBACK.snooze, args => snoozeUntil(args, context));
  app.view<ViewSubmitAction>(CALLBACK.stepNote, args => incidentNote(args, context));
  app.view<ViewSubmitAction>(CALLBACK.resolveIncident, args => resolveIncident(args, context));
  app.shortcut(CALLBACK.addToTimeline, args => addToTimeline(args, context));
  app.shortcut(CALLBACK.diagnoseMessage, args => diagnoseMessage(args, context));
  app.shortcut(CALLBACK.startDiagnosis, args => startDiagnosisShortcut(args, context));
  app.error(async error => {
    context.log.error({ error: String(error.stack ?? error) }, 'Bolt could not handle a delivery');
  });
  return app;
}
