/** Counts of rare events over an exposure (requests, hours): before and after. */
export interface TwoRates {
  readonly beforeEvents: number;
  readonly beforeExposure: number;
  readonly afterEvents: number;
  readonly afterExposure: number;
}

/** How the rate after compares with the rate before. */
export interface RateComparison {
  /** After divided by before; undefined when nothing was counted before. */
  readonly ratio?: number;
  /** 95 % confidence interval of the ratio; `to` may be infinite. */
  readonly from: number;
  readonly to: number;
  /** Two-sided, twice the smaller tail: below 0.05 exactly when the interval leaves out 1. */
  readonly p: number;
}

const CONFIDENCE = 0.95;

/**
 * Compares two Poisson rates exactly: given their sum, the events after are binomial with the share of the exposure
 * (Przyborowski and Wilenski 1940), the interval is Clopper and Pearson's. Both exposures must be above 0.
 */
export function compareRates({
  beforeEvents,
  beforeExposure,
  afterEvents,
  afterExposure,
}: TwoRates): RateComparison {
  const events = beforeEvents + afterEvents;
  const exposures = beforeExposure / afterExposure;
  const share = afterExposure / (beforeExposure + afterExposure);
  const ratioOf = (p: number) => (p >= 1 ? Number.POSITIVE_INFINITY : (p / (1 - p)) * exposures);
  const ratio = beforeEvents === 0 ? undefined : (afterEvents / beforeEvents) * exposures;
  if (events === 0) return { from: 0, to: Number.POSITIVE_INFINITY, p: 1 };
  const most = 1 - atLeast(afterEvents + 1, events, share);
  const p = Math.min(1, 2 * Math.min(most, atLeast(afterEvents, events, share)));
  const tail = (1 - CONFIDENCE) / 2;
  const low = afterEvents === 0 ? 0 : solve(q => atLeast(afterEvents, events, q) - tail);
  const high = afterEvents === events ? 1 : solve(q => atLeast(afterEvents + 1, events, q) - (1 - tail));
  return { ...(ratio !== undefined && { ratio }), from: ratioOf(low), to: ratioOf(high), p };
}

/** Chance of `least` or more of `of` with the chance `p` for each. */
export function atLeast(least: number, of: number, p: number): number {
  if (least <= 0) return 1;
  return least > of ? 0 : incompleteBeta(p, least, of - least + 1);
}

/** The zero of a rising function between 0 and 1. */
function solve(rising: (at: number) => number): number {
  let [low, high] = [0, 1];
  // A double has no more than this to halve.
  for (let i = 0; i < 100; i++) {
    const middle = (low + high) / 2;
    if (rising(middle) < 0) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Regularised incomplete beta function, by Lentz's continued fraction (DLMF 8.17.22). */
function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  // The fraction converges fast on this side only; the other one is its complement.
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a);
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x));
  return (front * continuedFraction(x, a, b)) / a;
}

function continuedFraction(x: number, a: number, b: number): number {
  const tiny = 1e-300;
  const away = (value: number) => (Math.abs(value) < tiny ? tiny : value);
  let c = 1;
  let d = 1 / away(1 - ((a + b) * x) / (a + 1));
  let value = d;
  const most = 500 + 10 * Math.ceil(Math.sqrt(Math.max(a, b)));
  for (let m = 1; m <= most; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / away(1 + even * d);
    c = away(1 + even / c);
    value *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / away(1 + odd * d);
    c = away(1 + odd / c);
    const change = d * c;
    value *= change;
    if (Math.abs(change - 1) < 1e-14) break;
  }
  return value;
}

/** Coefficients of Stirling's series for ln Γ (DLMF 5.11.1). */
const STIRLING = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 5 / 5940] as const;

/** ln Γ(x) for x > 0. */
function logGamma(x: number): number {
  // The series is exact to a double from here on.
  if (x < 15) return logGamma(x + 1) - Math.log(x);
  const series = STIRLING.reduce((sum, coefficient, k) => sum + coefficient / x ** (2 * k + 1), 0);
  return (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + series;
}
