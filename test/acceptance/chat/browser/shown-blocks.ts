import { openModal } from '../../../../practice/slack/api/view-stack.ts';
import { PracticeSlack } from '../../../../practice/slack/practice-slack.ts';
import { PRACTICE_IDS, PRACTICE_SEED } from '../../../../practice/slack/seed.ts';
import type { PracticeBlock, PracticeView } from '../../../../practice/slack/workspace.ts';
import { MANIFEST } from '../practised-staunch.ts';
import { ROOT } from './practice-process.ts';

const ANA = PRACTICE_IDS.users.ana;
const CHANNEL = PRACTICE_IDS.channels.checkout;

/** A practice Slack with its page and without an app: a test says what the app would have sent. */
export class ShownBlocks {
  readonly slack: PracticeSlack;

  static async start(): Promise<ShownBlocks> {
    const slack = await PracticeSlack.start({
      manifest: MANIFEST,
      seed: PRACTICE_SEED,
      page: `${ROOT}/practice/page`,
    });
    return new ShownBlocks(slack);
  }

  private constructor(slack: PracticeSlack) {
    this.slack = slack;
  }

  /** One message for each, and nothing else, in #inc-checkout. */
  showMessages(all: readonly (readonly PracticeBlock[])[]): void {
    const { workspace } = this.slack;
    const { botId, botUserId: user } = workspace;
    workspace.messages.set(
      CHANNEL,
      all.map(blocks => ({
        ts: workspace.nextTs(),
        channel: CHANNEL,
        user,
        botId,
        text: '',
        blocks,
        files: [],
      })),
    );
    workspace.changed();
  }

  showModal(view: PracticeView['view']): void {
    openModal(this.slack.workspace, ANA, view);
  }

  hideModals(): void {
    this.slack.workspace.modals.clear();
    this.slack.workspace.changed();
  }

  showHome(view: PracticeView['view']): void {
    const { workspace } = this.slack;
    const id = workspace.nextId('V');
    workspace.homes.set(ANA, { id, hash: id, user: ANA, type: 'home', view });
    workspace.changed();
  }
}
