import { type ChangeRules, USUAL_CHANGES } from '../policy/change-rules.ts';
import type { ServiceChangesSection } from './changes-file.ts';

const UNIT_MS = { m: 60_000, h: 3_600_000 } as const;

/** The rules of one service: the nearer section decides, field by field; of `approvals` tier by tier. */
export function changeRulesOf(
  ...sections: readonly (ServiceChangesSection | null | undefined)[]
): ChangeRules {
  return sections.reduce<ChangeRules>((rules, section) => {
    const said = section ?? {};
    const { healthUrl = rules.healthUrl } = said;
    return {
      approvals: {
        production: said.approvals?.production ?? rules.approvals.production,
        staging: said.approvals?.staging ?? rules.approvals.staging,
        development: said.approvals?.development ?? rules.approvals.development,
      },
      lowRiskApprovals: said.lowRiskApprovals ?? rules.lowRiskApprovals,
      ownApproval: said.ownApproval ?? rules.ownApproval,
      expireAfterMs: spanMs(said.expireAfter) ?? rules.expireAfterMs,
      watchForMs: spanMs(said.watchFor) ?? rules.watchForMs,
      freezes:
        said.freezes?.map(({ days, reason, ...times }) => ({
          ...times,
          ...(days && { days }),
          ...(reason !== undefined && { reason }),
        })) ?? rules.freezes,
      remindAfterMs: spanMs(said.remindAfter) ?? rules.remindAfterMs,
      escalateAfterMs: spanMs(said.escalateAfter) ?? rules.escalateAfterMs,
      escalateTo: said.escalateTo ?? rules.escalateTo,
      breakGlass: said.breakGlass ?? rules.breakGlass,
      ...(healthUrl !== undefined && { healthUrl }),
    };
  }, USUAL_CHANGES);
}

/** `15m`, `2h`. */
function spanMs(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  return Number.parseInt(text, 10) * UNIT_MS[text.at(-1) as keyof typeof UNIT_MS];
}
