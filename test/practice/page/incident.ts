import type { SnapshotMessage } from '../../../practice/slack/page-protocol.ts';
import type { PracticeBlock, PracticeView } from '../../../practice/slack/workspace.ts';
import { message, modal, mrkdwn, option, plain, stamp } from './workspace-snapshot.ts';

const text = (letters: string, style?: Record<string, boolean>) => ({
  type: 'text',
  text: letters,
  ...(style && { style }),
});
const section = (...elements: object[]) => ({ type: 'rich_text_section', elements });
const button = (label: string, actionId: string, rest: object = {}) => ({
  type: 'button',
  text: plain(label),
  action_id: actionId,
  value: 'run-1',
  ...rest,
});

/** A verdict as an app would show it: every kind of block that a channel may hold. */
export const VERDICT: readonly PracticeBlock[] = [
  {
    type: 'header',
    block_id: 'title',
    text: plain(':red_circle: 502s on checkout: worker OOM kills (confirmed)'),
  },
  {
    type: 'rich_text',
    block_id: 'why',
    elements: [
      section(
        text('41 of 44', { bold: true }),
        text(' upstream resets came within 2 s of a worker killed by the kernel (1.3 expected by chance). '),
        text('E1', { code: true }),
        text(' '),
        text('E4', { code: true }),
      ),
    ],
  },
  {
    type: 'section',
    block_id: 'facts',
    fields: [
      mrkdwn('*Window*\n<!date^1795183500^{date_short} {time}|14:05> to <!date^1795184400^{time}|14:20>'),
      mrkdwn('*Failing requests*\n44 of 3,120 (1.4 %)'),
      mrkdwn('*Largest worker*\n742 MiB of 768 MiB'),
      mrkdwn('*Servers*\nweb-1 read, web-2 with a gap'),
    ],
  },
  { type: 'divider', block_id: 'line' },
  {
    type: 'section',
    block_id: 'ruled-out',
    text: mrkdwn(
      '*Ruled out:* worker timeouts 0, deploys 0, recycling 0\n*Gap:* web-2: the journal could not be read',
    ),
    accessory: {
      type: 'overflow',
      action_id: 'more',
      options: [option('Export the bundle', 'export'), option('Mute for an hour', 'mute')],
    },
  },
  {
    type: 'actions',
    block_id: 'actions',
    elements: [
      button('Show evidence', 'show-evidence', { style: 'primary' }),
      button('Re-run', 're-run'),
      button('Wrong verdict?', 'wrong-verdict', {
        style: 'danger',
        confirm: {
          title: plain('Is it wrong?'),
          text: mrkdwn('Your note goes to the *maintainers*.'),
          confirm: plain('Yes, tell them'),
          deny: plain('No'),
          style: 'danger',
        },
      }),
      {
        type: 'static_select',
        action_id: 'claim',
        placeholder: plain('Open evidence'),
        options: [option('E1 kernel: Out of memory', 'E1'), option('E4 nginx: upstream reset', 'E4')],
      },
    ],
  },
  {
    type: 'context',
    block_id: 'foot',
    elements: [mrkdwn('Playbook gateway-502 · read 14:20:31Z in 6.1 s · asked by <@U0ANA>')],
  },
];

const cell = (letters: string) => ({ type: 'raw_text', text: letters });

export const EVIDENCE: readonly PracticeBlock[] = [
  {
    type: 'table',
    block_id: 'evidence',
    column_settings: [{ align: 'left' }, { align: 'right' }, { is_wrapped: true }],
    rows: [
      [cell('No.'), cell('Time (UTC)'), cell('Line')],
      [
        cell('E1'),
        cell('14:06:11'),
        {
          type: 'rich_text',
          elements: [
            section(text('Memory cgroup out of memory: Killed process 4312 (gunicorn)', { code: true })),
          ],
        },
      ],
      [
        cell('E4'),
        cell('14:06:12'),
        cell('recv() failed (104: Connection reset by peer) while reading upstream'),
      ],
    ],
  },
  {
    type: 'rich_text',
    block_id: 'line',
    elements: [
      section(text('web-1, kernel log, line 8,112:')),
      {
        type: 'rich_text_preformatted',
        elements: [
          text(
            'Nov 20 14:06:11 web-1 kernel: oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,mems_allowed=0,oom_memcg=/system.slice/checkout.service,task=gunicorn,pid=4312,uid=33',
          ),
        ],
      },
      {
        type: 'rich_text_list',
        style: 'bullet',
        elements: [section(text('the limit is 768 MiB')), section(text('the worker held 742 MiB'))],
      },
      { type: 'rich_text_quote', elements: [text('Times are those of the server.')] },
    ],
  },
];

export const CHART_FILE = {
  id: 'F0CHART',
  name: 'checkout.png',
  title: 'checkout, 14:05 to 14:20',
  altText: '502s per minute, kills at 14:06:11 and 14:11:40',
  mimetype: 'image/png',
};

/** A whole incident: asked, answered, with the evidence in the thread. */
export const INCIDENT: readonly SnapshotMessage[] = [
  message(stamp(0), { user: 'U0BEN', text: 'Customers see errors at *checkout*, <@U0ANA> can you look?' }),
  message(stamp(20), { user: 'U0BEN', text: 'Started about ten minutes ago' }),
  message(stamp(400), {
    text: '502s on checkout: worker OOM kills (confirmed)',
    blocks: VERDICT,
    edited: true,
  }),
  message(stamp(402), {
    threadTs: stamp(400),
    text: ':white_check_mark: web-1 read in 2.1 s\n:warning: web-2: the journal is unreadable',
  }),
  message(stamp(403), { threadTs: stamp(400), text: 'Evidence', blocks: EVIDENCE }),
  message(stamp(404), { threadTs: stamp(400), text: '', files: [CHART_FILE] }),
  message(stamp(500), {
    ephemeral: true,
    text: 'Nora, you may not ask for a diagnosis of *search*. Ask <@U0BEN>.',
  }),
];

export const PICKER: PracticeView = modal('V0PICK', {
  blocks: [
    {
      type: 'input',
      block_id: 'service',
      label: plain('Service'),
      hint: plain('What this channel is about comes first.'),
      element: {
        type: 'static_select',
        action_id: 'pick',
        placeholder: plain('Choose a service'),
        options: [option('checkout'), option('search'), option('billing')],
      },
    },
    {
      type: 'input',
      block_id: 'window',
      label: plain('Window'),
      element: {
        type: 'radio_buttons',
        action_id: 'span',
        initial_option: option('The last 30 minutes', '30m'),
        options: [option('The last 30 minutes', '30m'), option('Since a moment', 'since')],
      },
    },
    {
      type: 'input',
      block_id: 'begin',
      optional: true,
      label: plain('Begin'),
      element: { type: 'datetimepicker', action_id: 'at', initial_date_time: 1795183500 },
    },
    {
      type: 'input',
      block_id: 'servers',
      optional: true,
      label: plain('Servers'),
      element: {
        type: 'multi_static_select',
        action_id: 'some',
        placeholder: plain('All servers'),
        options: [option('web-1'), option('web-2')],
      },
    },
    {
      type: 'input',
      block_id: 'extras',
      optional: true,
      label: plain('Also'),
      element: {
        type: 'checkboxes',
        action_id: 'flags',
        options: [{ ...option('Tell the channel', 'tell'), description: plain('else only you see it') }],
      },
    },
    {
      type: 'input',
      block_id: 'note',
      optional: true,
      label: plain('Note'),
      element: { type: 'plain_text_input', action_id: 'text', multiline: true, max_length: 200 },
    },
  ],
});

export const HOME: PracticeView = {
  id: 'V0HOME',
  hash: '1',
  user: 'U0ANA',
  type: 'home',
  view: {
    type: 'home',
    blocks: [
      { type: 'header', text: plain('Services') },
      {
        type: 'section',
        block_id: 'checkout',
        text: mrkdwn(
          '*checkout* on web-1, web-2\n:red_circle: worker OOM kills, <!date^1795184400^{ago}|lately>',
        ),
        accessory: button('Diagnose', 'start-diagnosis', { value: 'checkout' }),
      },
      {
        type: 'section',
        block_id: 'search',
        text: mrkdwn('*search* on web-3\n:large_green_circle: no incident'),
        accessory: button('Diagnose', 'start-diagnosis', { value: 'search' }),
      },
      { type: 'divider' },
      { type: 'header', text: plain('Set-up') },
      {
        type: 'context',
        elements: [
          mrkdwn(
            ':white_check_mark: token  :white_check_mark: socket  :warning: web-2 lacks the journal group',
          ),
        ],
      },
    ],
  },
};
