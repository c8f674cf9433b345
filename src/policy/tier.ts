/** How important a server is: approvals and warnings differ by tier. */
export const TIERS = ['production', 'staging', 'development'] as const;
export type Tier = (typeof TIERS)[number];
