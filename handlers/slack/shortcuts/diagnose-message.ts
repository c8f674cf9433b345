import type { AllMiddlewareArgs, MessageShortcut, SlackShortcutMiddlewareArgs } from '@slack/bolt';
import type { Window } from '../../../src/collectors/question.ts';
import type { Registry, Service } from '../../../src/inventory/registry.ts';
import { findTarget } from '../../../src/inventory/target.ts';
import { channelService } from '../../../src/policy/asking.ts';
import { notMemberNotice } from '../blocks/notices.ts';
import { afterAck } from '../listening.ts';
import { knownWords, type MessageClues, requestOfMessage } from '../message-clues.ts';
import { messageText } from '../message-text.ts';
import { presenceOf, refusedAsker } from '../permission.ts';
import { openPicker } from '../picker-opening.ts';
import { diagnoseEach, refusalHere } from '../requests.ts';
import type { SlackContext } from '../slack-context.ts';

/** An alert tells when it noticed, which is some time after it began. */
const BEFORE_MS = 60 * 60_000;
const AFTER_MS = 15 * 60_000;
/** What was noticed this lately may go on: it is read up to now. */
const LATELY_MS = 2 * 60 * 60_000;
const WITHOUT_TIME_MS = 2 * 60 * 60_000;

/**
 * "Diagnose from this alert": the services and the time that a message speaks of, answered in its thread. When
 * it names no service and the channel does not tell either, the picker asks.
 */
export async function diagnoseMessage(
  args: SlackShortcutMiddlewareArgs & AllMiddlewareArgs,
  context: SlackContext,
): Promise<void> {
  await args.ack();
  const shortcut = args.shortcut as MessageShortcut;
  const user = shortcut.user.id;
  const channel = shortcut.channel.id;
  const threadTs = shortcut.message.thread_ts ?? shortcut.message_ts;
  const to = { user, channel, respond: args.respond };
  await afterAck('diagnose-message', to, context, async () => {
    const present = await presenceOf(user, channel, context);
    if ('notice' in present) return present.notice;
    const { asker, spot, registry } = present;
    const refusal = refusalHere(asker, spot, registry, context);
    if (refusal) return refusedAsker(refusal, 'diagnose', user, context);
    if (!spot.appIsMember) return notMemberNotice();
    const nowMs = context.clock.nowMs();
    const { timeZone } = asker;
    const clues = requestOfMessage(messageText(shortcut.message), knownWords(registry), { nowMs, timeZone });
    const services = servicesIn(clues, channel, registry);
    const { trigger_id: triggerId } = shortcut;
    if (services.length === 0)
      return openPicker({ user, asker, spot, registry, triggerId, place: { channel, threadTs } }, context);
    const deliveryKey = `shortcut/${shortcut.action_ts}/${user}`;
    const here = { deliveryKey, user, channel, threadTs, triggerId, origin: 'shortcut' as const };
    return diagnoseEach(services, windowAround(clues, nowMs), { ...here, asker, spot, registry }, context);
  });
}

function servicesIn(clues: MessageClues, channel: string, registry: Registry): Service[] {
  const named = clues.targets.flatMap(name => {
    const target = findTarget(registry, name);
    return 'unknown' in target ? [] : target.services;
  });
  const own = channelService(channel, registry.services.values());
  return named.length > 0 ? [...new Set(named)] : own ? [own] : [];
}

function windowAround({ aroundMs }: MessageClues, nowMs: number): Window {
  if (aroundMs === undefined) return { fromMs: nowMs - WITHOUT_TIME_MS, toMs: nowMs };
  const isRecent = nowMs - aroundMs <= LATELY_MS;
  return { fromMs: aroundMs - BEFORE_MS, toMs: isRecent ? nowMs : aroundMs + AFTER_MS };
}
