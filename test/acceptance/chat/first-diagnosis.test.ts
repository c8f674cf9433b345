import { describe, expect, it } from 'vitest';
import { buttonsOf, C, practisedStaunch, rootsOf, textsOf, U, verdictIn } from './practised-staunch.ts';

describe('/diagnose-502 in a channel', () => {
  it('is acknowledged, shows progress, and ends in a verdict whose claims open to their lines', async () => {
    const { slack } = await practisedStaunch();
    const delivered = await slack.command(U.ana, C.checkout, '/diagnose-502 checkout');
    expect(delivered).toMatchObject({ acked: true });
    const verdict = await verdictIn(slack, C.checkout);
    expect(rootsOf(slack, C.checkout)).toHaveLength(1);
    expect(textsOf(verdict)).toContain('502s on checkout: worker OOM kill (CONFIRMED)');

    const thread = await slack.until(() => {
      const replies = slack.messages(C.checkout, { threadTs: verdict.ts }).slice(1);
      return replies.some(reply => reply.files.length > 0) ? replies : undefined;
    });
    expect(textsOf(thread[0])).toContain('checkout-1');
    expect(thread.flatMap(reply => reply.files)).toMatchObject([{ mimetype: 'image/png' }]);

    const claim = buttonsOf(verdict).find(({ actionId }) => actionId === 'open-evidence');
    expect(claim).toBeDefined();
    await slack.press(U.ana, { message: { channel: C.checkout, ts: verdict.ts } }, claim!);
    const lines = await slack.until(() => {
      const text = textsOf(slack.modal(U.ana)?.view);
      return text.includes('Memory cgroup out of memory') ? text : undefined;
    });
    expect(lines).toMatch(/Killed process 832 \(gunicorn\)/);
  });
});
