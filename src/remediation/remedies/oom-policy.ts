import { withDirectives } from '../drop-in.ts';
import { isRefusal, targetDropIn } from '../planned-file.ts';
import { type Remedy, refused } from '../remedy.ts';

/**
 * `OOMPolicy=continue`: the death of one worker stays Gunicorn's affair. With systemd's default `stop` it takes the
 * whole service down.
 */
export const oomPolicy: Remedy<'oom-policy'> = {
  id: 'oom-policy',
  lowRisk: false,
  draft(unit) {
    if (unit.oomPolicy === undefined) return refused({ reason: 'no-oom-policy' });
    const file = targetDropIn(unit);
    if (isRefusal(file)) return refused(file);
    const written = withDirectives(file.path, file.content, { OOMPolicy: 'continue' });
    if (!written.ok) return refused(written.refusal);
    return {
      ok: true,
      draft: {
        files: [{ path: file.path, content: written.content }],
        // systemd asks for the policy when a kill happens: nothing needs to be restarted.
        activation: { kind: 'daemon-reload' },
        settings: { oomPolicy: 'continue' },
        expected: { OOMPolicy: 'continue' },
        inForce: unit.oomPolicy === 'continue',
      },
    };
  },
};
