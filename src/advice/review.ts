import type { CaseFile, HostFile } from '../collectors/case-file.ts';
import type { ServiceGrowth } from '../growth/growth-finding.ts';
import type { GrowthMeasure } from './growth-measure.ts';
import type { ServiceShape } from './growth-shape.ts';
import { reviewGunicorn } from './gunicorn-review.ts';
import { reviewMemory } from './memory-review.ts';
import type { RecyclingAdvice } from './recycling.ts';
import { type Review, ReviewSheet, remark } from './remark.ts';
import { reviewUnit } from './systemd-review.ts';

/** What a review draws on besides the host's own file. */
export interface ReviewMaterial {
  readonly caseFile: CaseFile;
  readonly recycling: RecyclingAdvice;
  readonly measure: GrowthMeasure;
  /** Of this unit's watched workers. */
  readonly shape?: ServiceShape;
  readonly growth?: ServiceGrowth;
}

/** One app host against what keeps a death of a worker small. What could not be read is a gap, never "fine". */
export function reviewHost(host: HostFile, material: ReviewMaterial): Review {
  const sheet = new ReviewSheet();
  const { caseFile, recycling, measure } = material;
  const { bootSeconds } = measure;
  reviewMemory(host, measure, sheet);
  reviewUnit(host, sheet);
  reviewGunicorn(host, caseFile, { recycling, ...(bootSeconds !== undefined && { bootSeconds }) }, sheet);
  reviewGrowth(host, material, sheet);
  return sheet.finish();
}

function reviewGrowth(host: HostFile, { shape, growth }: ReviewMaterial, sheet: ReviewSheet): void {
  if (shape === undefined) sheet.gap('growth', 'watch');
  else {
    const harmless = shape.shape === 'flat' || shape.shape === 'levels-off';
    sheet.check('growth', [remark('growth-shape', harmless ? 'note' : 'medium', shape, [])]);
  }
  const own = growth?.workers.filter(w => w.server === host.server) ?? [];
  const growing = own.filter(w => w.severity !== 'calm');
  if (growing.length === 0) return;
  const etas = growing.flatMap(w => w.eta ?? []);
  sheet.check('growth', [
    remark(
      'growth-now',
      'high',
      {
        growing: growing.length,
        workers: own.length,
        critical: growing.some(w => w.severity === 'critical'),
        ...(etas.length > 0 && {
          fromMs: Math.min(...etas.map(e => e.fromMs)),
          toMs: Math.min(...etas.map(e => e.toMs)),
        }),
      },
      [],
    ),
  ]);
}
